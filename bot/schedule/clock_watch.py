"""Notices that the machine's clock was set: APScheduler goes by it, so what is to happen every few seconds would
wait for hours after a clock that was hours ahead has been put right."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = logging.getLogger("nod.schedule")

LOOK_EVERY = 15.0
"""Seconds, of a clock that nobody sets, between two looks."""

SET_BY = 5.0
"""Seconds by which the machine's clock has left the other one: less is a busy loop, or time that is kept right."""


class ClockWatch:
    """`wall` is the machine's clock in Unix seconds, `steady` one that only grows and that nobody sets."""

    def __init__(
        self,
        scheduler: AsyncIOScheduler,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scheduler = scheduler
        self._wall = wall
        self._steady = steady
        self._apart = wall() - steady()

    def look(self) -> bool:
        """Tell whether the clock was set since the last look; then what happens again and again happens now, and
        goes on from there."""
        apart = self._wall() - self._steady()
        by, self._apart = apart - self._apart, apart
        if abs(by) < SET_BY:
            return False
        log.warning("the machine's clock was set by %.0f s, or the machine has slept", by)
        for job in self._scheduler.get_jobs():
            if isinstance(job.trigger, IntervalTrigger):
                job.modify(next_run_time=datetime.now(UTC))
        return True
