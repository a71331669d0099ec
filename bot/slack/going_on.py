"""The bare word "continue" is a press of *Continue*, where the thread's last answer can be continued by its
author; anywhere else it is a message like any other. Committed before its ack."""

from collections.abc import Callable, Mapping, MutableMapping
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.clicks import Pressed
from bot.slack.continue_words import is_continue
from bot.slack.marks import CLOCKS, Mark, mark_of, own_messages
from bot.slack.notes import has_buttons
from bot.slack.reply import NOTE
from bot.slack.retries import NOT_CONTINUED, take_button
from bot.slack.whisper import Whisper
from storage.ports import Turns
from storage.records import Continued, ConversationKey, Delivery, Retried

CONTINUED = "nod_continued"
"""Where Bolt's context holds what is left to do after the ack."""


class GoingOn:
    """`wake` is called once something waits in the inbox; `bot` is Nod's bot id, by which its notes are known."""

    def __init__(
        self,
        turns: Turns,
        clock: Callable[[], datetime],
        whisper: Whisper,
        client: AsyncWebClient,
        wake: Callable[[], None],
        bot: str,
    ) -> None:
        self._turns = turns
        self._clock = clock
        self._whisper = whisper
        self._client = client
        self._wake = wake
        self._bot = bot

    async def by_word(self, delivery: Delivery, context: MutableMapping[str, Any]) -> bool:
        """Whether a message was a wish that an answer go on, which is kept now. Raises StorageError."""
        if delivery.files or not is_continue(delivery.text):
            return False
        came = await self._turns.go_on_at_word(delivery, self._clock())
        if came.verdict is Retried.UNKNOWN:
            return False
        context[CONTINUED] = came, delivery
        self._wake()
        return True

    async def told(self, context: Mapping[str, Any]) -> None:
        """Take the button that the word stood for away, or say that it had been pressed. After the ack: nothing
        depends on it, and the button of an older note says so itself."""
        match context.get(CONTINUED):
            case Continued(Retried.AGAIN) as came, Delivery() as said:
                await self._take_button(came, said.conversation)
            case Continued(), Delivery() as said:
                key = said.conversation
                pressed = Pressed(key.team, said.user, "", channel=key.channel, thread_ts=key.thread)
                words = await self._whisper.words(pressed)
                await self._whisper.answer(pressed, words(NOT_CONTINUED[Retried.ALREADY]))

    async def _take_button(self, came: Continued, key: ConversationKey) -> None:
        mark = Mark(NOTE, {"turn": str(came.turn)})
        since = came.since.timestamp() - CLOCKS if came.since is not None else 0.0
        try:
            said = await own_messages(self._client, self._bot, key, since)
        except LookupError:
            return
        for message in said:
            if mark_of(message) == mark and has_buttons(message.get("blocks")):
                await take_button(self._client, key.channel, str(message["ts"]), message, "…")
