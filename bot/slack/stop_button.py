"""The *Stop* button of a turn in a channel's thread: a message of its own, gone when the turn has ended.

Where it stands, and why. A stream takes blocks, but keeps them where they came and cannot take them out again: a
button in it would stand in the middle of the answer, and dead after it, or the whole answer would have to be
written once more without it. An ephemeral message can only be taken away by its own click. A message of its own
can be deleted, also after a crash, because it is found by its mark. So it comes only to a turn that takes a while,
and only where Slack has no Stop of its own: in direct messages the agent view has one (`agent_session_stopped`).
"""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.block_kit import Block, button, plain
from bot.slack.marks import Mark, mark_of, own_messages
from bot.slack.open_message import Place
from bot.slack.pace import patience
from bot.slack.survive import FAR_END, described, final, log, maybe_done, slack_code
from bot.slack.tries import SURELY, pauses
from bot.words.catalogue import Words
from storage.records import Claim

STOP = "turn_stop"

MARK = "nod_stop"
"""The metadata of the message with the button, with its turn's number."""

SHOW_AFTER = 3.0
"""Seconds that a turn runs before it gets a button: most have ended by then."""

TAKING = 5.0
"""Seconds that the end of a turn waits for it to be taken away; after that it goes on beside."""

GONE = frozenset({"message_not_found", "channel_not_found", "thread_not_found"})


def stop_blocks(turn: int, words: Words) -> list[Block]:
    """Build the message: one line with the button beside it."""
    stop = button(STOP, words("stop-button"), str(turn))
    return [{"type": "section", "text": plain(words("stop-offer")), "accessory": stop}]


class StopButton:
    """One turn's, `over` once that has ended. `show_soon` as soon as the turn works, `take` at its end."""

    _taking: ClassVar[set[asyncio.Task[None]]] = set()

    def __init__(self, place: Place, claim: Claim, words: Words) -> None:
        self.over = False
        self._place = place
        self._turn = claim.turn
        self._words = words
        self._wanted = not claim.entries[-1].delivery.direct
        self._looked_back = False
        self._showing: asyncio.Task[None] | None = None
        self._begun = self._doubt = False
        self._ts: str | None = None

    def show_soon(self) -> None:
        """Show it in a while, unless the turn has ended by then."""
        if self._wanted and self._showing is None and not self.over:
            self._showing = asyncio.create_task(self._show(), name=f"stop button of turn {self._turn}")

    async def take(self) -> None:
        """Take it away, if it stands; it is not shown any more."""
        self.over = True
        if self._showing is None:
            return
        if not self._begun:
            self._showing.cancel()
        await asyncio.wait({self._showing})
        if self._ts is not None:
            taking = asyncio.create_task(self._go(self._ts), name=f"stop button of turn {self._turn} goes")
            self._ts = None
            self._taking.add(taking)
            taking.add_done_callback(self._taking.discard)
            await asyncio.wait({taking}, timeout=TAKING)
        elif self._doubt:
            await self._take_left()

    async def _go(self, ts: str) -> None:
        try:
            await take_away(self._place.client, self._place.key.channel, ts)
        except RuntimeError as error:  # what a closed session raises: Nod stops
            log.info("turn %d: its Stop button stays: %s", self._turn, described(error))

    async def look_back(self) -> None:
        """Take away what an earlier process, or an earlier try, has left."""
        if self._wanted and not self._looked_back:
            self._looked_back = True
            await self._take_left()

    async def _take_left(self) -> None:
        place = self._place
        try:
            found = await own_messages(place.client, place.bot, place.key, place.began, surely=True)
        except LookupError:
            log.warning("turn %d: a Stop button may be left standing", self._turn)
            return
        for message in found:
            if _is_button(message):
                await take_away(place.client, place.key.channel, str(message["ts"]))

    async def _show(self) -> None:
        await asyncio.sleep(SHOW_AFTER)
        self._begun = True
        place, words = self._place, self._words
        try:
            with patience(0.0):  # rather none than one that others wait behind
                response = await place.client.chat_postMessage(
                    channel=place.key.channel,
                    thread_ts=place.key.thread,
                    text=words("stop-offer"),
                    blocks=stop_blocks(self._turn, words),
                    metadata=Mark(MARK, {"turn": str(self._turn)}).metadata,
                    unfurl_links=False,
                    unfurl_media=False,
                )
            self._ts = str(response["ts"])
        except FAR_END as error:
            log.info("no Stop button: %s", described(error))
            self._doubt = maybe_done(error)


async def take_away(client: AsyncWebClient, channel: str, ts: str) -> None:
    """Delete a message with the button: a dead one must not stay."""
    for pause in pauses():
        try:
            with patience(SURELY):
                await client.chat_delete(channel=channel, ts=ts)
        except FAR_END as error:
            if slack_code(error) in GONE:
                return
            log.warning("taking a Stop button away failed: %s", described(error))
            if final(error):
                return
        else:
            return
        await asyncio.sleep(pause)


def _is_button(message: Mapping[str, Any]) -> bool:
    mark = mark_of(message)
    return mark is not None and mark.event_type == MARK
