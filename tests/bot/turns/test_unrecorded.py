"""An apology that the database cannot keep yet: nobody is told of a failed turn that is done without one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.turns.worker import MOST_TRIES, Worker
from storage.ports import StorageError
from storage.records import Claim, Note, TurnState
from tests.bot.turns.conftest import KEY, Desk, ScriptedModel
from tests.bot.turns.test_worker import Outlets, answered, at_work, outlets

__all__ = ["outlets"]


@dataclass
class FullDisk:
    """Refuses what a turn wants to keep, while small commits pass: `until` says how often at least."""

    until: int
    full: bool = True
    refused: int = 0
    often: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture
def disk(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    """Full until it has refused the apology twice, too."""
    disk, record = FullDisk(MOST_TRIES + 2), parts.storage.turns.record

    async def failing(*args: Any, **named: Any) -> Any:
        if not disk.full:
            return await record(*args, **named)
        disk.refused += 1
        if disk.refused >= disk.until:
            disk.often.set()
        raise StorageError("The disk is full.")

    monkeypatch.setattr("bot.turns.worker.STORAGE_PAUSE", 0.0)
    monkeypatch.setattr(parts.storage.turns, "record", failing)
    return disk


@pytest.fixture
def ends(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> list[tuple[TurnState, bool]]:
    """How turns have ended, and whether their end was recorded before."""
    seen: list[tuple[TurnState, bool]] = []
    finish = parts.storage.turns.finish

    async def seeing(turn: int, state: TurnState, *more: Any) -> None:
        recorded = {ended.claim.turn for ended in await parts.storage.turns.ended()}
        await finish(turn, state, *more)
        seen.append((state, turn in recorded))

    monkeypatch.setattr(parts.storage.turns, "finish", seeing)
    return seen


@asynccontextmanager
async def at_a_full_disk(parts: Parts, outlets: Outlets, disk: FullDisk) -> AsyncIterator[Worker]:
    """A worker whose turn waits for the disk to keep its apology."""
    worker = Worker(parts, outlets, 2)
    async with at_work(worker):
        async with asyncio.timeout(10):
            await disk.often.wait()
        yield worker


async def test_the_last_try_is_not_done_before_its_apology_is_kept(
    parts: Parts,
    desk: Desk,
    model: ScriptedModel,
    outlets: Outlets,
    disk: FullDisk,
    ends: list[tuple[TurnState, bool]],
) -> None:
    await desk.message("hi")
    async with at_a_full_disk(parts, outlets, disk):
        assert (await parts.storage.counts()).taken == 1, "nothing is lost"
        assert outlets.outlet.finished == 0
        disk.full = False
        await answered(outlets)
    assert outlets.outlet.retry
    assert model.shown == []
    assert ends == [(TurnState.INTERRUPTED, False)] * (MOST_TRIES - 1) + [(TurnState.FAILED, True)]
    counts = await parts.storage.counts()
    assert (counts.waiting, counts.taken) == (0, 0)


async def test_nor_is_a_first_try_with_a_defect(
    parts: Parts,
    desk: Desk,
    outlets: Outlets,
    disk: FullDisk,
    ends: list[tuple[TurnState, bool]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("bot.turns.worker.run_turn", broken)
    disk.until = 2
    await desk.message("hi")
    async with at_a_full_disk(parts, outlets, disk):
        disk.full = False
        await answered(outlets)
    [incident] = {record.incident for record in caplog.records if hasattr(record, "incident")}
    assert incident in outlets.outlet.note, "one number, however often it was tried to be kept"
    assert ends == [(TurnState.FAILED, True)]


async def test_nor_is_one_that_was_begun_too_often(
    parts: Parts, desk: Desk, outlets: Outlets, disk: FullDisk, ends: list[tuple[TurnState, bool]]
) -> None:
    disk.until = 2
    await desk.message("the message of death")
    for _ in range(MOST_TRIES):
        await desk.claim()
        await parts.storage.inbox.release()
    async with at_a_full_disk(parts, outlets, disk):
        disk.full = False
        await answered(outlets)
    assert outlets.outlet.retry
    assert ends == [(TurnState.FAILED, True)]


async def test_a_stop_in_between_is_told_instead(
    parts: Parts, desk: Desk, outlets: Outlets, disk: FullDisk, ends: list[tuple[TurnState, bool]]
) -> None:
    await desk.message("hi")
    async with at_a_full_disk(parts, outlets, disk):
        note = Note("stopped", quiet=True)
        await parts.storage.turns.stop(KEY, "U1", parts.clock(), note=note, beside=note)
        disk.full = False
        await answered(outlets)
    assert not outlets.outlet.retry
    assert ends[-1] == (TurnState.ANSWERED, True)


async def test_what_a_stop_of_nod_cuts_off_is_told_after_the_next_start(
    parts: Parts, desk: Desk, model: ScriptedModel, outlets: Outlets, disk: FullDisk
) -> None:
    await desk.message("hi")
    async with at_a_full_disk(parts, outlets, disk) as worker:
        await worker.drain(0.0)
    await parts.storage.inbox.release()
    disk.full = False
    model.says("Hello.")
    async with at_work(Worker(parts, outlets, 2)):
        await answered(outlets)
    assert outlets.outlet.said.strip() == "Hello.", "the try that Nod's own stop cut off does not count"


async def test_who_cannot_be_found_to_be_told_is_looked_for_once_more(
    parts: Parts,
    desk: Desk,
    outlets: Outlets,
    ends: list[tuple[TurnState, bool]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened, broken = outlets.open, [RuntimeError("a defect")]

    async def opening(claim: Claim) -> Outlet:
        if broken:
            raise broken.pop()
        return await opened(claim)

    monkeypatch.setattr(outlets, "open", opening)
    await desk.message("hi")
    async with at_work(Worker(parts, outlets, 2)):
        await answered(outlets)
    assert outlets.outlet.retry
    assert ends == [(TurnState.FAILED, True)]
