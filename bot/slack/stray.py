"""A stream of which nobody can tell whether it began is looked for, and known by what it says.

Until its end a stream carries no mark. So does what others post with the same token: that is nobody's to touch.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.marks import Mark, mark_of, own_messages
from bot.slack.survive import FAR_END, described, log, slack_code
from storage.records import ConversationKey

NOT_STREAMING, DELETED = "message_not_in_streaming_state", "message_not_found"

MOST = 3
"""Messages that Slack is asked about: it takes twenty such calls a minute."""

PLAIN = re.compile(r"(?:\s*[\w#*,;!?'\"()~-]+[.:]*(?!\S))*")
"""The words at the beginning of a text that Slack shows with the same letters: what has other signs, or a dot in
its middle, may become a link or an emoji."""


async def find_stray(
    client: AsyncWebClient, bot: str, key: ConversationKey, since: float, sent: str, mark: Mark
) -> str | None:
    """Find the stream that a chat.startStream with the text `sent` began after `since` (Unix seconds of Slack), if
    it did; its ts. Raises LookupError if nobody can say.

    Its words are alike, but for their signs, and Slack says that it is a stream: it is ended. It gets `mark`, by
    which it is known again where ending it failed after the effect.
    """
    head = _letters((PLAIN.match(sent) or [""])[0])
    own = await own_messages(client, bot, key, since)
    if (marked := _marked(own, mark)) is not None:
        return marked
    found = [message for message in own if mark_of(message) is None]
    alike = [message for message in found if _letters(_text(message)).startswith(head)][-MOST:]
    for message in reversed(alike):
        ts = str(message["ts"])
        if await _stopped(client, key.channel, ts, mark):
            return ts
    # A call that failed after its effect was made again by the client, and then there was no stream.
    return _marked(await own_messages(client, bot, key, since), mark) if alike else None


def _marked(messages: Iterable[Mapping[str, Any]], mark: Mark) -> str | None:
    return next((str(message["ts"]) for message in messages if mark_of(message) == mark), None)


async def _stopped(client: AsyncWebClient, channel: str, ts: str, mark: Mark) -> bool:
    """End a stream; whether it was one."""
    try:
        await client.chat_stopStream(channel=channel, ts=ts, metadata=mark.metadata)
    except FAR_END as error:
        if slack_code(error) in (NOT_STREAMING, DELETED):
            return False
        log.warning("a stream could not be told: %s", described(error))
        raise LookupError from error
    return True


def _text(message: Any) -> str:
    return str(message.get("text") or "") or " ".join(_texts(message.get("blocks")))


def _texts(value: Any) -> Iterator[str]:
    """Give the texts of blocks, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        yield from _texts(value.get("text"))
        yield from _texts(value.get("elements"))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
