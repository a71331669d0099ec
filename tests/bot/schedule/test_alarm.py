"""A year by a clock that is put forward: none missed, none doubled, whoever fires."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.schedule import alarm
from bot.schedule.book import timing_of
from functions.timing import runs
from storage.ports import Storage
from storage.records import Notice, Run, Schedule, ScheduleState
from storage.sqlite import SqliteStorage, open_storage
from tests.bot.schedule.conftest import GRACE, KIM, START, Board, Clock, Works, Workspace, planned, works

YEAR = datetime(2027, 1, 1, tzinfo=UTC)
SPRING = datetime(2026, 4, 5, tzinfo=UTC)
"""After the gaps of both zones that have one."""
ZONES = ("Asia/Seoul", "America/New_York", "Europe/Berlin")
DAILY = ("0 9 * * *", "30 2 * * *", "30 1 * * *")
OTHERS = (
    *("0 9 * * 1-5", "0 9 * * 1,3", "0 9 * * 5", "30 2 * * 7", "30 1 * * SUN", "0 9 * * 0,6", "30 2 * * 6"),
    *("0 9 * * 2", "0 9 * * 4", "30 1 * * 3", "0 9 1 * *", "0 9 L * *", "0 9 * * 1#1"),
)
RULES = [
    *((rule, zone) for rule in (*DAILY, *OTHERS) for zone in ZONES),
    *(("0 * 25 10 *", "Europe/Berlin"), ("0 7 * * *", "UTC")),
]


async def fifty(storage: Storage) -> list[Schedule]:
    made = [await planned(storage, rule, zone) for rule, zone in RULES]
    assert len(made) == 50
    return made


async def fired(clock: Clock, dues: Iterable[datetime], *all_works: Works) -> list[Run]:
    """Put the clock forward from due time to due time; all fire at once."""
    claimed: list[Run] = []
    for due in dues:
        clock.now = due
        for got in await asyncio.gather(*(each.alarm.fire(due) for each in all_works)):
            claimed += got
    return claimed


async def without_waiting_for_the_disk(storage: Storage) -> None:
    """Let commits go by faster than a disk takes them: a year has thousands."""
    assert isinstance(storage, SqliteStorage)
    await storage.connection.outside("PRAGMA synchronous=OFF")


def wanted(schedules: list[Schedule], until: datetime) -> Counter[tuple[int, datetime]]:
    return Counter(
        (each.id, due)
        for each in schedules
        for due in takewhile(lambda due: due < until, runs(timing_of(each), START))
    )


async def test_a_year_of_fifty_schedules(storage: Storage, clock: Clock, clockwork: Works) -> None:
    await without_waiting_for_the_disk(storage)
    schedules = await fifty(storage)
    expected = wanted(schedules, YEAR)
    claimed = await fired(clock, sorted({due for _, due in expected}), clockwork)
    assert Counter((run.schedule, run.due) for run in claimed) == expected
    next_due = await storage.schedules.next_due()
    assert next_due is not None
    assert next_due >= YEAR
    assert await storage.schedules.notices() == []
    daily = Counter(run.schedule for run in claimed)
    assert [daily[each.id] for each in schedules if each.rule == "30 2 * * *"] == [365] * 3
    assert len(claimed) > 6_000


async def test_two_processes_on_one_database_claim_each_run_once(
    storage: Storage, tmp_path: Path, clock: Clock, workspace: Workspace, board: Board
) -> None:
    schedules = [await planned(storage, rule, zone) for rule, zone in RULES[1:9]]
    other = await open_storage(tmp_path / "nod.db")
    for each in (storage, other):
        await without_waiting_for_the_disk(each)
    both = [works(each, clock, workspace, board) for each in (storage, other)]
    expected = wanted(schedules, SPRING)
    claimed = await fired(clock, sorted({due for _, due in expected}), *both)
    assert Counter((run.schedule, run.due) for run in claimed) == expected
    await other.close()


async def test_a_process_that_dies_between_claim_and_post_loses_and_doubles_nothing(
    tmp_path: Path, clock: Clock, workspace: Workspace, board: Board
) -> None:
    """A new process each week; it dies right after a claim, or right after a post that nobody saw the end of."""
    path = tmp_path / "nod.db"
    storage = await open_storage(path)
    schedule = await planned(storage, "0 9 * * *", "America/New_York")
    for week in range(12):
        clockwork = works(storage, clock, workspace, board)
        await clockwork.post()
        for day in range(7):
            due = await storage.schedules.next_due()
            assert due
            clock.now = due
            await clockwork.alarm.fire(due)
            if day == 6:
                board.away = week % 2
                if board.away:
                    await clockwork.post()
                break
            await clockwork.post()
        await storage.close()
        storage = await open_storage(path)
        clock.now += timedelta(minutes=5)
    await works(storage, clock, workspace, board).post()
    assert [run.due for run in board.roots] == [run.due for run in sorted(board.roots, key=lambda run: run.id)]
    assert Counter(run.due for run in board.roots) == Counter(
        takewhile(lambda due: due <= clock.now, runs(timing_of(schedule), START))
    )
    asked = 0
    while claim := await storage.inbox.claim(clock.now):
        asked += len(claim.entries)
    assert asked == len(board.roots) == 84
    await storage.close()


async def test_after_a_long_stop_the_last_time_alone_is_done(
    storage: Storage, clock: Clock, clockwork: Works
) -> None:
    schedule = await planned(storage, "*/15 * * * *")
    clock.now = START + timedelta(hours=5, minutes=7)
    [run] = await clockwork.alarm.fire(clock.now)
    assert run.due == START + timedelta(hours=5)
    assert await storage.schedules.next_due() == START + timedelta(hours=5, minutes=15)
    assert await storage.schedules.notices() == []
    assert (await storage.schedules.get(schedule.id)) is not None


async def test_what_was_due_too_long_ago_is_told_as_missed(
    storage: Storage, clock: Clock, clockwork: Works, board: Board
) -> None:
    daily, once = await planned(storage, "0 9 * * *"), await planned(storage, "2026-01-01T09:00")
    clock.now = START + timedelta(hours=9) + GRACE + timedelta(seconds=1)
    assert await clockwork.alarm.fire(clock.now) == []
    assert clockwork.counted == ["missed"] * 2
    await clockwork.posting.tell()
    assert [(notice.schedule.id, notice.due) for notice in board.told] == [
        (daily.id, START + timedelta(hours=9)),
        (once.id, START + timedelta(hours=9)),
    ]
    assert await storage.schedules.next_due() == START + timedelta(hours=33)
    ended = await storage.schedules.get(once.id)
    assert ended is not None
    assert ended.state is ScheduleState.ENDED


async def test_within_the_grace_it_is_done_late(storage: Storage, clock: Clock, clockwork: Works) -> None:
    await planned(storage, "2026-01-01T09:00")
    clock.now = START + timedelta(hours=9) + GRACE
    [run] = await clockwork.alarm.fire(clock.now)
    assert run.due == START + timedelta(hours=9)
    assert await storage.schedules.next_due() is None


async def test_one_that_cannot_be_computed_any_more_does_not_stop_the_others(
    storage: Storage, clock: Clock, clockwork: Works
) -> None:
    broken = await planned(storage, "0 9 * * *", made_by="broken")
    await storage.schedules.change(replace(broken, zone="Mars/Olympus"), "schedule_changed", KIM, START)
    good = await planned(storage, "0 9 * * *")
    clock.now = START + timedelta(hours=9)
    assert [run.schedule for run in await clockwork.alarm.fire(clock.now)] == [good.id]
    found = await storage.schedules.get(broken.id)
    assert found is not None
    assert found.state is ScheduleState.ENDED


async def test_a_clock_that_was_ahead_puts_nothing_off(storage: Storage, clock: Clock, clockwork: Works) -> None:
    """A machine that starts with a clock days ahead, which is set right then."""
    schedule = await planned(storage, "0 9 * * *")
    clock.now = START + timedelta(days=3)
    assert await clockwork.alarm.fire(clock.now) == []
    assert await storage.schedules.next_due() == START + timedelta(days=3, hours=9)
    clock.now = START + timedelta(hours=1)
    await clockwork.alarm.replan(clock.now)
    assert await storage.schedules.next_due() == START + timedelta(hours=9)
    [run] = await clockwork.alarm.fire(START + timedelta(hours=9))
    assert run.schedule == schedule.id


async def test_one_that_cannot_be_computed_stays_as_it_is_until_it_is_due(
    storage: Storage, clock: Clock, clockwork: Works
) -> None:
    broken = await planned(storage, "0 9 * * *")
    await storage.schedules.change(replace(broken, zone="Mars/Olympus"), "schedule_changed", KIM, START)
    await clockwork.alarm.replan(START)
    assert await storage.schedules.next_due() == START + timedelta(hours=9)


async def test_no_run_waits_while_somebody_is_told_something(
    storage: Storage, clock: Clock, clockwork: Works, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack may take minutes for a direct message, or be away: what is due is posted meanwhile."""
    monkeypatch.setattr(alarm, "LOOK_EVERY", 0.05)
    telling = asyncio.Event()

    async def slow(notice: Notice) -> None:
        telling.set()
        await asyncio.Event().wait()

    posted, opens = asyncio.Event(), board.open

    async def open_(run: Run) -> str | None:
        posted.set()
        return await opens(run)

    monkeypatch.setattr(board, "tell", slow)
    monkeypatch.setattr(board, "open", open_)
    await planned(storage, "2026-01-01T09:00")
    clock.now = START + timedelta(hours=9) + GRACE * 2
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.start()
    try:
        clockwork.alarm.start(scheduler)
        async with asyncio.timeout(20):
            await telling.wait()
            for number in range(3):  # as often as the alarm has jobs that could look, and once more
                await planned(storage, "0 9 * * *", made_by=str(number), next_at=clock.now)
                await posted.wait()
                posted.clear()
        assert len(board.roots) == 3
    finally:
        scheduler.shutdown(wait=False)
        await clockwork.posting.end()
