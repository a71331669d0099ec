"""What is being written beside turns: a call to Slack cannot be taken back, and what it begins comes after all.

A turn may be over in the middle of one, and be taken up again at once. Whoever then looks what stands in the
thread waits for it first: a stream that begins after the look would stay open below the answer.
"""

import asyncio
from collections.abc import Coroutine

from bot.slack.survive import described, log
from storage.records import ConversationKey


class Writes:
    """The writes that are under way, by conversation. One that has failed is over, as one that was cancelled."""

    def __init__(self) -> None:
        self._under_way: dict[ConversationKey, set[asyncio.Task[None]]] = {}

    def begin(self, key: ConversationKey, writing: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Write beside what goes on, whether or not anybody waits for it."""

        async def write() -> None:
            try:
                await writing
            except RuntimeError as error:  # what a closed session raises: the turn was cut off, and Nod stops
                log.info("what Nod does is not shown any more: %s", described(error))

        task = asyncio.create_task(write(), name=f"write in {key.channel}")
        writes = self._under_way.setdefault(key, set())
        writes.add(task)

        def over(_: asyncio.Task[None]) -> None:
            writes.discard(task)
            if not writes and self._under_way.get(key) is writes:
                del self._under_way[key]

        task.add_done_callback(over)
        return task

    async def over(self, key: ConversationKey) -> None:
        """Wait until nothing is being written in a conversation. It takes as long as the calls do, each of which
        is bounded by the client."""
        while writes := self._under_way.get(key):
            await asyncio.wait(writes)
