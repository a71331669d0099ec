"""Kills the process and ends it, now and then, and starts it again as a supervisor does."""

import asyncio
import contextlib
import os
import random
from collections import Counter
from pathlib import Path

from tests.faults.books import Books

CALM = (3.0, 10.0)
"""Seconds, from and to, between two ends."""

STARTS = 30
"""How often a start is tried: Slack may refuse it for a while."""

PAUSE = 0.3


class Storm:
    def __init__(self, books: Books, chance: random.Random) -> None:
        self._books = books
        self._office = books.office
        self._chance = chance
        self.did: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.most_memory = 0
        """The largest resident set of a process that was seen, in MiB; 0 where /proc does not tell."""

    async def rage(self, over: asyncio.Event) -> None:
        """Go on until it is over; then the process runs."""
        while not over.is_set():
            await self._watch(over, self._chance.uniform(*CALM))
            if over.is_set():
                break
            if self._chance.random() < 0.6:
                self.did["kill -9"] += 1
                await self._office.kill()
            else:
                self.did["SIGTERM"] += 1
                if status := await self._office.stop():
                    self.wrong.append(f"it ended with {status} when it was told to stop")
            await self._start()
        await self._watch(over, 0.0)

    async def _watch(self, over: asyncio.Event, seconds: float) -> None:
        """Let the process run for a while; what ends by itself is started again."""
        until = asyncio.get_running_loop().time() + seconds
        while True:
            process = self._office.process
            assert process is not None
            if process.returncode is not None:
                self.wrong.append(f"it ended by itself, with {process.returncode}: {self._last_words()}")
                await self._start()
            self.most_memory = max(self.most_memory, memory(process.pid))
            if over.is_set() or asyncio.get_running_loop().time() >= until:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), 0.25)

    async def _start(self) -> None:
        self._books.restarts += 1
        for _ in range(STARTS):
            try:
                await self._office.start()
                return
            except (AssertionError, TimeoutError):
                self.did["starts that failed"] += 1
            if (process := self._office.process) is not None and process.returncode is None:
                process.kill()  # it still tries: Slack has refused for too long
                await process.wait()
            await asyncio.sleep(PAUSE)
        raise AssertionError(f"it does not start any more: {self._last_words()}")

    def _last_words(self) -> str:
        return " / ".join(self._office.log.splitlines()[-3:])


def memory(pid: int) -> int:
    """Return a process's resident set in MiB."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20
