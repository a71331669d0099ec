"""Looks at everything at once, tells the log when Nod's health changes, and remembers the last errors."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.metrics import Metrics, Queue, Reading
from bot.monitor.health import Health, Problem, Sight
from bot.monitor.sources import Sources
from storage.ports import StorageError

log = logging.getLogger("nod.monitor")

LOOK_EVERY = 10.0
DATABASE_SECONDS = 5.0
"""That the database gets to answer."""

RECENT = timedelta(hours=1)
MOST_ERRORS = 1_000


@dataclass(frozen=True)
class Look:
    reading: Reading
    problems: tuple[Problem, ...]


class Watch:
    """`seconds` is a clock that only grows."""

    def __init__(self, sources: Sources, metrics: Metrics, seconds: Callable[[], float] = time.monotonic) -> None:
        self.sources = sources
        self.metrics = metrics
        self._seconds = seconds
        self._errors: deque[datetime] = deque(maxlen=MOST_ERRORS)
        self._known: frozenset[str] = frozenset()
        self._health = Health(seconds(), concurrency=sources.concurrency, turn_seconds=sources.turn_seconds)

    async def look(self) -> Look:
        """See how it stands now."""
        sources = self.sources
        queue = await self._queue()
        now, sockets, begun = sources.clock(), sources.sockets(), sources.turns()
        sight = Sight(self._seconds(), sockets, queue, len(begun), sources.working())
        problems = self._health.problems(sight)
        ages = sorted((max((now - at).total_seconds(), 0.0) for at in begun.values()), reverse=True)
        return Look(Reading(not problems, sockets, queue, ages), problems)

    async def run(self) -> None:
        """Look now and then, until cancelled: deafness is measured, and told, though nobody asks."""
        while True:
            self.tell((await self.look()).problems)
            await asyncio.sleep(LOOK_EVERY)

    def tell(self, problems: tuple[Problem, ...]) -> None:
        """Log what is wrong since the last time, and when all is well again."""
        codes = frozenset(problem.code for problem in problems)
        for problem in problems:
            if problem.code not in self._known:
                log.error("unhealthy (%s): %s", problem.code, problem.words)
        if self._known and not codes:
            log.info("healthy again")
        self._known = codes

    def logged(self, level: str) -> None:
        """Count a line of the log."""
        self.metrics.logged(level)
        if level in ("ERROR", "CRITICAL"):
            self._errors.append(self.sources.clock())

    @property
    def errors(self) -> list[datetime]:
        """When the errors of the last hour were logged, oldest first; the last thousand at most."""
        since = self.sources.clock() - RECENT
        return [at for at in self._errors if at > since]

    async def _queue(self) -> Queue | None:
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                counts = await self.sources.counts()
        except (StorageError, TimeoutError):
            return None
        oldest = None
        if counts.oldest is not None:
            oldest = max((self.sources.clock() - counts.oldest).total_seconds(), 0.0)
        return Queue(counts.waiting, counts.taken, oldest, counts.actions, counts.schedules, counts.next_due)
