"""Who waits for a free turn is told their place, once they have waited more than a moment."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.turns.outlet import PASSED, Outlets
from storage.ports import Inbox, StorageError
from storage.records import Delivery

log = logging.getLogger("nod.worker")

LOOK_EVERY = 1.0
"""Seconds between two looks at the line."""

A_MOMENT = timedelta(seconds=3)
"""What anybody waits for without a word."""

SAY_AGAIN = timedelta(seconds=60)
"""A status goes away by itself after two minutes: until then a place is said again."""


class Line:
    def __init__(self, inbox: Inbox, outlets: Outlets, clock: Callable[[], datetime]) -> None:
        self._inbox = inbox
        self._outlets = outlets
        self._clock = clock
        self._told: dict[str, datetime] = {}

    async def watch(self, free: asyncio.Semaphore) -> None:
        """Look at the line now and then while no turn is free, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if not free.locked():
                self._told.clear()
                continue
            try:
                await self.tell()
            except StorageError as error:
                log.error("the line cannot be read: %s", error)

    async def tell(self) -> None:
        """Tell everybody who waits and was not told lately which place they have."""
        now = self._clock()
        waiting = await self._inbox.line(now, A_MOMENT)
        keys = {each.delivery.key for each in waiting}
        self._told = {key: at for key, at in self._told.items() if key in keys}
        for each in waiting:
            if now - self._told.get(each.delivery.key, datetime.min.replace(tzinfo=now.tzinfo)) >= SAY_AGAIN:
                self._told[each.delivery.key] = now
                await self._tell(each.delivery)

    async def _tell(self, delivery: Delivery) -> None:
        """Telling takes as long as Slack does: meanwhile their turn may come, and go. Then nobody else would take
        away what was told."""
        place = await self._place(delivery)
        if place == PASSED:
            return
        await self._outlets.in_line(delivery, place)
        if await self._place(delivery) == PASSED:
            await self._outlets.in_line(delivery, PASSED)

    async def _place(self, delivery: Delivery) -> int:
        line = await self._inbox.line(self._clock(), timedelta(0))
        return next((each.place for each in line if each.delivery.key == delivery.key), PASSED)
