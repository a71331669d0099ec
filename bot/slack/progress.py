"""What a thread shows while nothing is said: the status below it, and a task in the answer for each call.

Native tasks begin the answer's message before its first word: who waits sees what is being looked up, and the
answer then stands below that in the same message, so that there is no message more than without them.
"""

import asyncio
from collections.abc import Collection, Coroutine

from bot.slack.answer import Answer
from bot.slack.statuses import Statuses
from bot.slack.writes import Writes
from bot.words.catalogue import Words
from functions.contract import Function
from storage.records import ConversationKey


class Progress:
    """One try's."""

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

    def leave(self) -> Collection[asyncio.Task[None]]:
        """Begin nothing more; what is under way."""
        self._left = True
        self._answer.leave()
        return list(self._writing)

    def _write(self, writing: Coroutine[None, None, None]) -> None:
        """Write beside what goes on, so that no deadline cuts it short."""
        task = self._writes.begin(self._key, writing)
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _show_tasks(self, status: str = "") -> None:
        """Where Slack does not stream, the status says what there is to say."""
        await self._answer.show_tasks()
        if status and not self._answer.streams and not self._left:
            await self._statuses.set(self._key, status)
