"""Summaries that a model refuses: not asked for after every answer, counted, and given up at last."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.errors import ContextTooLong, ModelBusy, ModelRefused
from bot.model.protocol import Done, Finish
from bot.turns.compaction import Compactions
from bot.turns.parts import Parts
from bot.turns.setbacks import Setbacks
from bot.turns.worker import Worker
from storage.records import AssistantItem, Claim, SummaryItem, Usage
from tests.bot.turns.conftest import Desk, RecordingOutlet, ScriptedModel
from tests.bot.turns.test_compaction import BUDGET, Clerk, talk

TRIMMED = "이 스레드의 앞부분은 더 이상 참고하지 않으며, 최근 대화는 그대로 기억합니다."


@pytest.fixture
def clerk() -> Clerk:
    return Clerk(finish=Finish.FILTERED)


@pytest.fixture
def small(parts: Parts, clerk: Clerk) -> Parts:
    return replace(parts, model=clerk, context_tokens=BUDGET)


async def after(compactions: Compactions, claim: Claim, outlet: RecordingOutlet, *, refused: bool = False) -> None:
    compactions.after(claim, outlet, refused=refused)
    await asyncio.gather(*compactions.running)


async def test_a_summary_that_is_refused_is_not_asked_for_after_every_answer(
    small: Parts, desk: Desk, clerk: Clerk, outlet: RecordingOutlet
) -> None:
    compactions = Compactions(small)
    claim = await talk(small, desk, 14)
    asked = []
    for _ in range(12):
        await after(compactions, claim, outlet)
        asked.append(len(clerk.given))
        claim = await talk(small, desk, 1)
    assert asked[0] == 1
    assert asked[1] == 1, "not until a tenth of the room has come"
    assert asked[-1] == 3, "and not after the third"
    assert outlet.asides == [TRIMMED], "the older part is left out then, and the thread is told"
    memory = await small.storage.history.memory(claim.conversation.id)
    assert memory.items[0].item == SummaryItem("")


async def test_what_a_refused_summary_took_is_counted(
    small: Parts, desk: Desk, outlet: RecordingOutlet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    counted: list[Usage] = []
    monkeypatch.setattr(small.metrics, "tokens", counted.append)
    claim = await talk(small, desk, 14)
    await after(Compactions(small), claim, outlet)
    assert counted == [Usage(100, 20, 7, 3)]
    with Database(tmp_path / "nod.db") as db:
        spent = next(db.query("SELECT * FROM turns WHERE id = ?", [claim.turn]))
    assert [spent[f"{kind}_tokens"] for kind in ("input", "output", "cached", "reasoning")] == [100, 20, 7, 3]


async def test_the_notes_so_far_are_kept_where_no_new_ones_are_to_be_had(
    small: Parts, desk: Desk, clerk: Clerk, outlet: RecordingOutlet
) -> None:
    compactions = Compactions(small)
    clerk.finish = Finish.STOP
    await after(compactions, await talk(small, desk, 14), outlet)
    clerk.error = ModelRefused("no")
    for _ in range(40):
        claim = await talk(small, desk, 1)
        await after(compactions, claim, outlet)
    assert outlet.asides[1:] == [TRIMMED] * len(outlet.asides[1:]) != []
    notes = (await small.storage.history.items(claim.conversation.id))[0]
    assert isinstance(notes, SummaryItem)
    assert notes.text == "They talked.\n(What was said after this, up to here, is left out.)"


async def test_a_model_that_is_busy_has_refused_nothing(
    small: Parts, desk: Desk, clerk: Clerk, outlet: RecordingOutlet
) -> None:
    compactions = Compactions(small)
    clerk.error = ModelBusy("busy")
    claim = await talk(small, desk, 14)
    for _ in range(5):
        await after(compactions, claim, outlet)
    clerk.error, clerk.finish = None, Finish.STOP
    await after(compactions, claim, outlet)
    assert len(clerk.given) == 6
    assert (await small.storage.history.items(claim.conversation.id))[0] == SummaryItem("They talked.")


def test_a_summary_that_came_ends_the_count() -> None:
    setbacks = Setbacks()
    for _ in range(2):
        setbacks.failed(1, 100, ModelRefused("no"))
    assert setbacks.waits(1, 109, 10)
    assert not setbacks.waits(1, 110, 10)
    assert not setbacks.waits(2, 0, 10)
    assert not setbacks.given_up(1, refused=False)
    assert setbacks.given_up(1, refused=True)
    assert not setbacks.given_up(2, refused=True)
    setbacks.failed(1, 110, TimeoutError())
    assert setbacks.given_up(1, refused=False)
    setbacks.succeeded(1)
    assert not setbacks.given_up(1, refused=True)


async def test_a_conversation_that_the_model_finds_too_long_is_summed_up(
    parts: Parts, desk: Desk, model: ScriptedModel
) -> None:
    """Whatever the estimate says: the operator's number may be more than the model has room for."""
    outlet, told = RecordingOutlet(), asyncio.Event()

    class Thread:
        async def open(self, claim: Claim) -> RecordingOutlet:
            return outlet

    async def aside(words: str) -> None:
        outlet.asides.append(words)
        told.set()

    outlet.aside = aside  # type: ignore[method-assign]
    small = replace(parts, context_tokens=BUDGET * 2)
    await talk(small, desk, 14)
    model.fails(ContextTooLong("too long"))
    model.replies.append(Done((AssistantItem("They talked."),), Finish.STOP, Usage(1, 1)))
    worker = Worker(small, Thread(), 4)  # type: ignore[arg-type]
    running = asyncio.create_task(worker.run())
    await desk.message("and now?")
    worker.wake()
    async with asyncio.timeout(20):
        await told.wait()
    running.cancel()
    await worker.drain(5)
    assert outlet.note.startswith("스레드가")
    shown = await small.storage.history.items(1)
    assert shown[0] == SummaryItem("They talked.")
