"""A turn is stopped: while the model writes, while a function reads, while an action is done, and at a commit."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from bot.model.protocol import Event, TextDelta
from bot.turns.parts import Parts
from bot.turns.recovery import recover
from bot.turns.stopping import STOPPED, STOPPED_BESIDE
from bot.turns.threads import Above
from bot.turns.turn import run_turn
from bot.turns.withdrawal import withdrawal
from bot.turns.worker import Worker
from functions import Context, Function, function
from storage.outcomes import reference
from storage.ports import Storage, StorageError
from storage.records import (
    UNREAD,
    Action,
    ActionState,
    AssistantItem,
    Decision,
    Delivery,
    Item,
    OverheardItem,
    ResultItem,
    Stopping,
    TurnState,
    UserItem,
)
from tests.bot.turns.conftest import KEY, Clock, Desk, Ledger, RecordingOutlet, ScriptedModel
from tests.bot.turns.test_worker import Outlets, at_work


@dataclass
class Held:
    """Something that is waited for: it says that it has begun, and goes on when it may."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False

    async def __call__(self) -> None:
        self.begun.set()
        await self.may_end.wait()
        self.ended = True


class HeldModel(ScriptedModel):
    """Says a few words and falls silent."""

    def __init__(self, held: Held, words: Sequence[str]) -> None:
        super().__init__()
        self._held, self._words = held, words

    async def stream(
        self, instructions: str, items: Sequence[Item], functions: Sequence[Function]
    ) -> AsyncGenerator[Event, None]:
        self.shown.append(list(items))
        for word in self._words:
            yield TextDelta(word)
        await self._held()
        raise AssertionError("the model was waited for")


async def stop(parts: Parts, user: str = "U1") -> Stopping:
    ruling = await parts.storage.turns.stop(KEY, user, parts.clock(), note=STOPPED, beside=STOPPED_BESIDE)
    if ruling.verdict is Stopping.STOPPED:
        parts.stops.call(ruling.turn)
    return ruling.verdict


@asynccontextmanager
async def at_it(parts: Parts, outlet: RecordingOutlet) -> AsyncIterator["At"]:
    """Let a worker work."""
    outlets = Outlets(outlet)
    worker = Worker(parts, outlets, 4)
    async with asyncio.timeout(20), at_work(worker):
        yield At(worker, outlets.finished)


@dataclass
class At:
    worker: Worker
    finished: asyncio.Event

    async def ended(self) -> None:
        await self.finished.wait()
        self.finished.clear()


async def history(storage: Storage) -> list[Item]:
    return await storage.history.items(1)


@pytest.mark.parametrize("words", [(), ("Half ", "an ans")])
async def test_while_the_model_writes(
    parts: Parts, outlet: RecordingOutlet, desk: Desk, words: tuple[str, ...]
) -> None:
    held = Held()
    parts = replace(parts, model=HeldModel(held, words))
    await desk.message("Count.", direct=True)
    async with at_it(parts, outlet) as work:
        await held.begun.wait()
        assert await stop(parts, "U2") is Stopping.NOT_YOURS
        assert await stop(parts) is Stopping.STOPPED
        await work.ended()
        assert await stop(parts) is Stopping.OVER
    assert (outlet.said, outlet.note, outlet.retry) == ("".join(words), "멈췄습니다.", False)
    assert outlet.controls.quiet
    assert outlet.finished == 1
    assert await history(parts.storage) == [
        UserItem("Count.", "U1"),
        AssistantItem("".join(words), stopped=True),
    ]
    assert await parts.storage.inbox.claim(parts.clock()) is None


async def test_while_a_function_reads(
    parts: Parts, outlet: RecordingOutlet, desk: Desk, model: ScriptedModel
) -> None:
    held = Held()

    @function(read_only=True)
    async def read(context: Context) -> str:
        """Read for a long time."""
        await held()
        return "never"

    parts = replace(parts, functions={"read": read})
    model.calls(("read", "{}"), text="I look.")
    await desk.message("Look.", direct=True)
    async with at_it(parts, outlet) as work:
        await held.begun.wait()
        await stop(parts)
        await work.ended()
    assert not held.ended
    assert (await history(parts.storage))[1:] == [AssistantItem("I look.", stopped=True)]
    assert len(model.shown) == 1


async def test_while_an_action_is_done_it_is_done_and_told_on_its_card(
    parts: Parts, outlet: RecordingOutlet, desk: Desk, model: ScriptedModel
) -> None:
    held = Held()

    @function
    async def build(context: Context) -> str:
        """Do something that takes a while."""
        await held()
        return "done"

    parts = replace(parts, functions={"build": build})
    model.calls(("build", "{}"), ("build", "{}"))
    await desk.message("Do it twice.", direct=True)
    claim = await desk.claim()
    await parts.storage.turns.finish(claim.turn, await run_turn(parts, claim, outlet), parts.clock())
    for action in outlet.cards:
        await desk.click(replace(action, card_ts=None), Decision.CONFIRM)
    async with at_it(parts, outlet) as work:
        await held.begun.wait()
        await stop(parts)
        await work.ended()
        assert "승인한 작업은 끝까지" in outlet.note
        assert outlet.settled == []
        held.may_end.set()
        await parts.effects.settle(10.0)
    assert [action.state for action in outlet.settled] == [ActionState.SUCCEEDED] * 2
    assert len(model.shown) == 1, "the model was asked to tell what came of it"


async def test_what_the_model_takes_back_is_taken_back_whole(
    parts: Parts, outlet: RecordingOutlet, desk: Desk, model: ScriptedModel
) -> None:
    """The stop comes between the commit and its card."""
    held, settled = Held(), RecordingOutlet()

    class Cards:
        async def settle_all(self, actions: Sequence[Action]) -> None:
            await held()
            settled.settled += actions

    taking_back = withdrawal(parts.storage.actions, Cards(), parts.clock)  # type: ignore[arg-type]
    parts = replace(parts, functions={**parts.functions, taking_back.name: taking_back})
    model.calls(("pay", '{"amount": 5}'))
    await desk.message("Pay.", direct=True)
    async with at_it(parts, outlet) as work:
        await work.ended()
        [action] = outlet.cards
        model.calls((taking_back.name, json.dumps({"reference_of_action": reference(action.id)})))
        await desk.message("Or rather not.", direct=True)
        work.worker.wake()
        await held.begun.wait()
        assert await stop(parts) is Stopping.STOPPED
        await work.ended()
        held.may_end.set()
        await asyncio.wait({task for task in asyncio.all_tasks() if task.get_name() == "taking back"})
    assert [each.state for each in settled.settled] == [ActionState.WITHDRAWN]
    told = [json.loads(item.output_json) for item in await history(parts.storage) if isinstance(item, ResultItem)]
    assert [each["status"] for each in told] == ["awaiting_confirmation", "withdrawn"]


async def test_a_stop_at_a_commit_is_met_there(
    parts: Parts, outlet: RecordingOutlet, desk: Desk, model: ScriptedModel
) -> None:
    """Nothing is waited for when it comes: what the turn records next is refused."""
    model.calls(("pay", '{"amount": 5}'), text="I pay.")
    await desk.message("Pay.", direct=True)
    record = parts.storage.turns.record

    async def late(*args: object, **named: object) -> object:
        if len(model.shown) == 1:
            await parts.storage.turns.stop(KEY, "U1", parts.clock(), note=STOPPED, beside=STOPPED_BESIDE)
        return await record(*args, **named)  # type: ignore[arg-type]

    parts.storage.turns.record = late  # type: ignore[method-assign,assignment]
    async with at_it(parts, outlet) as work:
        await work.ended()
    assert outlet.note == "멈췄습니다."
    assert outlet.cards == []
    assert (await history(parts.storage))[1:] == [AssistantItem("I pay.", stopped=True)]


async def test_before_anything_of_it_is_recorded(parts: Parts, outlet: RecordingOutlet, desk: Desk) -> None:
    await desk.message("Never mind.", direct=True)
    claim = await desk.claim()
    await stop(parts)
    await parts.storage.turns.stopped(claim.turn, (), "", parts.clock())
    await parts.storage.turns.finish(claim.turn, TurnState.ANSWERED, parts.clock())
    assert await history(parts.storage) == [AssistantItem("", stopped=True)]


async def test_what_stood_above_and_was_still_being_read_is_known_to_be_unread(
    parts: Parts, outlet: RecordingOutlet, desk: Desk
) -> None:
    """The next turn finds a history, and reads no thread."""
    held = Held()

    class Slow:
        async def above(self, delivery: Delivery) -> Above | None:
            await held()
            return Above()

    parts = replace(parts, threads=Slow())
    await desk.message("What do they want?")
    async with at_it(parts, outlet) as work:
        await held.begun.wait()
        assert await stop(parts) is Stopping.STOPPED
        await work.ended()
    assert await history(parts.storage) == [
        OverheardItem("", gap=UNREAD),
        UserItem("What do they want?", "U1", "Kim"),
        AssistantItem("", stopped=True),
    ]


async def test_a_process_that_ends_right_after_the_stop_has_stopped(
    parts: Parts, outlet: RecordingOutlet, desk: Desk, model: ScriptedModel, clock: Clock
) -> None:
    await desk.message("Count.", direct=True)
    await desk.claim()
    await stop(parts)
    left = await recover(parts)
    outlets = Outlets(outlet)
    worker = Worker(parts, outlets, 4)
    for ended in left.ended:
        worker.show(ended)
    async with at_work(worker):
        await outlets.finished.wait()
    assert (outlet.note, outlet.said, outlet.picked_up) == ("멈췄습니다.", "", 1)
    assert model.shown == []
    assert await history(parts.storage) == [AssistantItem("", stopped=True)]


async def test_what_was_confirmed_is_carried_out_also_by_the_process_after_a_stopped_one(
    parts: Parts, outlet: RecordingOutlet, desk: Desk, model: ScriptedModel, ledger: Ledger
) -> None:
    """Two clicks are one turn. It is stopped while the first is being done, and the process ends before the end of
    the turn is shown."""
    model.calls(("pay", '{"amount": 5}'), ("pay", '{"amount": 6}'))
    await desk.message("Pay both.", direct=True)
    claim = await desk.claim()
    await parts.storage.turns.finish(claim.turn, await run_turn(parts, claim, outlet), parts.clock())
    first, second = (replace(action, card_ts=None) for action in outlet.cards)
    for action in (first, second):
        await desk.click(action, Decision.CONFIRM)
    assert len((await desk.claim()).entries) == 2
    assert await parts.storage.actions.begin(first.id, parts.clock()) is not None
    assert await stop(parts) is Stopping.STOPPED
    left = await recover(parts)
    model.says("I told it.")
    outlets = Outlets(outlet)
    worker = Worker(parts, outlets, 4)
    for ended in left.ended:
        worker.show(ended)
    async with asyncio.timeout(20), at_work(worker):
        await outlets.finished.wait()
        outlets.finished.clear()
        await outlets.finished.wait()
    assert [paid for paid, _ in ledger.paid] == [6], "what had begun is not known, and not done again"
    states = [(await parts.storage.actions.get(action.id)).state for action in (first, second)]  # type: ignore[union-attr]
    assert states == [ActionState.UNKNOWN, ActionState.SUCCEEDED]
    told = [json.loads(item.output_json) for item in model.shown[-1] if isinstance(item, ResultItem)]
    assert [each["status"] for each in told[-2:]] == ["succeeded", "unknown"]


async def test_an_ordinary_answer_has_a_menu_and_one_with_effects_has_none(
    parts: Parts, outlet: RecordingOutlet, desk: Desk, model: ScriptedModel, ledger: Ledger
) -> None:
    model.says("It is 42.")
    await desk.message("What is it?", direct=True)
    async with at_it(parts, outlet) as work:
        await work.ended()
        assert outlet.controls.again
        model.calls(("look", '{"what": "x"}'), ("pay", '{"amount": 5}'))
        model.says("There is a card.")
        await desk.message("Pay.", direct=True)
        work.worker.wake()
        await work.ended()
        assert not outlet.controls.again


async def test_a_nod_that_stops_leaves_no_button(parts: Parts, outlet: RecordingOutlet, desk: Desk) -> None:
    held = Held()
    parts = replace(parts, model=HeldModel(held, ()))
    await desk.message("Count.", direct=True)
    async with at_it(parts, outlet) as work:
        await held.begun.wait()
        await work.worker.drain(0.0)
    assert (outlet.left, outlet.finished) == (1, 0)


async def test_nor_does_a_try_that_could_not_be_kept(
    parts: Parts, outlet: RecordingOutlet, desk: Desk, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.turns.worker.STORAGE_PAUSE", 0.0)
    record = parts.storage.turns.record
    broken = [StorageError("The disk is full.")]

    async def failing(*args: object, **named: object) -> object:
        if broken:
            raise broken.pop()
        return await record(*args, **named)  # type: ignore[arg-type]

    parts.storage.turns.record = failing  # type: ignore[method-assign,assignment]
    model.says("It is 42.")
    await desk.message("What is it?", direct=True)
    async with at_it(parts, outlet) as work:
        await work.ended()
    assert (outlet.left, outlet.finished) == (2, 1)
