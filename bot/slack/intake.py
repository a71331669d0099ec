"""What Slack delivers → the inbox, committed before the ack.

Bolt acks an event before its listeners run, so the commit is done in global middleware: if it fails, the
middleware raises, Bolt answers 500, nothing is acked and Slack delivers again.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from slack_bolt.request.async_request import AsyncBoltRequest

from bot.slack.shared import shared_files
from bot.slack.visible import unescape_mrkdwn
from storage.ports import Inbox
from storage.records import COMMAND_THREAD, ConversationKey, Delivery, DeliveryKind

log = logging.getLogger("nod.slack")

PEOPLE_SUBTYPES = (None, "file_share", "thread_broadcast", "me_message")
"""Messages that a person wrote. Edits, deletions, joins and bots' messages have other subtypes."""


class Intake:
    """Keeps what is for Nod. `wake` tells the worker that something new is there; `on_repeated` is called when
    Slack delivers again what it saw no ack for. `stops` keeps a wish that a running answer stop, and tells whether
    a message is one: that is looked at before the queue."""

    def __init__(
        self,
        inbox: Inbox,
        clock: Callable[[], datetime],
        bot_user: str,
        wake: Callable[[], None],
        on_repeated: Callable[[], None],
        stops: Callable[[Delivery], Awaitable[bool]],
    ) -> None:
        self._inbox = inbox
        self._clock = clock
        self._bot_user = bot_user
        self._wake = wake
        self._on_repeated = on_repeated
        self._stops = stops

    async def keep_event(
        self, req: AsyncBoltRequest, body: Mapping[str, Any], next: Callable[[], Awaitable[None]]
    ) -> None:
        """Commit an event that is for Nod, then let Bolt go on to the ack."""
        if req.headers.get("x-slack-retry-num", ["0"]) != ["0"]:
            self._on_repeated()
        delivery = from_event(body, self._bot_user)
        if delivery is not None and not await self._stops(delivery):
            await self.keep(delivery, only_if_joined=not _addressed(body, self._bot_user))
        await next()

    async def keep(self, delivery: Delivery, *, only_if_joined: bool = False) -> bool:
        """Commit a delivery; True if it is new."""
        new = await self._inbox.add(delivery, self._clock(), only_if_joined=only_if_joined)
        if new:
            self._wake()
        return new


def from_event(body: Mapping[str, Any], bot_user: str) -> Delivery | None:
    """Read a person's message out of an event; None for what starts no turn.

    One mention arrives as `app_mention` and as `message`: both give the same key, and the inbox keeps one. The
    first may lack the files that the second has: then they are not known.
    """
    event = body.get("event")
    if body.get("type") != "event_callback" or not isinstance(event, Mapping):
        return None
    if event.get("type") not in ("app_mention", "message") or event.get("subtype") not in PEOPLE_SUBTYPES:
        return None
    team, channel, user, ts = (_id(value) for value in (body.get("team_id"), *_place(event)))
    if event.get("bot_id") or event.get("edited") or user == bot_user or _is_foreign(event, team):
        return None
    if not (team and channel and user and ts):
        log.warning("a message without its author, place or time was passed over")
        return None
    if not _addressed(body, bot_user) and not event.get("thread_ts"):
        return None
    thread = _id(event.get("thread_ts")) or ts
    return Delivery(
        kind=DeliveryKind.MESSAGE,
        key=f"message:{team}:{channel}:{ts}",
        conversation=ConversationKey(team, channel, thread),
        user=user,
        text=_said(_text(event.get("text")), bot_user),
        ts=ts,
        direct=event.get("channel_type") == "im",
        files=shared_files(event),
    )


def from_command(command: Mapping[str, Any]) -> Delivery | None:
    """Read a slash command; None for one that lacks what it cannot be answered without.

    Its conversation is its own: Slack has no commands in threads.
    """
    names = ("team_id", "trigger_id", "channel_id", "user_id", "response_url")
    team, trigger, channel, user, response_url = (_id(command.get(name)) for name in names)
    if not (team and trigger and channel and user and response_url):
        return None
    return Delivery(
        kind=DeliveryKind.COMMAND,
        key=f"command:{team}:{trigger}",
        conversation=ConversationKey(team, channel, f"{COMMAND_THREAD}{trigger}"),
        user=user,
        text=unescape_mrkdwn(_text(command.get("text"))).strip(),
        response_url=response_url,
    )


def _addressed(body: Mapping[str, Any], bot_user: str) -> bool:
    """Tell whether a message is meant for Nod by itself: a direct message, or a mention."""
    event = body["event"]
    if event.get("type") == "app_mention" or event.get("channel_type") == "im":
        return True
    return _mention(bot_user).search(_text(event.get("text"))) is not None


def _is_foreign(event: Mapping[str, Any], team: str) -> bool:
    """Tell whether the author is of another organisation, in a channel shared with it (Slack Connect): what the
    company's functions answer is not theirs to ask."""
    named = [event.get(name) for name in ("user_team", "source_team")]
    return any(isinstance(each, str) and each != team for each in named)


def _said(text: str, bot_user: str) -> str:
    """Return what a person typed, without the mention of Nod and without Slack's escapes."""
    return unescape_mrkdwn(_mention(bot_user).sub(" ", text)).strip()


def _mention(bot_user: str) -> re.Pattern[str]:
    return re.compile(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>")


def _place(event: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return event.get("channel"), event.get("user"), event.get("ts")


def _id(value: Any) -> str:
    """Return what names something; empty for what Slack never writes, such as half of a surrogate pair, which no
    database takes."""
    return value if isinstance(value, str) and value.isascii() and value.isprintable() else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
