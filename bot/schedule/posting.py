"""From a claimed run to a thread: its owner's rights are looked at afresh, its root message is posted once, and
then it waits in the inbox like any message."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.turns.policy import Policy
from storage.ports import Schedules, StorageError
from storage.records import Notice, Pause, Run

log = logging.getLogger("nod.schedule")

AT_ONCE = 4
"""Root messages that are posted side by side: many schedules are due at nine."""

SILENT = 3
"""Notices that Slack does not take, after which the others wait: one is about a person, three are about Slack."""

MAKING = "create_schedule"
"""Who may not have this called any more has no schedules that run."""


class Board(Protocol):
    """Where runs are posted. Raises LookupError where nobody can say now whether something was done: it is asked
    again later, and looks first."""

    async def find(self, run: Run) -> str | None:
        """Look for the root message of a run that may have been posted before; its ts, None if there is none."""
        ...

    async def admits(self, run: Run) -> bool:
        """Tell whether a run's owner may have things posted there: in a private channel, who is in it."""
        ...

    async def open(self, run: Run) -> str | None:
        """Post the root message of a run, once; its ts. None if Slack will not have it there."""
        ...

    async def tell(self, notice: Notice) -> None:
        """Tell an owner something, once; whom Slack does not let Nod write to is not told."""
        ...


class Posting:
    """`wake` tells the worker that something new waits; `count` is told of runs that are given up, as
    bot.metrics.RUN_OUTCOMES names them."""

    def __init__(
        self,
        schedules: Schedules,
        board: Board,
        policy: Policy,
        clock: Callable[[], datetime],
        grace: timedelta,
        wake: Callable[[], None],
        count: Callable[[str], None] = lambda outcome: None,
    ) -> None:
        self._schedules = schedules
        self._board = board
        self._policy = policy
        self._clock = clock
        self._grace = grace
        self._wake = wake
        self.count = count
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._doubted: set[int] = set()
        self._latest: dict[int, int] = {}
        self._free = asyncio.Semaphore(AT_ONCE)
        self._telling: asyncio.Task[None] | None = None
        self._tell_again = False

    def doubt(self, runs: Sequence[Run]) -> None:
        """These may have been posted before this process began: look before they are posted."""
        self._doubted.update(run.id for run in runs)

    def take_up(self, runs: Sequence[Run]) -> None:
        """Post what was claimed, in the background: what this process, or the one before it, has not yet."""
        for run in runs:
            if not run.by_hand:
                self._latest[run.schedule] = max(run.id, self._latest.get(run.schedule, 0))
        for run in runs:
            if run.id not in self._tasks:
                task = asyncio.create_task(self._post(run), name=f"run {run.id}")
                self._tasks[run.id] = task
                task.add_done_callback(lambda _, id=run.id: self._tasks.pop(id, None))  # type: ignore[misc]

    async def settle(self) -> None:
        """Wait for what is being posted, and told."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if self._telling is not None:
            await asyncio.gather(self._telling, return_exceptions=True)

    async def end(self) -> None:
        """Stop posting: what is claimed stays so, and the next start looks for it."""
        for task in list(self._tasks.values()):
            task.cancel()
        if self._telling is not None:
            self._telling.cancel()
        await self.settle()

    def tell_soon(self) -> None:
        """Tell owners in the background what they were not told yet: Slack may take minutes, or be away."""
        self._tell_again = True
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell_all(), name="notices")

    async def _tell_all(self) -> None:
        while self._tell_again:
            self._tell_again = False
            await self.tell()

    async def tell(self) -> None:
        """Tell owners what they were not told yet."""
        try:
            silent = 0
            for notice in await self._schedules.notices():
                silent += not await self._tell(notice)
                if silent == SILENT:
                    break
        except StorageError as error:
            log.error("owners of schedules cannot be told now: %s", error)

    async def _tell(self, notice: Notice) -> bool:
        try:
            await self._board.tell(notice)
        except LookupError:
            log.warning("the owner of schedule %d cannot be told now, but later", notice.schedule.id)
            return False
        await self._schedules.told(notice.id, self._clock())
        return True

    async def _post(self, run: Run) -> None:
        try:
            async with self._free:
                await self._open(run)
        except LookupError:
            log.warning("run %d of schedule %d cannot be posted now; it is later", run.id, run.schedule)
        except StorageError as error:
            log.error("run %d of schedule %d: %s", run.id, run.schedule, error)

    async def _open(self, run: Run) -> None:
        again = run.id in self._doubted
        self._doubted.add(run.id)
        stopped, late = await self._refusal(run), self._clock() - run.began > self._grace
        # what stands there is answered, however late
        ts = await self._board.find(run) if again and not stopped else None
        # while Slack was away, as while Nod was: done once, for the last time that has passed
        over = not run.by_hand and run.id < self._latest.get(run.schedule, 0)
        if ts is None and not (stopped or late or over):
            ts = await self._board.open(run)
        if ts is not None:
            await self._schedules.ask(run, ts, self._clock())
            self._wake()
        else:
            pause = stopped or (None if late or over else Pause.CHANNEL)
            log.warning("run %d of schedule %d is given up: %s", run.id, run.schedule, pause or "too late")
            dropped = await self._schedules.drop(run, self._clock(), pause, tell=not over)
            if dropped and not over:
                self.count("refused" if pause else "missed")
            self.tell_soon()
        self._doubted.discard(run.id)

    async def _refusal(self, run: Run) -> Pause | None:
        """Look whether the owner may still have this done there. Raises LookupError if nobody can say now."""
        stands = await self._policy.standings.stands(run.team, run.owner)
        allowed = await self._policy.may_call_now(MAKING, run.owner, run.channel)
        if stands is False or allowed is False:
            return Pause.OWNER
        if stands is None or allowed is None:
            raise LookupError
        return None if await self._board.admits(run) else Pause.CHANNEL
