"""Marks in the metadata of Nod's own messages, by which it finds again what it posted.

Every message that Nod puts into a thread carries one, and a stream gets its own when it ends. So a message of
Nod's without a mark, or with that of an open one, was left half-written. Other apps can read metadata: it holds
numbers and digests only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.survive import FAR_END, described, log, slack_code
from bot.slack.tries import until_taken
from storage.records import ConversationKey

CLOCKS = 300.0
"""Seconds by which this machine's clock and Slack's may differ."""

REPLIES = 200
"""Messages a page when a thread is searched."""

GONE = {"thread_not_found", "channel_not_found", "not_in_channel"}
"""Slack's codes for a place that Nod does not reach: nothing of its own is there, and nothing can be posted."""

OPEN = "nod_open"
"""The event type of a posted message that is still being written."""


@dataclass(frozen=True)
class Mark:
    event_type: str
    event_payload: Mapping[str, Any]

    @property
    def metadata(self) -> dict[str, Any]:
        return {"event_type": self.event_type, "event_payload": dict(self.event_payload)}


def mark_of(message: Mapping[str, Any]) -> Mark | None:
    """Read the mark of a message as Slack shows it."""
    metadata = message.get("metadata") or {}
    if not metadata.get("event_type"):
        return None
    return Mark(str(metadata["event_type"]), metadata.get("event_payload") or {})


async def find_marked(
    client: AsyncWebClient, bot: str, key: ConversationKey, since: float, mark: Mark
) -> str | None:
    """Search a thread, from `since` (Unix seconds of this machine) on, for a message of Nod's own with this mark;
    its ts, None if there is none. Raises LookupError if Slack cannot say."""
    found = await own_messages(client, bot, key, since - CLOCKS)
    return next((str(message["ts"]) for message in found if mark_of(message) == mark), None)


async def half_written(
    client: AsyncWebClient, bot: str, key: ConversationKey, after: float, *, surely: bool = False
) -> list[Mapping[str, Any]]:
    """Search a thread for messages of Nod's own after `after` (Unix seconds of Slack) that were never ended.
    `surely` asks for a while. Raises LookupError if Slack cannot say."""
    marks = [(message, mark_of(message)) for message in await own_messages(client, bot, key, after, surely=surely)]
    return [message for message, mark in marks if mark is None or mark.event_type == OPEN]


async def own_messages(
    client: AsyncWebClient, bot: str, key: ConversationKey, after: float, *, surely: bool = False
) -> list[Mapping[str, Any]]:
    """Read what Nod (`bot` is its bot id; other apps may write any metadata) said in a thread after a time, oldest
    first; without a thread, what it said in the channel itself, in no order. `surely` asks for a
    while. Raises LookupError if Slack cannot say."""
    found: list[Mapping[str, Any]] = []
    cursor = None
    seen: set[str] = set()
    while True:
        try:
            page = partial(_page, client, key, f"{after:.6f}", cursor)
            response = await (until_taken(page) if surely else page())
        except FAR_END as error:
            log.warning("searching a thread failed: %s", described(error))
            if slack_code(error) in GONE:
                return []
            raise LookupError from error
        for message in response.get("messages") or ():
            # the thread's root is told with every page, however old it is
            if message.get("bot_id") == bot and message["ts"] != key.thread and float(message["ts"]) > after:
                found.append(message)
        cursor = (response.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return found
        if cursor in seen:
            log.warning("searching a thread failed: Slack goes round in circles in %s", key.channel)
            raise LookupError
        seen.add(cursor)


async def _page(
    client: AsyncWebClient, key: ConversationKey, oldest: str, cursor: str | None
) -> AsyncSlackResponse:
    if key.thread:
        return await client.conversations_replies(
            channel=key.channel,
            ts=key.thread,
            oldest=oldest,
            include_all_metadata=True,
            limit=REPLIES,
            cursor=cursor,
        )
    return await client.conversations_history(
        channel=key.channel, oldest=oldest, include_all_metadata=True, limit=REPLIES, cursor=cursor
    )
