"""A person's wish that a running answer stop: Slack's own Stop, a bare word, the button, or that they delete what
they had asked. Committed before its ack.

Only the person whose question it is may; others are told whose it is, and a bare word of theirs starts no turn. A
bare word while nothing runs is a message like any other.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.clicks import Pressed, on_message
from bot.slack.message import identifier
from bot.slack.stop_button import take_away
from bot.slack.stop_words import is_stop
from bot.slack.whisper import Whisper
from bot.turns.stopping import STOPPED, STOPPED_BESIDE
from storage.ports import Turns
from storage.records import ConversationKey, Delivery, Revision, Stop, Stopping

RULING = "nod_stop"
"""Where Bolt's context holds what the listener has to tell."""

REMEMBERED = 1_000
"""Bare words that were not for their author to say: Slack tells a mention twice, and the second time the answer
may have ended."""


class Stops:
    """`halt` ends the waits of the turn of that number, once its stop is committed."""

    def __init__(
        self,
        turns: Turns,
        clock: Callable[[], datetime],
        whisper: Whisper,
        client: AsyncWebClient,
        halt: Callable[[int], None],
    ) -> None:
        self._turns = turns
        self._clock = clock
        self._whisper = whisper
        self._client = client
        self._halt = halt
        self._refused: OrderedDict[str, None] = OrderedDict()

    async def by_word(self, delivery: Delivery, context: MutableMapping[str, Any]) -> bool:
        """Whether a message was a wish to stop, which is kept now, or was before, or is not its author's to have:
        that is left in `context` for `told`. Raises StorageError."""
        if delivery.files or not is_stop(delivery.text):
            return False
        if delivery.key in self._refused:
            return True
        stop = await self._stop(delivery.conversation, delivery.user, ts=delivery.ts)
        if stop.verdict is Stopping.NOT_YOURS and delivery.key not in self._refused:  # both may come at once
            self._refused[delivery.key] = None
            if len(self._refused) > REMEMBERED:
                self._refused.popitem(last=False)
            context[RULING] = stop, delivery.conversation, delivery.user
        return stop.verdict is not Stopping.OVER

    async def by_deletion(self, revision: Revision) -> None:
        """Stop the turn that answers nothing but what its person has deleted. Raises StorageError."""
        if revision.text is None:
            now = self._clock()
            self._ended(await self._turns.unask(revision.key, now, note=STOPPED, beside=STOPPED_BESIDE))

    async def keep_event(
        self, body: Mapping[str, Any], context: MutableMapping[str, Any], next: Callable[[], Awaitable[None]]
    ) -> None:
        """Commit Slack's own Stop, then let Bolt go on to the ack. Raises StorageError: then there is none, and
        Slack delivers it again."""
        wish = _wish(body)
        if wish is not None:
            key, user, ts = wish
            context[RULING] = await self._stop(key, user, ts=ts), key, user
        await next()

    async def told(self, ack: AsyncAck, context: Mapping[str, Any]) -> None:
        """Answer Slack's own Stop, or a word, where it did not do what it says."""
        await ack()
        match context.get(RULING):
            case Stop(Stopping.NOT_YOURS) as stop, ConversationKey() as key, str(user):
                await self._tell(Pressed(key.team, user, "", channel=key.channel, thread_ts=key.thread), stop)

    async def press(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Stop the turn that a button names, then acknowledge. Raises StorageError, and then there is no ack."""
        pressed = on_message(body)
        key = ConversationKey(pressed.team, pressed.channel, pressed.thread_ts or "")
        stop = await self._stop(key, pressed.user, turn=pressed.number)
        await ack()
        if stop.verdict in (Stopping.NOT_YOURS, Stopping.OVER):
            await self._tell(pressed, stop)
        if stop.verdict in (Stopping.OVER, Stopping.ALREADY) and pressed.card_ts:
            await take_away(self._client, pressed.channel, pressed.card_ts)

    async def _stop(self, key: ConversationKey, user: str, *, turn: int | None = None, ts: str = "") -> Stop:
        now = self._clock()
        return self._ended(
            await self._turns.stop(key, user, now, note=STOPPED, beside=STOPPED_BESIDE, turn=turn, ts=ts)
        )

    def _ended(self, stop: Stop) -> Stop:
        if stop.verdict is Stopping.STOPPED:
            self._halt(stop.turn)
        return stop

    async def _tell(self, pressed: Pressed, stop: Stop) -> None:
        words = await self._whisper.words(pressed)
        over = stop.verdict is Stopping.OVER
        said = words("stop-over") if over else words("stop-not-yours", user=f"<@{stop.user}>")
        await self._whisper.answer(pressed, said)


def _wish(body: Mapping[str, Any]) -> tuple[ConversationKey, str, str] | None:
    """Read `agent_session_stopped`: the thread, who wants it, and Slack's time of it; None for anything else."""
    event = body.get("event")
    if not isinstance(event, Mapping) or event.get("type") != "agent_session_stopped":
        return None
    named = (body.get("team_id"), *(event.get(name) for name in ("channel", "thread_ts", "user", "event_ts")))
    team, channel, thread, user, ts = map(identifier, named)
    return (ConversationKey(team, channel, thread), user, ts) if team and channel and thread and user else None
