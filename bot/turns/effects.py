"""Effects under way: once an action has begun, the end of its turn must not cut it short."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Effects:
    """Runs what changes the world in tasks of its own. A turn that is cancelled leaves its effect running, which
    then still writes down how it ended; `settle` waits for that when Nod stops."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def run(self, effect: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(effect)
        self.keep(task)
        return await asyncio.shield(task)

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Let a task run on to its end, also where nobody waits for it any more."""
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def settle(self, seconds: float) -> None:
        """Wait up to `seconds` for what is under way, then cancel it: its outcome is unknown at the next start."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
