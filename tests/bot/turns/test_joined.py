"""Messages that wait behind a turn and join the next one: each is shown to the model, whatever they weigh."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

from bot.files.contents import Content, Text
from bot.model.protocol import Done, Event, Finish, TextDelta
from bot.turns.attachments import Unfetched, Unread
from bot.turns.compaction import compact
from bot.turns.parts import Parts
from bot.turns.turn import run_turn
from bot.turns.worker import Worker
from functions import Function
from storage.records import (
    AssistantItem,
    Claim,
    Decision,
    Delivery,
    DeliveryKind,
    Item,
    NewItem,
    SharedFile,
    TurnState,
    Usage,
    UserItem,
)
from tests.bot.turns.conftest import KEY, KIM, Desk, RecordingOutlet, ScriptedModel

SMALL = 6_000
LONG = "가" * 2_400
"""2,400 tokens by the estimate: three of them are more than SMALL."""


def asked(items: Sequence[Item]) -> list[str]:
    return [item.text.split()[0] for item in items if isinstance(item, UserItem)]


async def said_before(parts: Parts, desk: Desk, questions: int = 4) -> None:
    for number in range(questions):
        await desk.message(f"old{number} {LONG}")
        claim = await desk.claim()
        items = [NewItem(UserItem(f"old{number} {LONG}", "U1")), NewItem(AssistantItem("yes"))]
        await parts.storage.turns.record(claim.turn, items, at=parts.clock())
        await parts.storage.turns.finish(claim.turn, TurnState.ANSWERED, parts.clock())


async def test_nothing_of_the_running_turn_is_left_out(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    small = replace(parts, context_tokens=SMALL)
    await said_before(small, desk)
    for word in ("one", "two", "three"):
        await desk.message(f"{word} {LONG}")
    model.calls(("look", '{"what": "rain"}'))
    model.says("Fine.")
    claim = await desk.claim()
    assert len(claim.entries) == 3
    assert await run_turn(small, claim, outlet) is TurnState.ANSWERED
    assert [asked(items) for items in model.shown] == [["one", "two", "three"]] * 2


async def test_nor_where_a_click_comes_behind_a_message(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    small = replace(parts, context_tokens=SMALL)
    await desk.message("pay 5")
    model.calls(("pay", '{"amount": 5}'))
    claim = await desk.claim()
    await parts.storage.turns.finish(claim.turn, await run_turn(small, claim, outlet), parts.clock())
    await said_before(small, desk)
    await desk.message(f"one {LONG * 6}")
    await desk.click(outlet.cards[0], Decision.DENY)
    model.says("Fine.")
    claim = await desk.claim()
    assert len(claim.entries) == 2
    await run_turn(small, claim, outlet)
    assert asked(model.shown[-1])[-1:] == ["one"]


async def test_nor_after_a_try_that_was_interrupted(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    """What an earlier try has recorded belongs to the turn that takes it up again."""
    small = replace(parts, context_tokens=SMALL)
    await said_before(small, desk)
    for word in ("one", "two"):
        await desk.message(f"{word} {LONG}")
    first = await desk.claim()
    items = [
        NewItem(UserItem(f"{word} {LONG}", "U1"), f"entry:{first.entries[n].id}")
        for n, word in enumerate(("one", "two"))
    ]
    await parts.storage.turns.record(first.turn, items, at=parts.clock())
    await parts.storage.turns.finish(first.turn, TurnState.INTERRUPTED, parts.clock())
    await desk.message(f"three {LONG}")
    model.says("Fine.")
    await run_turn(small, await desk.claim(), outlet)
    assert asked(model.shown[0]) == ["one", "two", "three"]


async def test_a_summary_leaves_the_turn_that_follows_alone(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    """It is made beside the next turn, whose first messages are not answered yet."""
    small = replace(parts, context_tokens=SMALL)
    await said_before(small, desk)
    await desk.message("last")
    ended = await desk.claim()
    model.says("yes")
    await parts.storage.turns.finish(ended.turn, await run_turn(small, ended, outlet), parts.clock())
    for word in ("one", "two", "three"):
        await desk.message(f"{word} {LONG}")
    claim = await desk.claim()
    items = [NewItem(UserItem(each.delivery.text, "U1"), f"entry:{each.id}") for each in claim.entries]
    await parts.storage.turns.record(claim.turn, items, at=parts.clock())
    model.says("They talked.")
    assert await compact(small, ended)
    assert asked(await small.storage.history.items(claim.conversation.id)) == ["last", "one", "two", "three"]


@dataclass
class Gated(ScriptedModel):
    """Holds its first answer back until messages have come behind it."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    fourth: asyncio.Event = field(default_factory=asyncio.Event)

    async def stream(
        self, instructions: str, items: Sequence[Item], functions: Sequence[Function]
    ) -> AsyncGenerator[Event, None]:
        self.shown.append(list(items))
        self.begun.set()
        await self.go.wait()
        if len(self.shown) == 4:
            self.fourth.set()
        yield TextDelta("to " + " ".join(asked(items)[-3:]))
        yield Done((AssistantItem("answer"),), Finish.STOP, Usage(0, 5))


@dataclass
class Thread:
    """Where the worker's turns show themselves."""

    outlets: list[RecordingOutlet] = field(default_factory=list)

    async def open(self, claim: Claim) -> RecordingOutlet:
        self.outlets.append(RecordingOutlet())
        return self.outlets[-1]


async def test_what_does_not_fit_together_is_answered_one_after_the_other(parts: Parts, desk: Desk) -> None:
    """The worker takes as many as fit; the rest waits for the next turn, and is answered by it."""
    model, thread = Gated(), Thread()
    small = replace(parts, model=model, context_tokens=SMALL, compaction="off")
    worker = Worker(small, thread, 4)  # type: ignore[arg-type]
    await desk.message("hello")
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(20):
        await model.begun.wait()
        for word in ("one", "two", "three"):
            await desk.message(f"{word} {LONG}")
        model.go.set()
        await model.fourth.wait()
        running.cancel()
        await worker.drain(10)
    assert [asked(items)[-1] for items in model.shown] == ["hello", "one", "two", "three"]
    assert all(outlet.said and not outlet.note for outlet in thread.outlets)


@dataclass
class Shelf:
    contents: dict[str, Content]

    async def files_of(self, delivery: Delivery) -> tuple[SharedFile, ...]:
        return ()

    async def read(self, file: SharedFile) -> Content | Unfetched:
        return self.contents[file.name]


async def test_the_files_of_joined_messages_share_one_room(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    names = [f"{number}.txt" for number in range(6)]
    small = replace(parts, context_tokens=SMALL, attachments=Shelf({name: Text("z" * 4_000) for name in names}))
    for place in (0, 2, 4):
        files = tuple(SharedFile(f"F{name}", name) for name in names[place : place + 2])
        ts = f"301.{place}"
        message = Delivery(DeliveryKind.MESSAGE, f"message:T1:C1:{ts}", KEY, KIM.id, "look", ts, True, files=files)
        assert await desk.storage.inbox.add(message, desk.clock())
    model.says("Fine.")
    await run_turn(small, await desk.claim(), outlet)
    items = [item for item in model.shown[0] if isinstance(item, UserItem)]
    assert [[bool(file.kind) for file in item.files] for item in items] == [[True, True], [False] * 2, [False] * 2]
    assert outlet.unread == [Unread(name, Unfetched.NO_ROOM) for name in names[2:]], "and the person is told"
