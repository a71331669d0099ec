"""What has to happen by the clock: schedules fire, expired cards lose their buttons, what was delivered is
forgotten in time, and the database is kept in shape. An action's expiry itself stands in the row, so a late sweep
shows late and permits nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.schedule.alarm import Alarm
from bot.schedule.clock_watch import LOOK_EVERY, ClockWatch
from bot.schedule.retention import SlackTime, keep_clean, surely
from bot.turns.carding import repost
from bot.turns.outlet import Outlets
from bot.turns.parts import Parts
from bot.turns.recovery import Left, show_left
from storage.ports import StorageError

log = logging.getLogger("nod.schedule")

SWEEP_EVERY = 5
"""Seconds between two sweeps."""

SETTLE_EVERY = 5
"""Seconds between two looks at cards that still show what is over: Slack did not take the update, or the operator
has somebody's words forgotten."""

SETTLING = timedelta(seconds=5)
"""What a turn, or a click, gets to bring a card up to date by itself."""

FORGET_EVERY = 300
"""Seconds between two looks at what was delivered long ago."""

TIDY_EVERY = 3600
"""Seconds between two times that the database is put in order."""

KEYS_KEPT = timedelta(days=7)
"""Slack delivers again for about six minutes, and was seen to do so after that: a week is far beyond."""

ASIDE_KEPT = timedelta(minutes=15)
"""Replies in threads that Nod is not part of: the mention that they follow may come late, by a repetition."""


STATUSES_EVERY = 15
"""Seconds between two tries to clear statuses that stayed: Slack does it itself after two minutes."""

OLD_EVERY = 3_600
"""Seconds between two looks at conversations that are old; the first is at the start."""


async def housekeep(
    parts: Parts,
    outlets: Outlets,
    left: Left,
    alarm: Alarm,
    clear_statuses: Callable[[], Awaitable[None]],
    slack_time: SlackTime,
    retention: timedelta | None = None,
) -> None:
    """Fire schedules from the first moment, show what the last process left, then keep house until cancelled.
    `clear_statuses` clears what threads still show of turns that have ended; `slack_time` asks for Slack's clock,
    by which, too, something has to be old before it is forgotten; `retention` is how long conversations
    are kept, None for as long as nobody wants them forgotten.

    What was left and the sweep one after the other, because both post cards that are missing, and two cards would
    be worse than a late one.
    """
    # the default grace of one second would drop a sweep that a busy loop delays
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    scheduler.start()
    try:
        alarm.start(scheduler)
        try:
            await show_left(parts, outlets, left)
        except StorageError as error:
            log.error("what was left cannot all be shown now; the next start shows the rest: %s", error)
        scheduler.add_job(_quietly, "interval", (sweep, parts, outlets), seconds=SWEEP_EVERY)
        scheduler.add_job(_quietly, "interval", (settle, parts, outlets), seconds=SETTLE_EVERY)
        scheduler.add_job(_quietly, "interval", (forget, parts, slack_time), seconds=FORGET_EVERY)
        scheduler.add_job(_quietly, "interval", (tidy, parts), seconds=TIDY_EVERY)
        scheduler.add_job(_quietly, "interval", (clear_statuses,), seconds=STATUSES_EVERY)
        scheduler.add_job(
            _quietly,
            "interval",
            (keep_clean, parts, retention, slack_time),
            seconds=OLD_EVERY,
            next_run_time=datetime.now(UTC),
        )
        clock_watch = ClockWatch(scheduler)
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if clock_watch.look():
                alarm.reset()
    finally:
        scheduler.shutdown(wait=False)


async def _quietly(job: Callable[..., Awaitable[None]], *given: Any) -> None:
    """Run a job; the scheduler would write a stack trace for one that the end of the process cuts short."""
    with suppress(asyncio.CancelledError):
        await job(*given)


async def sweep(parts: Parts, outlets: Outlets) -> None:
    """Expire what nobody decided, and show it; give a card to what has none."""
    try:
        await outlets.settle_all(await parts.storage.actions.expire(parts.clock()))
        await repost(parts, outlets, await parts.storage.actions.uncarded(of_ended_turns=True))
    except StorageError as error:
        log.error("expired actions cannot be swept: %s", error)


async def settle(parts: Parts, outlets: Outlets) -> None:
    """Bring cards up to date that nobody else does."""
    try:
        over = await parts.storage.actions.unsettled(parts.clock() - SETTLING)
    except StorageError as error:
        log.error("cards cannot be brought up to date: %s", error)
        return
    await outlets.settle_all(over)


async def forget(parts: Parts, slack_time: SlackTime) -> None:
    """Forget what was delivered and dealt with long ago, and what was said aside."""
    now = await surely(parts, slack_time)
    if now is None:
        return
    try:
        await parts.storage.inbox.prune(now - KEYS_KEPT, now - ASIDE_KEPT)
    except StorageError as error:
        log.error("old deliveries cannot be forgotten: %s", error)


async def tidy(parts: Parts) -> None:
    """Have the database look after its statistics and its log, so that neither grows worse."""
    try:
        await parts.storage.tidy()
    except StorageError as error:
        log.error("the database cannot be put in order: %s", error)
