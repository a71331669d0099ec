"""Waits for what happens in one thread without a look at all others: in the end there are thousands."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from bot.demo.workspace.state import Workspace

T = TypeVar("T")


class Board:
    def __init__(self) -> None:
        self._changed: defaultdict[tuple[str, str], asyncio.Event] = defaultdict(asyncio.Event)

    async def see(self, channel: str, thread: str, look: Callable[[], T | None], within: float) -> T | None:
        """Look at each change in a thread (or, with "", in a channel) until something is found; None after
        `within` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while (found := look()) is None:
                    changed = self._changed[channel, thread]
                    changed.clear()
                    await changed.wait()
                return found
        return None

    async def follow(self, workspace: Workspace) -> None:
        with workspace.subscribe() as changes:
            async for change in changes:
                channel = change.channel or ""
                for thread in {change.thread_ts or change.ts or "", ""}:
                    if (channel, thread) in self._changed:
                        self._changed[channel, thread].set()


@asynccontextmanager
async def open_board(workspace: Workspace) -> AsyncIterator[Board]:
    board = Board()
    following = asyncio.create_task(board.follow(workspace))
    try:
        yield board
    finally:
        following.cancel()
