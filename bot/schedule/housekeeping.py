"""What has to happen by the clock: expired cards lose their buttons. The expiry itself stands in the row, so a
late sweep shows late and permits nothing."""

import logging
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.turns.outlet import Outlets
from bot.turns.parts import Parts
from bot.turns.recovery import repost
from storage.ports import StorageError

log = logging.getLogger("nod.schedule")

SWEEP_EVERY = 5
"""Seconds between two sweeps."""


def start_housekeeping(parts: Parts, outlets: Outlets) -> AsyncIOScheduler:
    """Start the scheduler; the caller shuts it down."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(
        sweep,
        "interval",
        (parts, outlets),
        seconds=SWEEP_EVERY,
        # the default grace of one second would drop a sweep that a busy loop delays
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
    )
    scheduler.start()
    return scheduler


LEFT_ALONE = timedelta(minutes=2)
"""Time in which a running turn posts the cards of its step."""


async def sweep(parts: Parts, outlets: Outlets) -> None:
    """Expire what nobody decided, and show it; give a card to what has none."""
    try:
        expired = await parts.storage.actions.expire(parts.clock())
        await repost(parts, outlets, LEFT_ALONE)
    except StorageError as error:
        log.error("expired actions cannot be swept: %s", error)
        return
    await outlets.settle_all(expired)
