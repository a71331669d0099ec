"""`/nod new`: a new conversation. Slack has no commands in threads, so Nod opens one in the asker's direct
message: a message of its own, in whose thread it remembers nothing but what is said there."""

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.marks import Mark
from bot.slack.once import NotYet, post_once
from bot.slack.response_urls import respond
from bot.slack.survive import survive
from bot.words.catalogue import Words
from storage.records import ConversationKey, Delivery

MARK = "nod_new"
"""The metadata of an opening: it holds a digest of the command's key."""

WITHIN = 1.2
"""Seconds in which it has to be open to be told with the ack: Slack wants that within three."""

REMEMBERED = 200
"""Commands whose opening is known without Slack, if they are delivered again."""


@dataclass(frozen=True)
class Opened:
    """`link` is empty where Slack did not tell it."""

    link: str


class Openings:
    """`bot` is Nod's own bot id."""

    def __init__(self, client: AsyncWebClient, session: ClientSession, bot: str) -> None:
        self._client = client
        self._session = session
        self._bot = bot
        self._openings: OrderedDict[str, asyncio.Task[Opened | None]] = OrderedDict()
        self._telling: set[asyncio.Task[None]] = set()

    async def begin(self, delivery: Delivery, words: Words) -> str:
        """Open a conversation for a command, once, and return what is to be told with the ack. If it takes long
        the asker is told later, by the command's `response_url`, what came of it."""
        opening = self._openings.get(delivery.key)
        if opening is not None:
            done, _ = await asyncio.wait({opening}, timeout=WITHIN)
            return _told(opening.result(), words) if done else words("new-coming")
        opening = asyncio.create_task(self._open(delivery, words), name="a new conversation")
        self._openings[delivery.key] = opening
        if len(self._openings) > REMEMBERED:
            self._openings.popitem(last=False)
        done, _ = await asyncio.wait({opening}, timeout=WITHIN)
        if done:
            return _told(opening.result(), words)
        telling = asyncio.create_task(self._tell(opening, delivery, words), name="telling of a new conversation")
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)
        return words("new-coming")

    async def _open(self, delivery: Delivery, words: Words) -> Opened | None:
        """Post the opening; None, and a line in the log, if Slack does not take it."""
        response = await survive(self._client.conversations_open(users=delivery.user), "opening a direct message")
        channel = "" if response is None else str((response.get("channel") or {}).get("id") or "")
        if not channel:
            return None
        key = ConversationKey(delivery.conversation.team, channel, "")
        mark = Mark(MARK, {"command": hashlib.sha256(delivery.key.encode()).hexdigest()})
        try:
            ts = await post_once(
                self._client, self._bot, key, mark, "opening a conversation", text=words("new-opening")
            )
        except NotYet:
            return None
        if ts is None:
            return None
        link = await survive(
            self._client.chat_getPermalink(channel=channel, message_ts=ts), "asking for a message's link"
        )
        return Opened("" if link is None else str(link.get("permalink") or ""))

    async def _tell(self, opening: "asyncio.Task[Opened | None]", delivery: Delivery, words: Words) -> None:
        text = _told(await opening, words)
        if delivery.response_url:
            await respond(
                self._session,
                delivery.response_url,
                "telling of a new conversation",
                text=text,
                response_type="ephemeral",
            )


def _told(opened: Opened | None, words: Words) -> str:
    if opened is None:
        return words("new-failed")
    return words("new-opened", link=opened.link) if opened.link else words("new-opened-plain")
