"""Fires schedules: APScheduler wakes at the next due time, and what is due is claimed in the database.

The rows are all there is to know: the alarm is set from them at the start and after every change. APScheduler's
own sense of what was missed is not asked (`misfire_grace_time=None`), because a process may have been down.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.schedule.book import timing_of
from bot.schedule.firing import firing
from bot.schedule.posting import Posting
from functions.timing import next_run
from storage.ports import Schedules, StorageError
from storage.records import Firing, Run, Schedule

log = logging.getLogger("nod.schedule")

LOOK_EVERY = 15
"""Seconds after which it is looked at in any case: a clock was set, a database failed, Slack was out of reach."""


class Alarm:
    """`wake` may be called from anywhere in the loop, also before `start`."""

    def __init__(
        self, schedules: Schedules, posting: Posting, clock: Callable[[], datetime], grace: timedelta
    ) -> None:
        self._schedules = schedules
        self._posting = posting
        self._clock = clock
        self._grace = grace
        self._scheduler: AsyncIOScheduler | None = None
        self._job: Any = None
        self._one_by_one = asyncio.Lock()
        self._begun = self._planned = False

    def start(self, scheduler: AsyncIOScheduler) -> None:
        """Set the alarm from the rows, now and whenever something changes."""
        self._scheduler = scheduler
        scheduler.add_job(self._ring, "interval", seconds=LOOK_EVERY)
        self.wake()

    def reset(self) -> None:
        """The clock was set: compute anew when everything is due."""
        self._planned = False
        self.wake()

    def wake(self) -> None:
        """Look now at what is due, and set the alarm anew."""
        if self._scheduler is not None:
            self._scheduler.add_job(self._ring, "date")

    async def _ring(self) -> None:
        with suppress(asyncio.CancelledError):  # the end of the process: the scheduler would write a stack trace
            async with self._one_by_one:
                try:
                    now = self._clock()
                    await self.fire(now)
                    await self.replan(now)
                    self._posting.take_up(await self._schedules.claimed())
                    self._set(await self._schedules.next_due())
                except StorageError as error:
                    log.error("schedules cannot be fired now: %s", error)
            self._posting.tell_soon()

    def _set(self, at: datetime | None) -> None:
        if self._job is not None:
            with suppress(JobLookupError):
                self._job.remove()
        self._job = None
        if at is not None and self._scheduler is not None:
            # at once, if more is due than was claimed
            self._job = self._scheduler.add_job(self._ring, "date", run_date=at)

    async def begin(self) -> None:
        """Before this process claims anything: what is claimed may have been posted by another one."""
        if not self._begun:
            self._posting.doubt(await self._schedules.claimed())
            self._begun = True

    async def replan(self, now: datetime) -> None:
        """Compute when all is due that is not yet, at the start and after the clock was set: one that was ahead
        has put it off, and the rules of time zones change."""
        if not self._planned:
            await self._schedules.replan(now, lambda schedule: _next(schedule, now))
            self._planned = True

    async def fire(self, now: datetime) -> list[Run]:
        """Claim what is due, each due time once, whoever else fires; if that is very much, the first of it."""
        await self.begin()
        missed: set[int] = set()  # what fails is planned once more

        def plan(schedule: Schedule) -> Firing:
            firing = self._firing(schedule, now)
            if firing.missed is not None:
                missed.add(schedule.id)
            return firing

        claimed = await self._schedules.fire(now, plan)
        for _ in missed:
            self._posting.count("missed")
        return claimed

    def _firing(self, schedule: Schedule, now: datetime) -> Firing:
        try:
            return firing(schedule, now, self._grace)
        except (ArithmeticError, LookupError, ValueError):
            # such as a time zone that an update of the system's took away
            log.exception("schedule %d can no longer be computed, and ends", schedule.id)
            return Firing(due=None, missed=schedule.next_at, next_at=None)


def _next(schedule: Schedule, now: datetime) -> datetime | None:
    """Say when a schedule is due next; None for what cannot be computed: it ends when it is due."""
    with suppress(ArithmeticError, LookupError, ValueError):
        return next_run(timing_of(schedule), now)
    return None
