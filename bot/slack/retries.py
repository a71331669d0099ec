"""*Try again* below a failed answer: what was asked waits in the inbox again, at the click of who had asked it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.clicks import Pressed, on_message
from bot.slack.notes import without_buttons
from bot.slack.survive import survive
from bot.slack.whisper import Whisper
from storage.ports import Turns
from storage.records import Retried

REFUSED = {
    Retried.NOT_YOURS: "retry-not-yours",
    Retried.ALREADY: "retry-already",
    Retried.MOVED_ON: "retry-moved-on",
    Retried.UNKNOWN: "retry-unknown",
}


class Retries:
    """`wake` is called once something waits in the inbox again."""

    def __init__(
        self,
        turns: Turns,
        clock: Callable[[], datetime],
        whisper: Whisper,
        client: AsyncWebClient,
        wake: Callable[[], None],
    ) -> None:
        self._turns = turns
        self._clock = clock
        self._whisper = whisper
        self._client = client
        self._wake = wake

    async def again(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Put a failed turn's entries back, then acknowledge. Raises StorageError, and then there is no ack."""
        pressed = on_message(body)
        turn = _number(pressed.value)
        retried = await self._turns.retry(turn, pressed.team, pressed.channel, pressed.user, self._clock())
        await ack()
        if retried is Retried.AGAIN:
            self._wake()
        if retried is not Retried.NOT_YOURS:  # whose it is may still want it
            await self._take_button(pressed, body)
        if retried in REFUSED:
            words = await self._whisper.words(pressed)
            await self._whisper.answer(pressed, words(REFUSED[retried]))

    async def _take_button(self, pressed: Pressed, body: Mapping[str, Any]) -> None:
        told = (await self._whisper.words(pressed))("retry-begun")
        if pressed.card_ts is None:
            await self._whisper.respond(pressed, told, response_type="ephemeral", replace_original=True)
            return
        message = body.get("message")
        shown = message if isinstance(message, Mapping) else {}
        update = self._client.chat_update(
            channel=pressed.channel,
            ts=pressed.card_ts,
            text=str(shown.get("text") or "").strip() or told,  # a message has a text, and Slack insists on one
            blocks=without_buttons(shown.get("blocks")),
        )
        await survive(update, "taking a button away")


def _number(value: str) -> int:
    """Read a turn's number; 0, which none has, for what is no number that a database holds."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 16 else 0
