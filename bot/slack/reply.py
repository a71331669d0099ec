"""A turn's outlets in Slack: which one it gets, and an answer in a thread."""

import asyncio
import contextlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.answer import PART, Answer
from bot.slack.block_kit import Block, context
from bot.slack.card_posts import CardPosts
from bot.slack.file_words import unread_note
from bot.slack.greetings import greeting
from bot.slack.halves import end_half
from bot.slack.marks import CLOCKS, Mark, find_marked, half_written
from bot.slack.notes import note_blocks, regenerate_row
from bot.slack.once import NotYet, post_once
from bot.slack.open_message import Place
from bot.slack.pace import patience
from bot.slack.people import People
from bot.slack.private_reply import PrivateReply
from bot.slack.progress import Progress
from bot.slack.statuses import Statuses
from bot.slack.stop_button import StopButton
from bot.slack.survive import log
from bot.slack.tries import SURELY
from bot.slack.writes import Writes
from bot.turns.attachments import Unread
from bot.turns.outlet import NO_CONTROLS, PASSED, Controls, Outlet
from bot.words.catalogue import words_for
from functions.context import Person
from functions.contract import Function
from storage.records import Action, Claim, Delivery

MARK = "nod_answer"
"""The metadata of the last message of a whole answer, with its turn's number."""

NOTE = "nod_note"
"""The metadata of a turn's closing note, or greeting, with the turn's number: it has one."""

CLEARING = 10.0
"""Seconds that the end of a status waits for Slack's limits: a status that stays annoys people, but the thread's
next turn waits for this one, and whatever is posted takes the status away too."""

LEAVING = 2.0
"""Seconds that the end of a try waits for what it still writes: Nod may be stopping."""


class SlackOutlets:
    """Makes the outlet that a turn's entries ask for."""

    def __init__(
        self, client: AsyncWebClient, session: ClientSession, people: People, card_posts: CardPosts
    ) -> None:
        self._client = client
        self._session = session
        self._people = people
        self._card_posts = card_posts
        self.statuses = Statuses(client)
        self._writes = Writes()

    async def open(self, claim: Claim) -> Outlet:
        key, last = claim.conversation.key, claim.entries[-1].delivery
        person = await self._people.find(key.team, last.user)
        if key.is_command:
            return PrivateReply(self._client, self._session, claim, person, self._card_posts)
        return ThreadReply(self._client, claim, person, self._card_posts, self.statuses, self._writes)

    async def in_line(self, delivery: Delivery, place: int) -> None:
        """Say it in the thread's status. A command's acknowledgement has said that it is on its way."""
        key = delivery.conversation
        if not key.is_command:
            person = await self._people.find(key.team, delivery.user)
            words = words_for(person.locale)
            await self.statuses.set(key, "" if place == PASSED else words("status-line", place=place))

    async def post_again(self, action: Action) -> str | None:
        return await self._card_posts.post_again(action)

    async def settle_all(self, actions: Sequence[Action]) -> None:
        for action in actions:
            await self._card_posts.settle_later(action)


class ThreadReply:
    """An answer in a thread, with a status while it is being made."""

    def __init__(
        self,
        client: AsyncWebClient,
        claim: Claim,
        person: Person,
        card_posts: CardPosts,
        statuses: Statuses | None = None,
        writes: Writes | None = None,
    ) -> None:
        key = claim.conversation.key
        self.person = person
        self._client = client
        self._key = key
        self._turn = claim.turn
        self._since = claim.entries[0].received_at.timestamp()
        self._again = {entry.id for entry in claim.entries if entry.tries > 1}
        self._mark = Mark(MARK, {"turn": str(claim.turn)})
        self._note_mark = Mark(NOTE, {"turn": str(claim.turn)})
        self._card_posts = card_posts
        self._words = words_for(person.locale)
        self._place = Place(client, card_posts.bot, key, person.id, _began(claim))
        self._answer = Answer(self._place, claim.turn)
        self._statuses = statuses or Statuses(client)
        self._writes = writes or Writes()
        self._progress = Progress(self._statuses, key, self._answer, self._words, self._writes)
        self._stop = StopButton(self._place, claim, self._words)

    async def working(self, on: Function | None = None, call: str = "") -> None:
        """Slack clears a status when a message comes, and after two minutes; it is set again for each step. What
        goes on beside a turn that was stopped sets none."""
        if self._stop.over:
            return
        self._stop.show_soon()
        self._progress.working(on, call)

    async def worked(self, call: str, *, ok: bool) -> None:
        self._progress.worked(call, ok=ok)

    async def text(self, delta: str) -> None:
        await self._answer.write(delta)

    async def card(self, action: Action, function: Function) -> str | None:
        await self._answer.end()
        return await self._card_posts.post(action)

    async def batch(self, actions: Sequence[Action]) -> None:
        await self._card_posts.post_batch(actions)

    async def settle(self, action: Action, function: Function | None) -> None:
        await self._card_posts.settle(action)

    async def aside(self, words: str) -> None:
        mark = Mark(NOTE, {"turn": str(self._turn), "note": secrets.token_hex(4)})
        bot, blocks = self._place.bot, [context(words)]
        with contextlib.suppress(NotYet):  # nobody waits for it, and what it tells of is done
            await post_once(self._client, bot, self._key, mark, "posting an aside", text=words, blocks=blocks)

    async def tell_unread(self, unread: Sequence[Unread], entry: int) -> None:
        note = unread_note(unread, self._words)
        await self._tell_once(entry, "files", note, note_blocks(note, None, self._words))

    async def tell_unheard(self, entry: int) -> None:
        note = self._words("thread-unread")
        await self._tell_once(entry, "thread", note, [context(note)])

    async def _tell_once(self, entry: int, of: str, note: str, blocks: list[Block]) -> None:
        mark = Mark(NOTE, {"entry": str(entry), "note": of})
        if entry in self._again:
            try:
                if await find_marked(self._client, self._place.bot, self._key, self._since, mark):
                    return
            except LookupError:
                return  # rather not told by Nod than twice: the model is told too
        what = f"telling of the {of}"
        with contextlib.suppress(NotYet):  # the model is told, and the question does not wait for it
            await post_once(self._client, self._place.bot, self._key, mark, what, text=note, blocks=blocks)

    async def greet(self) -> bool:
        return await self.finish(greeting(self.person, self._words))

    async def stands(self) -> bool:
        """Look for the mark that the last message of a whole answer carries."""
        await self._look_back()
        return await self._find(self._mark)

    async def noted(self) -> bool:
        await self._look_back()
        return await self._find(self._note_mark)

    async def _look_back(self) -> None:
        """Before anything is looked for: what an earlier try still writes would be found too late."""
        await self._writes.over(self._key)
        await self._stop.look_back()

    async def _find(self, mark: Mark) -> bool:
        found = await find_marked(self._client, self._place.bot, self._key, self._since, mark)
        return found is not None

    async def leave(self) -> None:
        """What takes longer is waited for by the next try, also where this wait is cut short."""
        self._stop.over = True
        under_way = {self._writes.begin(self._key, self._stop.take()), *self._progress.leave()}
        _, left = await asyncio.wait(under_way, timeout=LEAVING)
        if left:
            log.info("turn %d is over, and something of it is still being written", self._turn)

    async def pick_up(self, *, anew: bool = True) -> bool:
        """Look for messages of this turn without a final mark, and end them."""
        await self._look_back()
        line = self._words("answer-interrupted") if anew else ""
        try:
            with patience(SURELY):
                left = await self._half_written()
        except LookupError:
            log.warning("turn %d: what was left half-written before it stays so", self._turn)
            return False
        found = False
        for message in left:
            mark = Mark(PART, {"turn": str(self._turn), "part": secrets.token_hex(4)})
            with patience(SURELY):
                found |= await end_half(self._client, self._key.channel, message, mark, line)
        if found or not left:
            return found
        try:  # a call that was repeated after a failure finds the stream ended by itself
            return len(await self._half_written()) < len(left)
        except LookupError:
            return True

    async def _half_written(self) -> list[Mapping[str, Any]]:
        return await half_written(self._client, self._place.bot, self._key, self._place.began, surely=True)

    async def finish(self, note: str = "", *, retry: bool = False, controls: Controls = NO_CONTROLS) -> bool:
        """The note comes last, or not at all: it tells that what is above it stands. The status is cleared even
        where this turn set none: an earlier try, or the line, may have. It may have to wait for Slack's limits, so
        it comes after all."""
        self._stop.over = True
        below = [regenerate_row(self._turn, self._words)] if controls.again else []
        shown = await self._answer.end(self._mark, below)
        await self._progress.end()
        if shown and note:
            retried = self._turn if retry else None
            shown = await self._note(note, note_blocks(note, retried, self._words, self._turn, controls))
        await self._stop.take()
        with patience(CLEARING):
            await self._statuses.set(self._key, "")
        return shown

    async def _note(self, note: str, blocks: list[Block]) -> bool:
        mark, bot = self._note_mark, self._place.bot
        try:
            await post_once(self._client, bot, self._key, mark, "posting a note", text=note, blocks=blocks)
        except NotYet:
            return False
        return True


def _began(claim: Claim) -> float:
    """Return a time of Slack's after which all of a turn stands, in Unix seconds: when it was asked, or, where the
    delivery has no ts, when this machine got it."""
    first = claim.entries[0]
    try:
        return float(first.delivery.ts)
    except ValueError:
        return first.received_at.timestamp() - CLOCKS
