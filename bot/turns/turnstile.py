"""Who may have a file fetched and read now: a few people at a time, and each of them one file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

AT_ONCE = 4
"""Files whose bytes are held at once."""


class Turnstile:
    """Lets one file of a person through at a time, `at_once` of different people; in the order of asking. So what
    one person sends, in however many threads, takes one place from the others."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._people: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn_of(self, team: str, user: str) -> AsyncIterator[None]:
        """Wait for a person's turn, and have it inside."""
        own = self._people.get((team, user))
        if own is None:
            own = self._people[team, user] = asyncio.Lock()
        async with own, self._free:
            yield
