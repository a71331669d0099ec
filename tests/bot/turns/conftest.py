"""A turn on the real database, with a model that plays a script and an outlet that remembers."""

import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from pydantic import Field

from bot.errors import ModelError
from bot.metrics import Metrics
from bot.model.protocol import Done, Event, Finish, TextDelta
from bot.rules import Rules
from bot.turns.attachments import Unread
from bot.turns.outlet import NO_CONTROLS, Controls
from bot.turns.parts import Parts
from bot.turns.policy import Policy
from functions import Context, Function, FunctionProblem, OutcomeUnknown, Person, function
from storage.ports import Storage
from storage.records import (
    Action,
    AssistantItem,
    CallItem,
    Claim,
    Click,
    ConversationKey,
    Decision,
    Delivery,
    DeliveryKind,
    Item,
    Usage,
)
from storage.sqlite import open_storage

KEY = ConversationKey("T1", "C1", "100.1")
KIM = Person("T1", "U1", "Kim", "ko-KR", "Asia/Seoul")


@dataclass
class Clock:
    now: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class ScriptedModel:
    """Plays one reply a request: a text, calls, a Done, or an error to raise."""

    replies: list[Done | ModelError] = field(default_factory=list)
    shown: list[list[Item]] = field(default_factory=list)
    name: str = "scripted"

    def says(self, text: str, finish: Finish = Finish.STOP) -> None:
        items = (AssistantItem(text),) if text else ()
        self.replies.append(Done(items, finish, Usage(10, 5)))

    def calls(self, *calls: tuple[str, str], text: str = "") -> None:
        number = len(self.replies)
        items = tuple(CallItem(f"call_{number}_{i}", name, text) for i, (name, text) in enumerate(calls))
        said = (AssistantItem(text),) if text else ()
        self.replies.append(Done((*said, *items), Finish.CALLS, Usage(10, 5)))

    def fails(self, error: ModelError) -> None:
        self.replies.append(error)

    async def stream(
        self, instructions: str, items: Sequence[Item], functions: Sequence[Function]
    ) -> AsyncGenerator[Event, None]:
        self.shown.append(list(items))
        reply = self.replies.pop(0)
        if isinstance(reply, ModelError):
            raise reply
        for word in reply.text.split(" ") if reply.text else ():
            yield TextDelta(word + " ")
        yield reply

    async def close(self) -> None: ...


@dataclass
class RecordingOutlet:
    person: Person = KIM
    said: str = ""
    note: str = ""
    cards: list[Action] = field(default_factory=list)
    batches: list[list[Action]] = field(default_factory=list)
    settled: list[Action] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    unheard: list[int] = field(default_factory=list)
    tasks: dict[str, bool | None] = field(default_factory=dict)
    """Each call that was shown: whether it told what it was made for, None until it has ended."""
    finished: int = 0
    greeted: int = 0
    retry: bool = False
    controls: Controls = NO_CONTROLS
    left: int = 0
    picked_up: int = 0
    half_written: bool = False
    """Whether an earlier try left something in the thread."""
    whole: bool = False
    """Whether the far end says that this turn's answer was shown before."""
    has_note: bool = False
    """Whether the far end says that its closing note was."""
    reachable: bool = True
    """Whether the far end can be reached for the end of the turn."""
    refuses: bool = False
    """Whether the far end takes no card."""
    lost: set[int] = field(default_factory=set)
    """Which of the cards, from 1, nobody can say anything of: whether they stand."""
    asked: int = 0
    """How many cards it was asked to post."""

    async def working(self, on: Function | None = None, call: str = "") -> None:
        if call:
            self.tasks[call] = None

    async def worked(self, call: str, *, ok: bool) -> None:
        assert self.tasks[call] is None
        self.tasks[call] = ok

    async def text(self, delta: str) -> None:
        self.said += delta

    async def card(self, action: Action, function: Function) -> str | None:
        self.asked += 1
        if self.asked in self.lost:
            raise LookupError
        if self.refuses:
            return None
        self.cards.append(action)
        return f"200.{len(self.cards)}"

    async def batch(self, actions: Sequence[Action]) -> None:
        self.batches.append(list(actions))

    async def settle(self, action: Action, function: Function | None) -> None:
        self.settled.append(action)

    async def aside(self, words: str) -> None:
        self.asides.append(words)

    async def tell_unread(self, unread: Sequence[Unread], entry: int) -> None:
        self.unread += unread

    async def tell_unheard(self, entry: int) -> None:
        self.unheard.append(entry)

    async def greet(self) -> bool:
        self.greeted += 1
        return self.reachable

    async def stands(self) -> bool:
        return self.whole

    async def noted(self) -> bool:
        return self.has_note

    async def leave(self) -> None:
        self.left += 1

    async def pick_up(self, *, anew: bool = True) -> bool:
        self.picked_up += 1
        return self.half_written

    async def finish(self, note: str = "", *, retry: bool = False, controls: Controls = NO_CONTROLS) -> bool:
        self.note, self.retry, self.controls = note, retry, controls
        self.finished += 1
        return self.reachable


@dataclass
class Ledger:
    """What the functions of these tests did to the world."""

    paid: list[tuple[int, str]] = field(default_factory=list)


def make_functions(ledger: Ledger) -> dict[str, Function]:
    @function(read_only=True)
    async def look(context: Context, what: str) -> dict[str, str]:
        """Look something up."""
        if what == "nothing":
            raise FunctionProblem("There is no such thing.")
        return {"found": what}

    @function(title={"en": "Pay", "ko": "지급"})
    async def pay(context: Context, amount: Annotated[int, Field(ge=1)]) -> dict[str, int]:
        """Pay an amount."""
        ledger.paid.append((amount, context.action_id or ""))
        if amount == 13:
            raise OutcomeUnknown("Check the bank.")
        if amount == 14:
            raise FunctionProblem("The account is empty.")
        if amount == 15:
            raise RuntimeError("secret text")
        return {"paid": amount}

    return {"look": look, "pay": pay}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
def outlet() -> RecordingOutlet:
    return RecordingOutlet()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@dataclass
class Everybody:
    """What the workspace says of people: a full member, unless a test says otherwise."""

    fallen: set[str] = field(default_factory=set)
    members: dict[str, frozenset[str] | None] = field(default_factory=dict)
    silent: bool = False
    """Whether it says nothing now."""

    async def stands(self, team: str, user: str) -> bool | None:
        return None if self.silent else user not in self.fallen

    async def groups(self, ids: Collection[str]) -> Mapping[str, frozenset[str] | None]:
        return {} if self.silent else {id: self.members.get(id) for id in ids}


@pytest.fixture
def everybody() -> Everybody:
    return Everybody()


@pytest.fixture
def policy(everybody: Everybody) -> Policy:
    return Policy(Rules(), everybody)


@pytest.fixture
async def storage(tmp_path: Path, new_database: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(shutil.copy(new_database, tmp_path / "nod.db"))
    yield opened
    await opened.close()


@pytest.fixture
async def parts(
    storage: Storage, model: ScriptedModel, ledger: Ledger, clock: Clock, policy: Policy
) -> AsyncIterator[Parts]:
    async with httpx.AsyncClient() as http:
        yield Parts(
            storage=storage,
            model=model,
            functions=make_functions(ledger),
            function_settings={},
            http=http,
            clock=clock,
            confirm_ttl=timedelta(seconds=60),
            context_tokens=100_000,
            max_steps=4,
            policy=policy,
            metrics=Metrics(clock()),
        )


@dataclass
class Desk:
    """What happens around a turn: messages come, people click, the worker claims."""

    storage: Storage
    clock: Clock
    number: int = 0

    async def message(self, text: str, user: str = "U1", key: ConversationKey = KEY, direct: bool = False) -> None:
        self.number += 1
        ts = f"300.{self.number}"
        delivery = Delivery(
            DeliveryKind.MESSAGE, f"message:{key.team}:{key.channel}:{ts}", key, user, text, ts, direct
        )
        assert await self.storage.inbox.add(delivery, self.clock())

    async def click(self, action: Action, decision: Decision, user: str = "U1") -> None:
        allowed = user == action.requester
        await self.storage.actions.decide(
            Click(action.id, decision, "T1", "C1", action.card_ts, user, self.clock(), allowed)
        )

    async def claim(self) -> Claim:
        claim = await self.storage.inbox.claim(self.clock())
        assert claim is not None
        return claim


@pytest.fixture
def desk(storage: Storage, clock: Clock) -> Desk:
    return Desk(storage, clock)


WithSteps = Callable[[Parts, int], Parts]


@pytest.fixture
def with_steps() -> WithSteps:
    return lambda parts, steps: replace(parts, max_steps=steps)
