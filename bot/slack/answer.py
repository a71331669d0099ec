"""One answer being written: streamed where Slack streams, else posted and updated; rolled over before it breaks.

Slack ends a stream after about five minutes even while it is appended to, and takes 12,000 characters a message.
"""

import time
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_chat_stream import AsyncChatStream
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.cards import markdown_blocks
from bot.slack.survive import FAR_END, log, slack_code, survive
from bot.slack.visible import defused, settled

FLUSH_EVERY = 0.35
"""Seconds between two writes of a stream: appendStream allows about 100 a minute and more."""

UPDATE_EVERY = 1.0
"""Seconds between two updates of a posted message: chat.update allows 50 a minute."""

STREAM_AGE = 240.0
"""Seconds after which a stream is closed and the answer goes on in the next."""

FULL, MESSAGE_LENGTH = 9_500, 11_500
"""Characters: from the first on, a message ends at the next line break; at the second, wherever it is."""

STREAM_ENDED = {"message_not_in_streaming_state", "message_not_found", "streaming_state_conflict"}


class Answer:
    """A text that grows in one thread, in as many messages as it needs. Nothing is cut; what Slack does not take
    by stream is posted."""

    def __init__(self, client: AsyncWebClient, channel: str, thread_ts: str, team: str, user: str) -> None:
        self._client = client
        self._channel = channel
        self._thread_ts = thread_ts
        self._recipient = {"recipient_team_id": team, "recipient_user_id": user}
        self._streams = True
        self._stream: AsyncChatStream | None = None
        self._ts: str | None = None
        self._coming = ""
        self._pending = ""
        self._shown = ""
        self._began = 0.0
        self._flushed = 0.0

    async def write(self, markdown: str) -> None:
        """Add text: the first at once, the rest a few times a second."""
        self._coming += markdown
        whole = settled(self._coming)
        self._pending, self._coming = self._pending + defused(self._coming[:whole]), self._coming[whole:]
        every = FLUSH_EVERY if self._streams else UPDATE_EVERY
        if time.monotonic() - self._flushed >= every and self._pending.strip():
            await self._flush()

    async def end(self, mark: Mapping[str, Any] | None = None) -> bool:
        """Write what is left and close the message, with `mark` in its metadata; a later `write` opens a new one.
        Whether there was any message."""
        self._pending, self._coming = self._pending + defused(self._coming), ""
        if self._pending.strip():
            await self._flush(last=True)
        self._pending = ""
        written = bool(self._shown)
        await self._close(mark)
        return written

    async def _flush(self, *, last: bool = False) -> None:
        while self._pending:
            if self._shown and self._old():
                await self._close()
            piece, self._pending, full = part(self._pending, len(self._shown))
            if piece:
                await self._show(piece)
            if full and (self._pending or not last):
                await self._close()
        self._flushed = time.monotonic()

    def _old(self) -> bool:
        return self._stream is not None and time.monotonic() - self._began >= STREAM_AGE

    async def _show(self, piece: str) -> None:
        if not self._shown:
            self._began = time.monotonic()
        if self._streams:
            try:
                await self._append(piece)
                self._shown += piece
                return
            except FAR_END as error:
                await self._stream_failed(error)
        self._shown += piece
        await self._post_or_update()

    async def _append(self, piece: str) -> None:
        if self._stream is None:
            self._stream = await self._client.chat_stream(
                buffer_size=1, channel=self._channel, thread_ts=self._thread_ts, **self._recipient
            )
        await self._stream.append(markdown_text=piece)
        self._ts = self._stream.ts

    async def _stream_failed(self, error: BaseException) -> None:
        """Go on in a posted message: with the rest if the stream had begun, for good if this place has none."""
        code = slack_code(error)
        log.info("stream given up: %s", code or type(error).__name__)
        if self._shown:
            if code not in STREAM_ENDED:
                await self._stop_stream()
            self._stream, self._ts, self._shown = None, None, ""
        else:
            self._stream = None
        self._streams = not isinstance(error, SlackApiError) or code in STREAM_ENDED

    async def _post_or_update(self, mark: Mapping[str, Any] | None = None) -> None:
        text, blocks = self._shown, markdown_blocks(self._shown)
        if self._ts is None:
            response = await survive(
                self._client.chat_postMessage(
                    channel=self._channel,
                    thread_ts=self._thread_ts,
                    text=text,
                    blocks=blocks,
                    unfurl_links=False,
                    unfurl_media=False,
                ),
                "posting an answer",
            )
            self._ts = None if response is None else str(response["ts"])
        else:
            update = self._client.chat_update(
                channel=self._channel,
                ts=self._ts,
                text=text,
                blocks=blocks,
                metadata=None if mark is None else dict(mark),
            )
            await survive(update, "updating an answer")

    async def _close(self, mark: Mapping[str, Any] | None = None) -> None:
        if self._stream is not None:
            await self._stop_stream(mark)
        elif mark is not None and self._ts is not None:
            await self._post_or_update(mark)
        self._ts, self._shown = None, ""

    async def _stop_stream(self, mark: Mapping[str, Any] | None = None) -> None:
        if self._stream is not None:
            metadata = None if mark is None else dict(mark)
            await survive(self._stream.stop(metadata=metadata), "ending a stream")
            self._stream = None


def part(text: str, before: int) -> tuple[str, str, bool]:
    """Part a text where its message, which holds `before` characters, is full: at a line break if there is one.

    Returns what fits, the rest for the next message, and whether this message is full.
    """
    seam = text.find("\n", max(FULL - before, 0)) + 1
    if seam and before + seam <= MESSAGE_LENGTH:
        return text[:seam], text[seam:], True
    room = MESSAGE_LENGTH - before
    return text[:room], text[room:], len(text) >= room
