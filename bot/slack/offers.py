"""Who edits the question that Nod answered last is asked whether it is to be answered again. Only they see it."""

import logging
from collections import OrderedDict

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.intake import ANSWERABLE
from bot.slack.notes import offer_blocks
from bot.slack.people import People
from bot.slack.survive import survive
from bot.words.catalogue import words_for
from storage.records import Answerable

log = logging.getLogger("nod.slack")

REMEMBERED = 1_000
"""Turns of which it is known that the offer was made. It is made once, however often a message is edited: its
button has the question answered as it reads then, and so has the menu below the answer."""


class Offers:
    def __init__(self, client: AsyncWebClient, people: People) -> None:
        self._client = client
        self._people = people
        self._offered: OrderedDict[int, None] = OrderedDict()

    async def edited(self, ack: AsyncAck, context: AsyncBoltContext) -> None:
        """Make the offer after the ack. Nothing depends on it: what Slack does not take is not tried again."""
        await ack()
        found = context.get(ANSWERABLE)
        if not isinstance(found, Answerable) or found.turn in self._offered:
            return
        self._offered[found.turn] = None
        if len(self._offered) > REMEMBERED:
            self._offered.popitem(last=False)
        words = words_for((await self._people.find(found.team, found.user)).locale)
        await survive(
            self._client.chat_postEphemeral(
                channel=found.channel,
                user=found.user,
                thread_ts=found.thread,
                text=words("offer-edited"),
                blocks=offer_blocks(found.turn, words),
            ),
            "offering to answer again",
        )
