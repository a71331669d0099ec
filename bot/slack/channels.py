"""Which channels Nod is in, and who else is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.schedule.places import Channel
from bot.slack.survive import FAR_END, described, log

LIMIT = 4.0
"""Seconds for one look-up with all its pages: a card is held up by it."""

PAGE = 200


class SlackChannels:
    """See bot.schedule.places.Channels. Nothing is remembered: people invite Nod right before they ask again."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def joined(self) -> list[Channel]:
        call = self._client.users_conversations(
            types="public_channel,private_channel", exclude_archived=True, limit=PAGE
        )
        return [
            Channel(str(each["id"]), str(each.get("name") or ""), bool(each.get("is_private")))
            async for page in _pages(call, "users.conversations")
            for each in page.get("channels") or ()
        ]

    async def has_member(self, channel: str, user: str) -> bool:
        call = self._client.conversations_members(channel=channel, limit=PAGE)
        async for page in _pages(call, "conversations.members"):
            if user in (page.get("members") or ()):
                return True
        return False


async def _pages(call: Awaitable[Any], what: str) -> AsyncIterator[Any]:
    """Read all pages. Raises LookupError if Slack does not give them in time."""
    try:
        async with asyncio.timeout(LIMIT):
            pages = [page async for page in await call]
    except FAR_END as error:
        log.warning("%s failed: %s", what, described(error))
        raise LookupError from error
    for page in pages:
        yield page
