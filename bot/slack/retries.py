"""What can be pressed below an answer: *Try again* (it failed), *Continue* (it was cut), *Answer again*.

What was asked waits in the inbox again, at the click of who had asked it, and before that click's ack.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.block_kit import context
from bot.slack.clicks import Pressed, on_message
from bot.slack.marks import Mark, mark_of, own_messages
from bot.slack.notes import without_buttons
from bot.slack.open_message import clipped
from bot.slack.reply import MARK
from bot.slack.survive import survive
from bot.slack.whisper import Whisper
from bot.turns.withdrawal import ACTING
from storage.ports import Turns
from storage.records import ConversationKey, Retried

REFUSED = {
    Retried.NOT_YOURS: "retry-not-yours",
    Retried.ALREADY: "retry-already",
    Retried.MOVED_ON: "retry-moved-on",
    Retried.UNKNOWN: "retry-unknown",
}

NOT_CONTINUED = REFUSED | {
    Retried.NOT_YOURS: "continue-not-yours",
    Retried.ALREADY: "continue-already",
    Retried.MOVED_ON: "continue-moved-on",
}

NOT_REGENERATED = REFUSED | {
    Retried.NOT_YOURS: "regenerate-not-yours",
    Retried.ALREADY: "regenerate-already",
    Retried.MOVED_ON: "regenerate-moved-on",
    Retried.ACTED: "regenerate-acted",
}


class Retries:
    """`wake` is called once something waits in the inbox again; `bot` is Nod's own bot id, by which its answers
    are known. Each handler raises StorageError: then there is no ack."""

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
        self._bot = bot
        self._clock = clock
        self._whisper = whisper
        self._client = client
        self._wake = wake

    async def again(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Put a failed turn's entries back, then acknowledge."""
        pressed = on_message(body)
        retried = await self._turns.retry(*_turn(pressed), self._clock())
        await ack()
        await self._answer(pressed, body, retried, REFUSED, "retry-begun")

    async def go_on(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Have an answer that was cut continued, then acknowledge."""
        pressed = on_message(body)
        retried = await self._turns.go_on(*_turn(pressed), self._clock(), pressed.response_url)
        await ack()
        await self._answer(pressed, body, retried, NOT_CONTINUED, "continue-begun")

    async def regenerate(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Have a question answered anew, then acknowledge. The answer that stands says that there is another."""
        pressed = on_message(body)
        retried = await self._turns.regenerate(*_turn(pressed), self._clock(), acting=ACTING)
        await ack()
        below = "regenerate-begun" if retried in (Retried.AGAIN, Retried.ALREADY) else ""
        await self._answer(pressed, body, retried, NOT_REGENERATED, "regenerate-begun", below)

    async def _answer(
        self,
        pressed: Pressed,
        body: Mapping[str, Any],
        retried: Retried,
        refused: Mapping[Retried, str],
        begun: str,
        below: str = "",
    ) -> None:
        if retried is Retried.AGAIN:
            self._wake()
        words = await self._whisper.words(pressed)
        told = words(refused.get(retried, begun))
        taken = retried is not Retried.NOT_YOURS  # whose it is may still want it
        marked = words(below) if below else ""
        if taken and pressed.card_ts is None:
            # what nobody else sees becomes what came of it: beside it, it would stand outside of its thread
            await self._whisper.respond(pressed, told, response_type="ephemeral", replace_original=True)
            if marked:
                await self._mark_answer(pressed, marked)
            return
        if taken:
            message = body.get("message")
            shown = message if isinstance(message, Mapping) else {}
            await take_button(self._client, pressed.channel, str(pressed.card_ts), shown, words(begun), marked)
        if retried in refused:
            await self._whisper.answer(pressed, told)

    async def _mark_answer(self, pressed: Pressed, marked: str) -> None:
        """Mark the answer that everybody sees, at a click on an offer that one person does."""
        key = ConversationKey(pressed.team, pressed.channel, pressed.thread_ts or "")
        mark = Mark(MARK, {"turn": str(pressed.number)})
        try:
            said = await own_messages(self._client, self._bot, key, pressed.since) if key.thread else []
        except LookupError:
            return
        for message in said:
            if mark_of(message) == mark and marked not in str(message.get("blocks")):
                await take_button(self._client, pressed.channel, str(message["ts"]), message, marked, marked)


async def take_button(
    client: AsyncWebClient, channel: str, ts: str, shown: Mapping[str, Any], told: str, marked: str = ""
) -> None:
    """Take the button from a message as Slack shows it: `told` is its text if it has none, `marked` what it says
    below from now on."""
    blocks = without_buttons(shown.get("blocks"))
    update = client.chat_update(
        channel=channel,
        ts=ts,
        text=clipped(str(shown.get("text") or "").strip())
        or told,  # a message has a text, and Slack insists on one
        blocks=[*blocks, context(marked)] if marked else blocks,
    )
    await survive(update, "taking a button away")


def _turn(pressed: Pressed) -> tuple[int, str, str, str]:
    """Read which turn a click is about, where, and whose click it is."""
    return pressed.number, pressed.team, pressed.channel, pressed.user
