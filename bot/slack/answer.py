"""One answer being written: as much of it as a message takes in one message after another, rolled over in time.

Slack ends a stream after about five minutes even while it is appended to, and takes 12,000 characters a message.
"""

import secrets
import time
from collections.abc import Sequence

from bot.slack.block_kit import Block
from bot.slack.marks import OPEN, Mark
from bot.slack.open_message import OpenMessage, Place
from bot.slack.visible import defused, settled

PART = "nod_part"
"""The mark of a message that holds a part of what a turn said, and not the end of its answer."""

FLUSH_EVERY = 0.35
"""Seconds between two writes of a stream: appendStream allows about 100 a minute and more."""

UPDATE_EVERY = 1.0
"""Seconds between two updates of a posted message: chat.update allows 50 a minute."""

FULL, MESSAGE_LENGTH = 9_500, 11_500
"""Characters: from the first on, a message ends at the next line break; at the second, wherever it is."""


class Answer:
    """A text that grows in one thread, in as many messages as it needs. Nothing is cut."""

    def __init__(self, place: Place, turn: int) -> None:
        self._place = place
        self._turn = turn
        self._own = secrets.token_hex(4)  # a turn that is shown again after a crash writes other messages
        self._parts = 0
        self._streams = True
        self._message: OpenMessage | None = None
        self._unshown = False
        self._coming = ""
        self._pending = ""
        self._flushed = 0.0

    async def write(self, markdown: str) -> None:
        """Add text: the first at once, the rest a few times a second. What comes after a part that could not be
        shown is not: all of it will be, later."""
        if self._unshown:
            return
        self._coming += markdown
        whole = settled(self._coming)
        self._pending, self._coming = self._pending + defused(self._coming[:whole]), self._coming[whole:]
        every = FLUSH_EVERY if self._streams else UPDATE_EVERY
        if time.monotonic() - self._flushed >= every and self._pending.strip():
            await self._fill()
            if self._pending:
                piece, self._pending = self._pending, ""
                message = await self._current()
                if not self._unshown:
                    await message.add(piece)
                self._streams = message.streams
            self._flushed = time.monotonic()

    async def end(self, mark: Mark | None = None, below: Sequence[Block] = ()) -> bool:
        """Write what is left and end the message, with `mark` or that of a part, and with `below` under its text;
        a later `write` opens a new one. Whether all that was written so far stands, as far as Slack will ever
        take it."""
        self._pending, self._coming = self._pending + defused(self._coming), ""
        if not self._pending.strip():
            self._pending = ""
        await self._fill()
        await self._close(mark, below)
        return not self._unshown

    async def _fill(self) -> None:
        """End every message that is full; what is left fits into the current one."""
        while self._pending:
            message = await self._current()
            piece, rest, full = part(self._pending, len(message.text))
            if self._unshown or not full or not rest:
                return
            self._pending = piece
            await self._close()
            self._pending = rest

    async def _current(self) -> OpenMessage:
        if self._message is not None and self._message.old:
            kept, self._pending = self._pending, ""
            await self._close()
            self._pending = kept
        if self._message is None:
            self._parts += 1
            self._message = OpenMessage(self._place, self._mark(OPEN), streams=self._streams)
        return self._message

    async def _close(self, mark: Mark | None = None, below: Sequence[Block] = ()) -> None:
        """End the current message with all that is pending."""
        message = await self._current() if self._pending else self._message
        piece, self._pending, self._message = self._pending, "", None
        if message is not None and not self._unshown:
            self._unshown |= not await message.end(piece, mark or self._mark(PART), below)
            self._streams = message.streams

    def _mark(self, event_type: str) -> Mark:
        """Make a mark that no other message has: a message that cannot be seen to be posted is searched by it."""
        return Mark(event_type, {"turn": str(self._turn), "part": f"{self._own}-{self._parts}"})


def part(text: str, before: int) -> tuple[str, str, bool]:
    """Part a text where its message, which holds `before` characters, is full: at a line break if there is one.

    Returns what fits, the rest for the next message, and whether this message is full.
    """
    seam = text.find("\n", max(FULL - before, 0)) + 1
    if seam and before + seam <= MESSAGE_LENGTH:
        return text[:seam], text[seam:], True
    room = MESSAGE_LENGTH - before
    return text[:room], text[room:], len(text) >= room
