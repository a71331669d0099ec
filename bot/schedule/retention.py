"""Conversations that are old are forgotten, and what was forgotten leaves the database's file."""

import logging
from datetime import timedelta

from bot.turns.parts import Parts
from storage.ports import StorageError

log = logging.getLogger("nod.schedule")


async def keep_clean(parts: Parts, retention: timedelta | None) -> None:
    """Forget every conversation in which nothing has happened for as long as `retention`, then take what was
    forgotten, by people too, out of the file's unused places."""
    keeping, now = parts.storage.keeping, parts.clock()
    try:
        if retention is not None and (swept := await keeping.sweep(now - retention, now)):
            parts.metrics.forgotten(swept)
            log.info("forgotten because they were older than %d days: %d", retention.days, swept)
        if not await keeping.scrub():
            log.warning(
                "what was forgotten may still stand in unused places of the database: tried again in an hour."
                " If this line comes again, stop Nod and run VACUUM on the file"
            )
    except StorageError as error:
        log.error("old conversations cannot be forgotten: %s", error)
