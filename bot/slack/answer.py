"""One answer being written: as much of it as a message takes in one message after another, rolled over in time.

Slack ends a stream after about five minutes even while it is appended to, and takes 12,000 characters a message.
`bot/slack/seams.py` says where one message ends and the next begins.
"""

import asyncio
import secrets
import time
from collections.abc import Sequence

from bot.slack.block_kit import Block
from bot.slack.marks import OPEN, Mark
from bot.slack.open_message import OpenMessage, Place
from bot.slack.seams import seam, unclosed
from bot.slack.tasks import Task
from bot.slack.visible import defused, settled

PART = "nod_part"
"""The mark of a message that holds a part of what a turn said, and not the end of its answer."""

FLUSH_EVERY = 0.35
"""Seconds between two writes of a stream: appendStream allows about 100 a minute and more."""

UPDATE_EVERY = 1.0
"""Seconds between two updates of a posted message: chat.update allows 50 a minute."""


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
        self._tasks: dict[str, Task] = {}
        self._changed: dict[str, Task] = {}
        self._writing = asyncio.Lock()  # tasks change while text is written

    @property
    def streams(self) -> bool:
        """Whether Slack takes streams here, as far as is known; nothing else shows tasks."""
        return self._streams

    async def write(self, markdown: str) -> None:
        """Add text: the first at once, the rest a few times a second. What comes after a part that could not be
        shown is not: all of it will be, later."""
        async with self._writing:
            if self._unshown:
                return
            self._coming += markdown
            whole = settled(self._coming)
            self._pending, self._coming = self._pending + defused(self._coming[:whole]), self._coming[whole:]
            quick = self._message.quick if self._message else self._streams
            every = FLUSH_EVERY if quick else UPDATE_EVERY
            if time.monotonic() - self._flushed >= every and self._pending.strip():
                await self._flush()
                self._flushed = time.monotonic()

    def task(self, call: str, title: str) -> None:
        """Begin a task; `show_tasks` shows it."""
        self._tasks[call] = self._changed[call] = Task(f"{self._own}-{secrets.token_hex(4)}", title)

    def task_ended(self, call: str, *, ok: bool) -> None:
        """End a task; nothing if the answer has ended meanwhile, which ends all of them."""
        if call in self._tasks:
            task = self._tasks[call]
            self._tasks[call] = self._changed[call] = Task(task.id, task.title, "complete" if ok else "error")

    async def show_tasks(self) -> None:
        """Show how the tasks stand, below the text so far. They begin a message only where it can be a stream."""
        async with self._writing:
            if not self._changed or self._unshown or not self._streams:
                return
            if self._message is not None and self._message.hurry is not None:
                await self._close()
            await self._flush()

    def leave(self) -> None:
        """Begin no further write: the turn is over, and whoever takes it up again writes an answer of its own."""
        self._unshown = True

    async def end(self, mark: Mark | None = None, below: Sequence[Block] = ()) -> bool:
        """Write what is left and end the message, with `mark` or that of a part, and with `below` under its text;
        a later `write` opens a new one. Whether all that was written so far stands, as far as Slack will ever
        take it."""
        async with self._writing:
            return await self._end(mark, below)

    async def _end(self, mark: Mark | None, below: Sequence[Block]) -> bool:
        self._pending, self._coming = self._pending + defused(self._coming), ""
        if not self._pending.strip():
            self._pending = ""
        await self._fill(ended=True)
        self._pending += unclosed((self._message.text if self._message else "") + self._pending)
        await self._close(mark, below)
        self._tasks, self._changed = {}, {}
        return not self._unshown

    async def _flush(self) -> None:
        """Write what is pending, then the tasks that have changed since."""
        if not self._pending.strip():
            self._coming, self._pending = self._pending + self._coming, ""
        await self._fill()
        tasks, self._changed = list(self._changed.values()), {}
        piece, self._pending = self._pending, ""
        if piece or tasks:
            message = await self._current()
            if not self._unshown:
                await message.add(piece, tasks)
            self._streams = message.streams

    async def _fill(self, *, ended: bool = False) -> None:
        """End every message that is full, or old; what is left fits into the current one."""
        while self._pending:
            message = await self._current()
            hurry = None if ended else message.hurry
            cut = seam(message.text, self._pending, hurry, ended=ended)
            if self._unshown or cut is None:
                return
            self._pending = cut.piece + cut.closing
            await self._close()
            self._pending = cut.opening + cut.rest

    async def _current(self) -> OpenMessage:
        if self._message is None:
            self._parts += 1
            self._message = OpenMessage(self._place, self._mark(OPEN), streams=self._streams)
        return self._message

    async def _close(self, mark: Mark | None = None, below: Sequence[Block] = ()) -> None:
        """End the current message with all that is pending. Tasks alone are no answer: a part at the most."""
        message = await self._current() if self._pending else self._message
        piece, self._pending, self._message = self._pending, "", None
        if message is not None and not self._unshown:
            tasks = [task for task in self._changed.values() if not task.open]
            self._changed = {call: task for call, task in self._changed.items() if task.open}
            said = message.text + piece
            own = mark if mark is not None and said.strip() else self._mark(PART)
            self._unshown |= not await message.end(piece, own, tasks, below)
            self._streams = message.streams

    def _mark(self, event_type: str) -> Mark:
        """Make a mark that no other message has: a message that cannot be seen to be posted is searched by it."""
        return Mark(event_type, {"turn": str(self._turn), "part": f"{self._own}-{self._parts}"})
