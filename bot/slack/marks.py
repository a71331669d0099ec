"""Marks in the metadata of Nod's own messages, by which a start after a crash finds what was posted before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.survive import survive
from storage.records import ConversationKey

CLOCKS = 300.0
"""Seconds by which this machine's clock and Slack's may differ."""

REPLIES = 200
"""Messages a page when a thread is searched."""


@dataclass(frozen=True)
class Mark:
    event_type: str
    event_payload: Mapping[str, Any]

    @property
    def metadata(self) -> dict[str, Any]:
        return {"event_type": self.event_type, "event_payload": dict(self.event_payload)}


async def find_marked(
    client: AsyncWebClient, bot: str, key: ConversationKey, since: float, mark: Mark
) -> str | None:
    """Search a thread, from `since` (Unix seconds) on, for a message of Nod's own (`bot` is its bot id; other
    apps may write any metadata) with this mark; its ts, None if there is none. Raises LookupError if Slack cannot
    say."""
    cursor = None
    while True:
        response = await survive(
            client.conversations_replies(
                channel=key.channel,
                ts=key.thread,
                oldest=str(since - CLOCKS),
                include_all_metadata=True,
                limit=REPLIES,
                cursor=cursor,
            ),
            "searching a thread",
        )
        if response is None:
            raise LookupError
        for message in response.get("messages") or ():
            metadata = message.get("metadata") or {}
            found = Mark(str(metadata.get("event_type")), metadata.get("event_payload") or {})
            if message.get("bot_id") == bot and found == mark:
                return str(message["ts"])
        cursor = (response.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return None
