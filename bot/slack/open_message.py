"""One message that is still being written: streamed where Slack streams, else posted and updated.

Whatever goes wrong with a stream ends the same way: the stream is stopped, and the message goes on by chat.update
with its whole text, which may be done twice. A message that somebody deletes is posted anew.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.block_kit import Block
from bot.slack.cards import markdown_blocks
from bot.slack.marks import Mark
from bot.slack.once import NotYet, post_once
from bot.slack.pace import Limited, patience
from bot.slack.seams import Grade
from bot.slack.stray import DELETED, NOT_STREAMING, find_stray
from bot.slack.survive import CONFLICT, FAR_END, described, log, maybe_done, slack_code
from bot.slack.tasks import Task
from bot.slack.tries import SURELY, pauses, until_taken, worth_another
from storage.records import ConversationKey

STREAM_AGE, HASTE = 240.0, 15.0
"""Seconds after which a stream is closed, since Slack ends it after about five minutes even while it is written:
at first between two blocks, after so many more between two lines, after as many again wherever it is."""

UPDATE_TEXT = 3_900
"""Characters of `text` in an update, which takes 4,000: people see the blocks, notifications show the text."""

LOOK_AGAIN = 5.0
"""Seconds after which a stream is looked for again of which nobody could tell whether it began."""

TOO_LONG = "msg_too_long"
"""Slack's code for a stream that is full. That says nothing against the next one."""

NO_SUCH_BLOCK = {"invalid_blocks", "invalid_blocks_format"}
"""Slack's codes for blocks that it does not take: in a message of ours these can only be the tasks, or what is
below its text. Neither is worth the answer."""


@dataclass(frozen=True)
class Place:
    """A thread, and whom it is answered in. `bot` is Nod's bot id; all that the turn wrote there stands after
    `began` (Unix seconds of Slack)."""

    client: AsyncWebClient
    bot: str
    key: ConversationKey
    user: str
    began: float


class OpenMessage:
    """`unfinished` is its mark for as long as it is posted and not ended; `streams` is whether to try a stream,
    and afterwards whether the next message may."""

    def __init__(self, place: Place, unfinished: Mark, *, streams: bool) -> None:
        self.streams = streams
        self.text = ""
        self._place = place
        self._client = place.client
        self._unfinished = unfinished
        self._ts: str | None = None
        self._streaming = False
        self._unsent: list[str | Task] = []
        self._tasks: dict[str, Task] = {}
        self._below: list[Block] = []
        self._doubt: str | None = None  # the text of a stream that may have begun
        self._unstopped = False
        self._over: bool | None = None  # nothing more is written; whether that is Slack's last word
        self._since = self._due = time.monotonic()

    @property
    def quick(self) -> bool:
        """Whether more of it can be shown as often as a stream takes it."""
        return self._streaming or (self.streams and self._ts is None)

    @property
    def hurry(self) -> Grade | None:
        """How well it has to end at least, if it has to end soon."""
        late = time.monotonic() - self._since - STREAM_AGE
        if not self._streaming or late < 0:
            return None
        return Grade.BLOCK if late < HASTE else Grade.INSIDE if late < 2 * HASTE else Grade.ANYWHERE

    async def add(self, text: str, tasks: Iterable[Task] = ()) -> None:
        """Show more of it now, or with what comes later if Slack wants to be left alone for a while. Only what is,
        or was, a stream shows tasks."""
        self._take(text, tasks)
        if self._over is not None or time.monotonic() < self._due:
            return
        if self._streaming:
            await self._append()
            return
        if self.streams and self._ts is None and await self._start():
            return
        if self._doubt is not None:
            with patience(0.0):
                known = await self._known(self._doubt)
            if not known:
                return
        await self._show_whole()

    async def end(self, rest: str, mark: Mark, tasks: Iterable[Task] = (), below: Sequence[Block] = ()) -> bool:
        """Add what is left and end it with its final mark, and with `below` under its text. Whether it stands so,
        or Slack will never take it: False means that a later try may end otherwise. A task that is still in
        progress has failed."""
        self._take("", tasks)
        self._take(rest, [task.failed for task in self._tasks.values() if task.open])
        self._below = list(below)
        if self._streaming and await self._end_stream(mark):
            return True
        if self._over is not None:
            return self._over
        if self._doubt is not None and not await self._surely_known(self._doubt):
            return False
        if self._ts is None:
            return await self._post(mark) if self.text.strip() else True
        if self._unstopped:
            await self._stop(surely=True)
        return await self._rewrite(mark, surely=True)

    def _take(self, text: str, tasks: Iterable[Task]) -> None:
        """Keep what is to be sent, in its order: text that follows text in one piece, a task once."""
        self.text += text
        if text:
            last = self._unsent[-1] if self._unsent else None
            self._unsent = [*self._unsent[:-1], last + text] if isinstance(last, str) else [*self._unsent, text]
        for task in tasks:
            self._tasks[task.id] = task
            known = any(isinstance(each, Task) and each.id == task.id for each in self._unsent)
            replaced = [task if isinstance(each, Task) and each.id == task.id else each for each in self._unsent]
            self._unsent = replaced if known else [*self._unsent, task]

    # ── as a stream ─────────────────────────────────────────────────────────────────────────────────────────

    async def _start(self) -> bool:
        """Begin a stream; whether it is known to have begun."""
        key, text = self._place.key, self.text
        try:
            response = await self._client.chat_startStream(
                channel=key.channel,
                thread_ts=key.thread,
                recipient_team_id=key.team,
                recipient_user_id=self._place.user,
                chunks=self._chunks(),
            )
        except FAR_END as error:
            self._give_up_streams(error)
            if maybe_done(error):
                self._doubt = text
                await asyncio.sleep(next(pauses(), 0.0))
            return False
        self._ts, self._streaming, self._unsent = str(response["ts"]), True, []
        self._since = time.monotonic()
        return True

    async def _known(self, sent: str) -> bool:
        """Look for a stream that may have begun with this text, and go on with it as a message; whether anybody
        can say."""
        place = self._place
        try:
            self._ts = await find_stray(place.client, place.bot, place.key, place.began, sent, self._unfinished)
        except LookupError:
            self._due = time.monotonic() + LOOK_AGAIN
            return False
        self._doubt = None
        return True

    async def _surely_known(self, sent: str) -> bool:
        for pause in pauses():
            if await self._known(sent):
                return True
            await asyncio.sleep(pause)
        log.error("an answer is held back: nobody can say whether its stream began")
        return False

    async def _append(self) -> None:
        if not self._unsent:
            return
        try:
            await self._client.chat_appendStream(**self._here(), chunks=self._chunks())
            self._unsent = []
        except Limited as error:
            self._due = time.monotonic() + error.seconds
        except FAR_END as error:
            await self._leave_stream(error)
            await self._show_whole()

    async def _end_stream(self, mark: Mark) -> bool:
        """End the stream with what it has not got yet. If Slack's limit is in the way, people get that at least,
        before it is waited for."""
        for wait in (0.0, SURELY):
            try:
                with patience(wait):
                    await self._client.chat_stopStream(
                        **self._here(),
                        chunks=self._chunks() or None,
                        blocks=self._below or None,
                        metadata=mark.metadata,
                    )
                return True
            except Limited:
                await self._append()
                if not self._streaming:
                    return False
            except FAR_END as error:
                await self._leave_stream(error)
                return False
        return False

    async def _leave_stream(self, error: BaseException) -> None:
        """Turn the message into one that can be updated; it has no ts any more if it was deleted. Where Slack does
        not end the stream at once, its end will: neither words nor a person's Stop wait for it."""
        self._give_up_streams(error)
        code = slack_code(error)
        if code == DELETED:
            self._ts, self._streaming = None, False
        elif code == NOT_STREAMING:
            self._streaming = False
        else:
            await self._stop()

    async def _stop(self, *, surely: bool = False) -> None:
        """End the stream, as one that goes on: a process that is killed now leaves a message that is known."""
        self._streaming, self._unstopped = False, True
        stop = partial(self._client.chat_stopStream, **self._here(), metadata=self._unfinished.metadata)
        try:
            with patience(SURELY if surely else 0.0):
                await (until_taken(stop) if surely else stop())
        except FAR_END as error:
            self._unstopped = slack_code(error) not in (NOT_STREAMING, DELETED)
            if self._unstopped:
                log.warning("a stream could not be ended: %s", described(error))
        else:
            self._unstopped = False

    def _give_up_streams(self, error: BaseException) -> None:
        log.info("stream given up: %s", described(error))
        self.streams = self.streams and slack_code(error) == TOO_LONG

    # ── as a message ────────────────────────────────────────────────────────────────────────────────────────

    async def _show_whole(self) -> None:
        """Show all of it so far; without a word yet there is nothing that a message could show."""
        if self._ts is not None:
            await self._rewrite(self._unfinished, surely=False)
        elif self.text.strip():
            await self._post(self._unfinished)

    async def _post(self, mark: Mark) -> bool:
        place, blocks = self._place, [*markdown_blocks(self.text), *self._below]
        try:
            self._ts = await post_once(
                self._client, place.bot, place.key, mark, "posting an answer", text=self.text, blocks=blocks
            )
        except NotYet:
            self._over = False
            return False
        if self._ts is None and self._below:
            self._below = []
            return await self._post(mark)
        if self._ts is None:
            self._over = True
        self._unsent, self._tasks = [], {}
        return True

    async def _rewrite(self, mark: Mark, *, surely: bool) -> bool:
        """Show the whole text; `surely` keeps at it, else the next one will show it."""
        tries: Iterable[float] = pauses() if surely else (0.0,)
        for pause in tries:
            try:
                with patience(SURELY if surely else 0.0):
                    await self._client.chat_update(
                        **self._here(),
                        text=clipped(self.text or self._titles()),
                        blocks=self._blocks(),
                        metadata=mark.metadata,
                    )
                self._unsent = []
                return True
            except Limited as error:
                self._due = time.monotonic() + error.seconds
            except FAR_END as error:
                log.warning("updating an answer failed: %s", described(error))
                code = slack_code(error)
                if (self._tasks or self._below) and code in NO_SUCH_BLOCK:
                    self._tasks, self._below = {}, []
                    if not self.text.strip():
                        return True
                    continue
                if code == DELETED or (surely and not worth_another(error)):
                    return await self._post(mark) if self.text.strip() else True
                if code == CONFLICT:
                    await self._stop()
            await asyncio.sleep(pause)
        if surely:
            log.error("an answer is left as it stands: its end could not be written")
        return False

    def _here(self) -> dict[str, Any]:
        return {"channel": self._place.key.channel, "ts": self._ts}

    def _chunks(self) -> list[dict[str, Any]]:
        return [
            {"type": "markdown_text", "text": each} if isinstance(each, str) else each.chunk
            for each in self._unsent
        ]

    def _blocks(self) -> list[Block]:
        text = markdown_blocks(self.text) if self.text.strip() else []
        return [*(task.card for task in self._tasks.values()), *text, *self._below]

    def _titles(self) -> str:
        return ", ".join(task.title for task in self._tasks.values())


def clipped(text: str) -> str:
    """Cut the `text` of an update to what Slack takes."""
    return text if len(text) <= UPDATE_TEXT else f"{text[:UPDATE_TEXT]}…"
