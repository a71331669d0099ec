"""`/nod forget`: what a person said is deleted, at their click on a question that only they see."""

import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.block_kit import Block, section
from bot.slack.card_posts import CardPosts
from bot.slack.clicks import Pressed, on_message
from bot.slack.forget_question import answer, question
from bot.slack.whisper import Whisper
from bot.words.catalogue import Words
from storage.keeping import Keeping
from storage.ports import StorageError

log = logging.getLogger("nod.keeping")

REMEMBERED = 1_000
"""Wishes that were confirmed: a press of the other button right behind must not say that nothing was deleted."""


class Forgetting:
    def __init__(
        self, keeping: Keeping, clock: Callable[[], datetime], card_posts: CardPosts, whisper: Whisper
    ) -> None:
        self._keeping = keeping
        self._clock = clock
        self._card_posts = card_posts
        self._whisper = whisper
        self._confirmed: OrderedDict[str, None] = OrderedDict()

    async def asked(self, team: str, user: str, words: Words) -> list[Block]:
        """Build the question: what is remembered of a person, and whether it is to be forgotten. Its buttons carry
        a name of the wish, by which it is fulfilled once, and whose it is."""
        remembered = await self._keeping.remembered(team, user)
        return question(remembered, f"{secrets.token_urlsafe(32)}.{user}", words)

    async def confirm(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Forget, then acknowledge: Slack never delivers an acknowledged click again. Raises StorageError, and
        then there is no ack and nothing was forgotten."""
        pressed = on_message(body)
        wish = _wish(pressed)
        if wish is None:
            await ack()
            await self._whisper.answer(pressed, (await self._whisper.words(pressed))("forget-not-yours"))
            return
        self._confirmed[wish] = None
        if len(self._confirmed) > REMEMBERED:
            self._confirmed.popitem(last=False)
        try:
            forgotten = await self._keeping.forget(wish, pressed.team, pressed.user, self._clock())
        except StorageError:
            self._confirmed.pop(wish, None)
            raise
        await ack()
        try:
            await self._keeping.scrub()  # what it cannot do now, the scheduler does within the hour
        except StorageError as error:
            log.error("what was forgotten is not yet out of the database's unused places: %s", error)
        await self._show(pressed, answer(forgotten, await self._whisper.words(pressed)))
        for action in forgotten.withdrawn:
            await self._card_posts.settle(action)

    async def cancel(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Leave everything as it is. Behind a press of the other button it is silent: what came of that shows."""
        await ack()
        pressed = on_message(body)
        if _wish(pressed) in self._confirmed:
            return
        await self._show(pressed, (await self._whisper.words(pressed))("forget-kept"))

    async def _show(self, pressed: Pressed, text: str) -> None:
        """Put a sentence in the place of the question."""
        await self._whisper.respond(
            pressed,
            text,
            response_type="ephemeral",
            replace_original=True,
            blocks=[section({"type": "mrkdwn", "text": text})],
        )


def _wish(pressed: Pressed) -> str | None:
    """Return the name of the wish; None if it is not this person's."""
    wish, _, user = pressed.value.partition(".")
    return wish if len(wish) >= 40 and user == pressed.user else None
