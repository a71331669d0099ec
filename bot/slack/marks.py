"""Marks in the metadata of Nod's own messages, by which a start after a crash finds what was posted before it."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.survive import survive
from storage.records import ConversationKey

CLOCKS = 300.0
"""Seconds by which this machine's clock and Slack's may differ."""

REPLIES = 200
"""Messages a page when a thread is searched."""


async def find_marked(
    client: AsyncWebClient, key: ConversationKey, since: float, event_type: str, field: str, value: str
) -> str | None:
    """Search a thread, from `since` (Unix seconds) on, for a message whose metadata says so; its ts, None if there
    is none. Raises LookupError if Slack cannot say."""
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
            payload = metadata.get("event_payload") or {}
            if metadata.get("event_type") == event_type and payload.get(field) == value:
                return str(message["ts"])
        cursor = (response.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return None
