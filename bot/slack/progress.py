"""What a thread shows while nothing is said: the status below it, and a task in the answer for each call.

Native tasks begin the answer's message before its first word: who waits sees what is being looked up, and the
answer then stands below that in the same message, so that there is no message more than without them.
"""

import asyncio

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.answer import Answer
from bot.slack.survive import survive
from bot.words.catalogue import Words
from functions.contract import Function
from storage.records import ConversationKey


class Progress:
    def __init__(self, client: AsyncWebClient, key: ConversationKey, answer: Answer, words: Words) -> None:
        self._client = client
        self._key = key
        self._answer = answer
        self._words = words
        self._showing: set[asyncio.Task[None]] = set()

    async def working(self, on: Function | None, call: str) -> None:
        """Show that Nod thinks, or works on a function. A call does not wait for Slack to show it."""
        status = self._words("status-thinking")
        if on is not None:
            status = self._words("status-function", title=on.title(self._words.language))
        if on is None or not call:
            await set_status(self._client, self._key, status)
            return
        self._answer.task(call, on.title(self._words.language))
        self._show(status)

    def worked(self, call: str, *, ok: bool) -> None:
        self._answer.task_ended(call, ok=ok)
        self._show("")

    async def end(self) -> None:
        """Wait for what is still being written."""
        await asyncio.gather(*self._showing)

    def _show(self, status: str) -> None:
        """Write beside what goes on: no deadline cuts a write to Slack short."""
        showing = asyncio.create_task(self._show_tasks(status))
        self._showing.add(showing)
        showing.add_done_callback(self._showing.discard)

    async def _show_tasks(self, status: str) -> None:
        """Where Slack does not stream, the status says what there is to say."""
        await self._answer.show_tasks()
        if status and not self._answer.streams:
            await set_status(self._client, self._key, status)


async def set_status(client: AsyncWebClient, key: ConversationKey, status: str) -> None:
    """Show what Nod does in a thread; an empty status clears it."""
    call = client.assistant_threads_setStatus(channel_id=key.channel, thread_ts=key.thread, status=status)
    await survive(call, "setting the status")
