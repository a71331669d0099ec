"""A message that is no question, but a wish about an answer: that it stop, or go on. Looked at before the
queue."""

from collections.abc import MutableMapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.going_on import GoingOn
from bot.slack.stops import Stops
from storage.records import Delivery, Revision


class SaidWishes:
    """Each message is one wish at most."""

    def __init__(self, stops: Stops, going_on: GoingOn) -> None:
        self._stops = stops
        self._going_on = going_on

    async def by_word(self, delivery: Delivery, context: MutableMapping[str, Any]) -> bool:
        """Whether a message was a wish, which is kept now. Raises StorageError."""
        return await self._stops.by_word(delivery, context) or await self._going_on.by_word(delivery, context)

    async def by_deletion(self, revision: Revision) -> None:
        """Stop what answers nothing but what its person has deleted. Raises StorageError."""
        await self._stops.by_deletion(revision)

    async def told(self, ack: AsyncAck, context: MutableMapping[str, Any]) -> None:
        """Acknowledge, and do and say what is left to."""
        await self._stops.told(ack, context)
        await self._going_on.told(context)
