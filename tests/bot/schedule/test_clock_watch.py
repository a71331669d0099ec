"""A clock that is set stops nothing that happens by the clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apscheduler.schedulers import base
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers import interval

from bot.schedule.clock_watch import SET_BY, ClockWatch

AHEAD = timedelta(hours=9)


class Ahead(datetime):
    """APScheduler's clock, which is hours ahead until it is set."""

    by = AHEAD

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.now(tz) + cls.by


async def test_what_happens_every_few_seconds_goes_on_after_the_clock_was_put_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(base, "datetime", Ahead)
    monkeypatch.setattr(interval, "datetime", Ahead)
    done = asyncio.Event()
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.start()
    try:
        job = scheduler.add_job(done.set, "interval", seconds=3_600)
        wall = [Ahead.now(UTC).timestamp()]
        watch = ClockWatch(scheduler, lambda: wall[0], lambda: 0.0)
        assert not watch.look()
        monkeypatch.setattr(Ahead, "by", timedelta())
        assert job.next_run_time - datetime.now(UTC) > AHEAD, "it would wait for what the clock was ahead"
        wall[0] -= AHEAD.total_seconds()
        assert watch.look()
        async with asyncio.timeout(10):
            await done.wait()
        assert not watch.look()
    finally:
        scheduler.shutdown(wait=False)


@pytest.mark.parametrize(("by", "was_set"), [(SET_BY - 1, False), (SET_BY, True), (-SET_BY, True)])
async def test_a_little_is_no_setting(by: float, was_set: bool) -> None:
    wall = [0.0]
    watch = ClockWatch(AsyncIOScheduler(timezone="UTC"), lambda: wall[0], lambda: 0.0)
    wall[0] = by
    assert watch.look() is was_set
