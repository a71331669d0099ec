"""What a schedule that is due runs for, and what it has missed. Pure."""

from datetime import datetime, timedelta

from bot.schedule.book import timing_of
from functions.timing import last_run, next_run
from storage.records import Firing, Schedule


def firing(schedule: Schedule, now: datetime, grace: timedelta) -> Firing:
    """Say what to do with an active schedule whose `next_at` has come.

    However many of its times have passed, it runs once, for the last of them, if that is not longer ago than
    `grace`; else that one is told as missed.
    """
    first = schedule.next_at
    if first is None or first > now:
        raise ValueError(f"schedule {schedule.id} is not due")
    timing = timing_of(schedule)
    last, after = first, next_run(timing, first)
    if after is not None and after <= now:
        last, after = last_run(timing, after, now), next_run(timing, now)
    if now - last <= grace:
        return Firing(due=last, missed=None, next_at=after)
    return Firing(due=None, missed=last, next_at=after)
