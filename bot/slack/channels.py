"""Which channels Nod is in, and who else is."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.schedule.places import Channel
from bot.slack.survive import FAR_END, described, final, log

LIMIT = 4.0
"""Seconds for one look-up with all its pages: a card is held up by it."""

PAGE = 200


class SlackChannels:
    """See bot.schedule.places.Channels. Nothing is remembered: people invite Nod right before they ask again."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def joined(self) -> list[Channel]:
        return await self._joined("public_channel,private_channel")

    async def _joined(self, types: str) -> list[Channel]:
        call = self._client.users_conversations(types=types, exclude_archived=True, limit=PAGE)
        return [
            Channel(str(each["id"]), str(each.get("name") or ""), bool(each.get("is_private")))
            for each in await _all(call, "channels", "users.conversations")
        ]

    async def direct(self, user: str) -> str | None:
        try:
            async with asyncio.timeout(LIMIT):
                return await direct_with(self._client, user)
        except TimeoutError as error:
            raise LookupError from error

    async def admits(self, channel: str, user: str) -> bool:
        """Tell whether somebody may have things posted in a channel: in a private one that Nod is in, if they are
        in it too. Raises LookupError if Slack does not say now."""
        if channel.startswith("D"):
            return True
        private = await self._joined("private_channel")
        return channel not in {each.id for each in private} or await self.has_member(channel, user)

    async def has_member(self, channel: str, user: str) -> bool:
        call = self._client.conversations_members(channel=channel, limit=PAGE)
        return user in await _all(call, "members", "conversations.members")


async def direct_with(client: AsyncWebClient, user: str) -> str | None:
    """Return the direct message of Nod's with a person; None if Slack will not have one. Raises LookupError if
    Slack does not say now."""
    try:
        response = await client.conversations_open(users=user)
    except FAR_END as error:
        log.warning("opening a direct message failed: %s", described(error))
        if final(error):
            return None
        raise LookupError from error
    channel: Any = response.get("channel") or {}
    return str(channel.get("id") or "") or None


async def _all(call: Awaitable[Any], what: str, method: str) -> list[Any]:
    """Read all pages of a list. Raises LookupError if Slack does not give them in time."""
    found: list[Any] = []
    try:
        async with asyncio.timeout(LIMIT):
            async for page in await call:  # the same object each time, with what the next page says
                found += page.get(what) or ()
    except FAR_END as error:
        log.warning("%s failed: %s", method, described(error))
        raise LookupError from error
    return found
