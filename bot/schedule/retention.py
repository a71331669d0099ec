"""Conversations that are old are forgotten, and what was forgotten leaves the database's file.

What is forgotten cannot be brought back, and a machine may start with its clock years ahead: so what is old has to
be so by Slack's clock too.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.turns.parts import Parts
from storage.ports import StorageError

log = logging.getLogger("nod.schedule")

SlackTime = Callable[[], Awaitable[datetime | None]]
"""Asks Slack what time it is; None if it does not say now."""

APART = timedelta(days=1)
"""By which the two clocks may differ without a word: `nod doctor` tells of a minute."""


async def keep_clean(parts: Parts, retention: timedelta | None, slack_time: SlackTime) -> None:
    """Forget every conversation in which nothing has happened for as long as `retention`, then take what was
    forgotten, by people too, out of the file's unused places."""
    keeping = parts.storage.keeping
    try:
        now = None if retention is None else await surely(parts, slack_time)
        if retention is not None and now is not None and (swept := await keeping.sweep(now - retention, now)):
            parts.metrics.forgotten(swept)
            log.info("forgotten because they were older than %d days: %d", retention.days, swept)
        if not await keeping.scrub():
            log.warning(
                "what was forgotten may still stand in unused places of the database: tried again in an hour."
                " If this line comes again, stop Nod and run VACUUM on the file"
            )
    except StorageError as error:
        log.error("old conversations cannot be forgotten: %s", error)


async def surely(parts: Parts, slack_time: SlackTime) -> datetime | None:
    """Return the earlier of this machine's clock and Slack's: so much time has surely passed. None if Slack
    does not say."""
    told, now = await slack_time(), parts.clock()
    if told is None:
        log.warning("nothing is forgotten now: Slack does not say what time it is. It is asked again later")
        return None
    if abs(now - told) > APART:
        way = "ahead of" if now > told else "behind"
        log.error(
            "this machine's clock is %d days %s Slack's: switch on its time service (NTP). Until then what is old"
            " is forgotten by the earlier of both, and cards and schedules go by this machine's",
            abs(now - told).days,
            way,
        )
    return min(now, told)
