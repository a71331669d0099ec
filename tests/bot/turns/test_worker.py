"""The worker: what is late, what is taken up too often, what fails, and the turns that outlive a stop."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import ModelBusy
from bot.turns.outlet import NO_CONTROLS, Controls, Outlet
from bot.turns.parts import Parts
from bot.turns.worker import MOST_TRIES, Worker
from functions import Context, function
from storage.ports import StorageError
from storage.records import Action, Claim, ConversationKey, Decision, Delivery
from tests.bot.turns.conftest import Clock, Desk, RecordingOutlet, ScriptedModel


@dataclass
class Outlets:
    """Gives every turn the same outlet, and tells when one is finished."""

    outlet: RecordingOutlet
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, claim: Claim) -> Outlet:
        return _Telling(self.outlet, self.finished)

    async def in_line(self, delivery: Delivery, place: int) -> None: ...

    async def post_again(self, action: Action) -> str | None:
        return None

    async def settle_all(self, actions: Sequence[Action]) -> None: ...


class _Telling:
    def __init__(self, outlet: RecordingOutlet, finished: asyncio.Event) -> None:
        self._outlet, self._finished = outlet, finished

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outlet, name)

    async def finish(self, note: str = "", *, retry: bool = False, controls: Controls = NO_CONTROLS) -> bool:
        shown = await self._outlet.finish(note, retry=retry, controls=controls)
        self._finished.set()
        return shown


@asynccontextmanager
async def at_work(worker: Worker) -> AsyncIterator[None]:
    working = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        working.cancel()
        await worker.drain(5.0)


@pytest.fixture
def outlets(outlet: RecordingOutlet) -> Outlets:
    return Outlets(outlet)


async def answered(outlets: Outlets) -> None:
    async with asyncio.timeout(10):
        await outlets.finished.wait()


async def test_a_message_is_answered(parts: Parts, desk: Desk, model: ScriptedModel, outlets: Outlets) -> None:
    model.says("Hello.")
    await desk.message("hi")
    async with at_work(Worker(parts, outlets, 2)):
        await answered(outlets)
    assert outlets.outlet.said.strip() == "Hello."
    assert outlets.outlet.picked_up == 0


async def test_what_came_long_before_the_start_gets_an_apology_and_a_way_to_be_answered(
    parts: Parts, desk: Desk, clock: Clock, model: ScriptedModel, outlets: Outlets
) -> None:
    await desk.message("what is the weather?")
    clock.pass_seconds(601)
    async with at_work(Worker(parts, outlets, 2, late=timedelta(minutes=10))):
        await answered(outlets)
    assert outlets.outlet.said == ""
    assert "그때는 답해" in outlets.outlet.note
    assert outlets.outlet.retry
    assert model.shown == []


async def test_what_came_a_little_before_the_start_is_answered(
    parts: Parts, desk: Desk, clock: Clock, model: ScriptedModel, outlets: Outlets
) -> None:
    model.says("Sunny.")
    await desk.message("what is the weather?")
    clock.pass_seconds(599)
    async with at_work(Worker(parts, outlets, 2, late=timedelta(minutes=10))):
        await answered(outlets)
    assert outlets.outlet.said.strip() == "Sunny."


async def test_a_decision_is_never_late(
    parts: Parts, desk: Desk, clock: Clock, model: ScriptedModel, outlets: Outlets
) -> None:
    parts = replace(parts, confirm_ttl=timedelta(hours=2))
    model.calls(("pay", '{"amount": 5}'))
    await desk.message("pay 5")
    async with at_work(Worker(parts, outlets, 2)):
        await answered(outlets)
    outlets.finished.clear()
    await desk.click(replace(outlets.outlet.cards[0], card_ts="200.1"), Decision.CONFIRM)
    clock.pass_seconds(3600)
    model.says("Paid.")
    async with at_work(Worker(parts, outlets, 2, late=timedelta(minutes=10))):
        await answered(outlets)
    assert "Paid." in outlets.outlet.said


async def test_what_ends_the_process_each_time_is_given_up_with_an_incident(
    parts: Parts, desk: Desk, model: ScriptedModel, outlets: Outlets
) -> None:
    await desk.message("the message of death")
    for _ in range(MOST_TRIES):
        await desk.claim()
        await parts.storage.inbox.release()  # the process has ended, and the next one starts
    async with at_work(Worker(parts, outlets, 2)):
        await answered(outlets)
    assert model.shown == []
    assert outlets.outlet.picked_up == 1
    assert outlets.outlet.retry


async def test_a_second_try_first_picks_up_what_the_first_left(
    parts: Parts, desk: Desk, model: ScriptedModel, outlets: Outlets
) -> None:
    await desk.message("hi")
    await desk.claim()
    await parts.storage.inbox.release()
    model.says("Hello.")
    async with at_work(Worker(parts, outlets, 2)):
        await answered(outlets)
    assert outlets.outlet.picked_up == 1
    assert outlets.outlet.said.strip() == "Hello."


async def test_a_busy_model_is_asked_once_more_and_then_the_person_may(
    parts: Parts, desk: Desk, model: ScriptedModel, outlets: Outlets
) -> None:
    model.fails(ModelBusy("status 500"))
    model.fails(ModelBusy("status 500"))
    await desk.message("hi")
    async with at_work(Worker(parts, outlets, 2)):
        await answered(outlets)
    assert len(model.shown) == 2
    assert outlets.outlet.retry
    assert "500" not in outlets.outlet.note


async def test_a_stop_does_not_cut_an_effect_short(
    parts: Parts, desk: Desk, model: ScriptedModel, outlets: Outlets
) -> None:
    begun, go_on, done = asyncio.Event(), asyncio.Event(), []

    @function(title={"en": "Pay slowly", "ko": "천천히 지급"})
    async def pay_slowly(context: Context) -> str:
        """Pay slowly."""
        begun.set()
        await go_on.wait()
        done.append(context.action_id)
        return "paid"

    parts = replace(parts, functions={"pay_slowly": pay_slowly})
    model.calls(("pay_slowly", "{}"))
    await desk.message("pay")
    worker = Worker(parts, outlets, 2)
    working = asyncio.create_task(worker.run())
    await answered(outlets)
    action = replace(outlets.outlet.cards[0], card_ts="200.1")
    await desk.click(action, Decision.CONFIRM)
    worker.wake()
    await begun.wait()
    working.cancel()
    stopping = asyncio.create_task(worker.drain(0.0))
    await asyncio.sleep(0)
    go_on.set()
    await stopping
    ended = await parts.storage.actions.get(action.id)
    assert done == [action.id]
    assert ended is not None
    assert ended.state == "succeeded"


async def test_a_database_that_fails_in_a_turn_has_it_taken_up_again(
    parts: Parts, desk: Desk, model: ScriptedModel, outlets: Outlets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.turns.worker.STORAGE_PAUSE", 0.0)
    record, failures = parts.storage.turns.record, [StorageError("The disk is full.")]

    async def failing(*args: object, **named: object) -> list[Action]:
        if failures:
            raise failures.pop()
        return await record(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(parts.storage.turns, "record", failing)
    model.says("Hello.")
    await desk.message("hi")
    async with at_work(Worker(parts, outlets, 2)):
        await answered(outlets)
    assert outlets.outlet.said.strip() == "Hello."
    assert outlets.outlet.note == ""


async def test_an_answer_that_slack_does_not_take_is_shown_later(
    parts: Parts, desk: Desk, model: ScriptedModel, outlets: Outlets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.turns.worker.SHOW_AGAIN", 0.0)
    outlets.outlet.reachable = False
    model.says("Hello.")
    await desk.message("hi")
    async with at_work(Worker(parts, outlets, 2)):
        await answered(outlets)
        assert (await parts.storage.counts()).taken == 1, "nothing is lost"
        outlets.outlet.said = ""
        outlets.outlet.reachable = True
        outlets.finished.clear()
        await answered(outlets)
    assert "Hello." in outlets.outlet.said
    assert len(model.shown) == 1, "the model is not asked again"
    counts = await parts.storage.counts()
    assert (counts.waiting, counts.taken) == (0, 0)


async def test_an_incident_that_slack_does_not_take_is_told_later(
    parts: Parts, desk: Desk, model: ScriptedModel, outlets: Outlets, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("bot.turns.worker.SHOW_AGAIN", 0.0)
    monkeypatch.setattr("bot.turns.worker.run_turn", broken)
    outlets.outlet.reachable = False
    await desk.message("hi")
    async with at_work(Worker(parts, outlets, 2)):
        await answered(outlets)
        [ended] = await parts.storage.turns.ended()
        assert ended.note is not None
        outlets.outlet.note = ""
        outlets.outlet.reachable = True
        outlets.finished.clear()
        await answered(outlets)
    assert str(ended.note.values["incident"]) in outlets.outlet.note
    assert outlets.outlet.retry
    assert (await parts.storage.counts()).taken == 0


async def test_what_stops_cut_off_is_not_given_up_and_what_they_left_is_picked_up(
    parts: Parts, desk: Desk, model: ScriptedModel, outlets: Outlets, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = asyncio.Event()

    async def hangs(_: RecordingOutlet, on: object = None) -> None:
        reached.set()
        await asyncio.Event().wait()

    await desk.message("hi")
    stops = MOST_TRIES + 2
    with monkeypatch.context() as patch:
        patch.setattr(RecordingOutlet, "working", hangs)
        for _ in range(stops):
            worker = Worker(parts, outlets, 2)
            working = asyncio.create_task(worker.run())
            await reached.wait()
            reached.clear()
            working.cancel()
            await worker.drain(0.0)
            await parts.storage.inbox.release()
    model.says("Hello.")
    async with at_work(Worker(parts, outlets, 2)):
        await answered(outlets)
    assert outlets.outlet.said.strip() == "Hello."
    assert outlets.outlet.picked_up == stops, "each but the first had something to look for"


async def test_a_defect_in_telling_an_incident_does_not_keep_the_thread_waiting(
    parts: Parts, desk: Desk, model: ScriptedModel, outlets: Outlets, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> bool:
        outlets.finished.set()
        raise RuntimeError("a defect")

    monkeypatch.setattr(_Telling, "finish", broken)
    model.says("Hello.")
    await desk.message("hi")
    async with at_work(Worker(parts, outlets, 2)):
        await answered(outlets)
    assert await parts.storage.turns.ended() == []


async def test_nobody_takes_every_turn(
    parts: Parts, desk: Desk, model: ScriptedModel, outlets: Outlets, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    enough = asyncio.Event()

    async def hangs(_: RecordingOutlet, on: object = None) -> None:
        enough.set() if len(begun) == 4 else None
        await asyncio.Event().wait()

    async def opened(claim: Claim) -> Outlet:
        begun.append(claim.entries[0].delivery.user)
        return _Telling(outlets.outlet, outlets.finished)

    monkeypatch.setattr(RecordingOutlet, "working", hangs)
    monkeypatch.setattr(outlets, "open", opened)
    for number in range(8):
        await desk.message("hi", "U1", ConversationKey("T1", "C1", f"{number}.1"))
    await desk.message("hi", "U2", ConversationKey("T1", "C1", "9.1"))
    worker = Worker(parts, outlets, 4)
    working = asyncio.create_task(worker.run())
    async with asyncio.timeout(10):
        await enough.wait()
    working.cancel()
    await worker.drain(0.0)
    assert sorted(begun) == ["U1", "U1", "U1", "U2"]
