"""A turn's outlets in Slack: an answer in a thread, or one that only its asker sees."""

import contextlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.answer import MESSAGE_LENGTH, PART, Answer, part
from bot.slack.block_kit import Block, context
from bot.slack.card_posts import CardPosts
from bot.slack.cards import markdown_blocks, shareable_answer
from bot.slack.file_words import unread_note
from bot.slack.halves import end_half
from bot.slack.marks import CLOCKS, Mark, find_marked, half_written
from bot.slack.notes import note_blocks, retry_row
from bot.slack.once import NotYet, post_once
from bot.slack.open_message import Place
from bot.slack.pace import patience
from bot.slack.people import People
from bot.slack.response_urls import respond
from bot.slack.survive import FAR_END, described, final, log, maybe_done, survive
from bot.slack.visible import defused, escape_mrkdwn, visible
from bot.turns.attachments import Unread
from bot.turns.outlet import PASSED, Outlet
from bot.words.catalogue import Words, words_for
from functions.context import Person
from functions.contract import Function
from storage.records import Action, Claim, ConversationKey, Delivery

MARK = "nod_answer"
"""The metadata of the last message of a whole answer, with its turn's number."""

NOTE = "nod_note"
"""The metadata of a turn's closing note, or greeting, with the turn's number: it has one."""

CLEARING = 10.0
"""Seconds that the end of a status waits for Slack's limits: a status that stays annoys people, but the thread's
next turn waits for this one, and whatever is posted takes the status away too."""


class SlackOutlets:
    """Makes the outlet that a turn's entries ask for."""

    def __init__(
        self, client: AsyncWebClient, session: ClientSession, people: People, card_posts: CardPosts
    ) -> None:
        self._client = client
        self._session = session
        self._people = people
        self._card_posts = card_posts

    async def open(self, claim: Claim) -> Outlet:
        key, last = claim.conversation.key, claim.entries[-1].delivery
        person = await self._people.find(key.team, last.user)
        if key.is_command:
            return PrivateReply(self._client, self._session, claim, person, self._card_posts)
        return ThreadReply(self._client, claim, person, self._card_posts)

    async def in_line(self, delivery: Delivery, place: int) -> None:
        """Say it in the thread's status. A command's acknowledgement has said that it is on its way."""
        key = delivery.conversation
        if not key.is_command:
            person = await self._people.find(key.team, delivery.user)
            words = words_for(person.locale)
            await set_status(self._client, key, "" if place == PASSED else words("status-line", place=place))

    async def post_again(self, action: Action) -> str | None:
        return await self._card_posts.post_again(action)

    async def settle_all(self, actions: Sequence[Action]) -> None:
        for action in actions:
            await self._card_posts.settle(action)


class ThreadReply:
    """An answer in a thread, with a status while it is being made."""

    def __init__(self, client: AsyncWebClient, claim: Claim, person: Person, card_posts: CardPosts) -> None:
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

    async def working(self, on: Function | None = None) -> None:
        """Slack clears a status when a message comes, and after two minutes; it is set again for each step."""
        await set_status(self._client, self._key, _status(on, self._words))

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
        mark = Mark(NOTE, {"entry": str(entry), "note": "files"})
        if entry in self._again:
            try:
                if await find_marked(self._client, self._place.bot, self._key, self._since, mark):
                    return
            except LookupError:
                return  # rather not told by Nod than twice: the model is told too
        note = unread_note(unread, self._words)
        await post_once(
            self._client,
            self._place.bot,
            self._key,
            mark,
            "telling of files",
            text=note,
            blocks=note_blocks(note, None, self._words),
        )

    async def greet(self) -> bool:
        return await self.finish(greeting(self.person, self._words))

    async def stands(self) -> bool:
        """Look for the mark that the last message of a whole answer carries."""
        return await self._find(self._mark)

    async def noted(self) -> bool:
        return await self._find(self._note_mark)

    async def _find(self, mark: Mark) -> bool:
        found = await find_marked(self._client, self._place.bot, self._key, self._since, mark)
        return found is not None

    async def pick_up(self) -> bool:
        """Look for messages of this turn without a final mark, and end them."""
        try:
            left = await self._half_written()
        except LookupError:
            log.warning("turn %d: what was left half-written before it stays so", self._turn)
            return False
        found = False
        for message in left:
            mark = Mark(PART, {"turn": str(self._turn), "part": secrets.token_hex(4)})
            found |= await end_half(self._client, self._key.channel, message, mark, self._words)
        if found or not left:
            return found
        try:  # a call that was repeated after a failure finds the stream ended by itself
            return len(await self._half_written()) < len(left)
        except LookupError:
            return True

    async def _half_written(self) -> list[Mapping[str, Any]]:
        return await half_written(self._client, self._place.bot, self._key, self._place.began)

    async def finish(self, note: str = "", *, retry: bool = False) -> bool:
        """The note comes last, or not at all: it tells that what is above it stands. The status is cleared even
        where this turn set none: an earlier try, or the line, may have. It may have to wait for Slack's limits, so
        it comes after all."""
        shown = await self._answer.end(self._mark)
        if shown and note:
            shown = await self._note(note, retry=retry)
        with patience(CLEARING):
            await set_status(self._client, self._key, "")
        return shown

    async def _note(self, note: str, *, retry: bool) -> bool:
        blocks = note_blocks(note, self._turn if retry else None, self._words)
        mark, bot = self._note_mark, self._place.bot
        try:
            await post_once(self._client, bot, self._key, mark, "posting a note", text=note, blocks=blocks)
        except NotYet:
            return False
        return True


async def set_status(client: AsyncWebClient, key: ConversationKey, status: str) -> None:
    """Show what Nod does in a thread; an empty status clears it."""
    call = client.assistant_threads_setStatus(channel_id=key.channel, thread_ts=key.thread, status=status)
    await survive(call, "setting the status")


class PrivateReply:
    """An answer to a slash command, for its asker alone, by the `response_url` of the command or of a click.

    A `response_url` takes five messages in thirty minutes: so the text is sent once, at the end.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        session: ClientSession,
        claim: Claim,
        person: Person,
        card_posts: CardPosts,
    ) -> None:
        self.person = person
        self._client = client
        self._session = session
        self._channel = claim.conversation.key.channel
        self._turn = claim.turn
        self._card_posts = card_posts
        self._words = words_for(person.locale)
        self._response_url = claim.entries[-1].delivery.response_url or ""
        self._clicks: Mapping[str, str | None] = {
            entry.delivery.action_id: entry.delivery.response_url
            for entry in claim.entries
            if entry.delivery.action_id is not None
        }
        self._text = ""
        self._arrived: list[bool] = []

    async def working(self, on: Function | None = None) -> None:
        """Ephemeral messages have no status: the command's acknowledgement has said that it is on its way."""

    async def text(self, delta: str) -> None:
        self._text += delta

    async def card(self, action: Action, function: Function) -> str | None:
        await self._send_text(share=False)
        return "" if await self._card_posts.post_privately(action, self._response_url) else None

    async def batch(self, actions: Sequence[Action]) -> None:
        """No card for all of them: a `response_url` takes five messages, and each action has its own."""

    async def settle(self, action: Action, function: Function | None) -> None:
        await self._card_posts.settle(action, self._clicks.get(action.id))

    async def aside(self, words: str) -> None:
        """Nothing: a `response_url` takes five messages, and they are for answers."""

    async def tell_unread(self, unread: Sequence[Unread], entry: int) -> None:
        """A slash command has no files."""

    async def greet(self) -> bool:
        return await self.finish(greeting(self.person, self._words))

    async def stands(self) -> bool:
        """Ephemeral messages cannot be looked for: rather twice, to one person, than not at all."""
        return False

    async def noted(self) -> bool:
        return False

    async def pick_up(self) -> bool:
        """Nothing can be left half-written: the text is sent in one piece."""
        return False

    async def finish(self, note: str = "", *, retry: bool = False) -> bool:
        """False only where nothing at all arrived: nobody can look which part of it did."""
        await self._send_text(share=not note)
        if note:
            button = [retry_row(self._turn, self._words)] if retry else []
            await self._send(note, [context(note), *button])
        return any(self._arrived) or not self._arrived

    async def _send_text(self, *, share: bool) -> None:
        text, self._text = defused(self._text.strip()), ""
        while len(text) > MESSAGE_LENGTH:
            piece, text, _ = part(text, 0)
            await self._send(piece, markdown_blocks(piece))
        if text:
            blocks = shareable_answer(text, self._turn, self._words) if share else markdown_blocks(text)
            await self._send(text, blocks)

    async def _send(self, text: str, blocks: list[Block]) -> None:
        """Use the `response_url`, which reaches everywhere; once it is used up, what Nod's membership reaches.
        Where nobody can tell whether it arrived, it is not sent again: the asker is told so."""
        sent = await respond(
            self._session,
            self._response_url,
            "answering a command",
            text=text,
            blocks=blocks,
            response_type="ephemeral",
            replace_original=False,
        )
        if sent is None:
            text, blocks = self._words("answer-unsure"), []
        if sent:
            self._arrived.append(True)
            return
        try:
            await self._client.chat_postEphemeral(
                channel=self._channel, user=self.person.id, text=text, blocks=blocks or None
            )
            self._arrived.append(True)
        except FAR_END as error:
            log.warning("answering a command in another way failed: %s", described(error))
            self._arrived.append(sent is None or maybe_done(error) or final(error))


def greeting(person: Person, words: Words) -> str:
    """Say hello, by name if there is one."""
    return words("greeting", name=escape_mrkdwn(visible(person.name))) if person.name else words("greeting-plain")


def _status(on: Function | None, words: Words) -> str:
    if on is None:
        return words("status-thinking")
    return words("status-function", title=on.title(words.language))


def _began(claim: Claim) -> float:
    """Return a time of Slack's after which all of a turn stands, in Unix seconds: when it was asked, or, where the
    delivery has no ts, when this machine got it."""
    first = claim.entries[0]
    try:
        return float(first.delivery.ts)
    except ValueError:
        return first.received_at.timestamp() - CLOCKS
