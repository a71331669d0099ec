"""A turn's outlet for a slash command: an answer that only its asker sees."""

from collections.abc import Mapping, Sequence

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.block_kit import Block, context
from bot.slack.card_posts import CardPosts
from bot.slack.cards import markdown_blocks, shareable_answer
from bot.slack.greetings import greeting
from bot.slack.notes import continue_row, retry_row
from bot.slack.response_urls import respond
from bot.slack.seams import seam, unclosed
from bot.slack.survive import FAR_END, described, final, log, maybe_done
from bot.slack.visible import defused
from bot.turns.attachments import Unread
from bot.turns.outlet import NO_CONTROLS, Controls
from bot.words.catalogue import words_for
from functions.context import Person
from functions.contract import Function
from storage.records import Action, Claim


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

    async def working(self, on: Function | None = None, call: str = "") -> None:
        """Ephemeral messages have no status: the command's acknowledgement has said that it is on its way."""

    async def worked(self, call: str, *, ok: bool) -> None:
        """Nor do they show tasks."""

    async def text(self, delta: str) -> None:
        self._text += delta

    async def card(self, action: Action, function: Function) -> str | None:
        await self._send_text(share=False)
        sent = await self._card_posts.post_privately(action, self._response_url)
        if sent is None:
            raise LookupError("nobody can tell whether a card was shown")
        return "" if sent else None

    async def batch(self, actions: Sequence[Action]) -> None:
        """No card for all of them: a `response_url` takes five messages, and each action has its own."""

    async def settle(self, action: Action, function: Function | None) -> None:
        await self._card_posts.settle(action, self._clicks.get(action.id))

    async def aside(self, words: str) -> None:
        """Nothing: a `response_url` takes five messages, and they are for answers."""

    async def tell_unread(self, unread: Sequence[Unread], entry: int) -> None:
        """A slash command has no files."""

    async def tell_unheard(self, entry: int) -> None:
        """Nor does it stand in a thread."""

    async def greet(self) -> bool:
        return await self.finish(greeting(self.person, self._words))

    async def stands(self) -> bool:
        """Ephemeral messages cannot be looked for: rather twice, to one person, than not at all."""
        return False

    async def noted(self) -> bool:
        return False

    async def pick_up(self, *, anew: bool = True) -> bool:
        """Nothing can be left half-written: the text is sent in one piece."""
        return False

    async def leave(self) -> None:
        """Nothing stands there before the end."""

    async def finish(self, note: str = "", *, retry: bool = False, controls: Controls = NO_CONTROLS) -> bool:
        """False only where nothing at all arrived: nobody can look which part of it did. It is not given anew: it
        is one of five messages, and the command is there to be used again."""
        await self._send_text(share=not note)
        if note:
            row = retry_row if retry else continue_row if controls.goes_on else None
            await self._send(note, [context(note), *([row(self._turn, self._words)] if row else [])])
        return any(self._arrived) or not self._arrived

    async def _send_text(self, *, share: bool) -> None:
        text, self._text = defused(self._text.strip()), ""
        while cut := seam("", text, ended=True):
            piece, text = cut.piece + cut.closing, cut.opening + cut.rest
            await self._send(piece, markdown_blocks(piece))
        text += unclosed(text)
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
