"""What Nod does, as a thread shows it below its messages.

A status that stays annoys people. Slack takes it away when a message comes, and after two minutes; its end is
tried at once, and what Slack did not take of that is tried again by the clock.
"""

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.survive import FAR_END, described, final, log
from storage.records import ConversationKey

REMEMBERED = 1_000
"""Threads whose status could not be cleared; beyond them the oldest are left to Slack."""


class Statuses:
    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._stale: dict[ConversationKey, None] = {}

    async def set(self, key: ConversationKey, status: str) -> None:
        """Show what Nod does in a thread; an empty status clears it."""
        self._stale.pop(key, None)  # whoever sets it clears it
        call = self._client.assistant_threads_setStatus(
            channel_id=key.channel, thread_ts=key.thread, status=status
        )
        try:
            await call
        except FAR_END as error:
            log.warning("setting the status failed: %s", described(error))
            if not status and not final(error):
                self._stale[key] = None
                if len(self._stale) > REMEMBERED:
                    self._stale.pop(next(iter(self._stale)))

    async def clear_stale(self) -> None:
        """Clear what could not be cleared when its turn ended, unless something is being done there again."""
        for key in list(self._stale):
            if key in self._stale:
                await self.set(key, "")
