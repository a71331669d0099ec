"""What a thread shows while nothing is said: the status below it, and a task in the answer for each call.

Native tasks begin the answer's message before its first word: who waits sees what is being looked up, and the
answer then stands below that in the same message, so that there is no message more than without them.
"""

import asyncio
from collections.abc import Coroutine

from bot.slack.answer import Answer
from bot.slack.statuses import Statuses
from bot.slack.survive import described, log
from bot.slack.writes import Writes
from bot.words.catalogue import Words
from functions.contract import Function
from storage.records import ConversationKey

LEAVING = 2.0
"""Seconds that a turn which is over waits for what is still being written: Nod may be stopping."""


class Progress:
    """One try's. `writes` knows what this one leaves under way."""

    def __init__(
        self, statuses: Statuses, key: ConversationKey, answer: Answer, words: Words, writes: Writes
    ) -> None:
        self._statuses = statuses
        self._key = key
        self._answer = answer
        self._words = words
        self._writes = writes
        self._left = False
        self._writing: set[asyncio.Task[None]] = set()

    def working(self, on: Function | None, call: str) -> None:
        """Show that Nod thinks, or works on a function. Neither the model nor a function waits for Slack to show
        it."""
        status = self._words("status-thinking")
        if on is not None:
            status = self._words("status-function", title=on.title(self._words.language))
        if on is None or not call:
            self._write(self._statuses.set(self._key, status))
            return
        self._answer.task(call, on.title(self._words.language))
        self._write(self._show_tasks(status))

    def worked(self, call: str, *, ok: bool) -> None:
        self._answer.task_ended(call, ok=ok)
        self._write(self._show_tasks())

    async def end(self) -> None:
        """Wait for what is still being written: a status that came later than its end would stay."""
        await asyncio.shield(asyncio.gather(*self._writing))

    async def leave(self) -> None:
        """Begin nothing more, and wait a little for what is being written."""
        self._left = True
        self._answer.leave()
        if self._writing:
            await asyncio.wait(self._writing, timeout=LEAVING)

    def _write(self, writing: Coroutine[None, None, None]) -> None:
        """Write beside what goes on, so that no deadline cuts it short."""

        async def write() -> None:
            try:
                await writing
            except RuntimeError as error:  # what a closed session raises: the turn was cut off, and Nod stops
                log.info("what Nod does is not shown any more: %s", described(error))

        task = asyncio.create_task(write())
        self._writing.add(task)
        self._writes.add(self._key, task)
        task.add_done_callback(self._writing.discard)

    async def _show_tasks(self, status: str = "") -> None:
        """Where Slack does not stream, the status says what there is to say."""
        await self._answer.show_tasks()
        if status and not self._answer.streams and not self._left:
            await self._statuses.set(self._key, status)
