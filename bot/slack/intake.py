"""What Slack delivers → the inbox, committed before the ack.

Bolt acks an event before its listeners run, so the commit is done in global middleware: if it fails, the
middleware raises, Bolt answers 500, nothing is acked and Slack delivers again.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime
from typing import Any, Protocol

from slack_bolt.request.async_request import AsyncBoltRequest

from bot.slack.edits import revision_from
from bot.slack.message import identifier, is_foreign, mention, said, written
from bot.slack.shared import shared_files
from bot.slack.visible import unescape_mrkdwn
from storage.ports import Inbox
from storage.records import COMMAND_THREAD, ConversationKey, Delivery, DeliveryKind, Revision

log = logging.getLogger("nod.slack")

ANSWERABLE = "nod_answerable"
"""Where listeners find, in Bolt's context, which turn an edit lets be answered anew."""

PEOPLE_SUBTYPES = (None, "file_share", "thread_broadcast", "me_message")
"""Messages that a person wrote. Edits, deletions, joins and bots' messages have other subtypes."""


class Wishes(Protocol):
    """Keeps people's wishes that a running answer stop. A message that is one is not kept as a message."""

    async def by_word(self, delivery: Delivery, context: MutableMapping[str, Any]) -> bool: ...
    async def by_deletion(self, revision: Revision) -> None: ...


class Intake:
    """Keeps what is for Nod. `wake` tells the worker that something new is there; `on_repeated` is called when
    Slack delivers again what it saw no ack for. `stops` is looked at before the queue, and after it has followed a
    deletion: it depends on what is kept alone, so that a second delivery makes up for a first that failed."""

    def __init__(
        self,
        inbox: Inbox,
        clock: Callable[[], datetime],
        bot_user: str,
        wake: Callable[[], None],
        on_repeated: Callable[[], None],
        stops: Wishes,
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
        """Commit an event that is for Nod, or changes what was, then let Bolt go on to the ack."""
        if req.headers.get("x-slack-retry-num", ["0"]) != ["0"]:
            self._on_repeated()
        delivery = from_event(body, self._bot_user)
        if delivery is not None and not await self._stops.by_word(delivery, req.context):
            await self.keep(delivery, only_if_joined=not _addressed(body, self._bot_user))
        revision = revision_from(body, self._bot_user)
        if revision is not None:
            req.context[ANSWERABLE] = await self._inbox.revise(revision, self._clock())
            await self._stops.by_deletion(revision)
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
    team, channel, user, ts = (identifier(value) for value in (body.get("team_id"), *_place(event)))
    if event.get("bot_id") or event.get("edited") or user == bot_user or is_foreign(event, team):
        return None
    if not (team and channel and user and ts):
        log.warning("a message without its author, place or time was passed over")
        return None
    if not _addressed(body, bot_user) and not event.get("thread_ts"):
        return None
    thread = identifier(event.get("thread_ts")) or ts
    return Delivery(
        kind=DeliveryKind.MESSAGE,
        key=f"message:{team}:{channel}:{ts}",
        conversation=ConversationKey(team, channel, thread),
        user=user,
        text=said(written(event.get("text")), bot_user),
        ts=ts,
        direct=event.get("channel_type") == "im",
        files=shared_files(event),
    )


def from_command(command: Mapping[str, Any]) -> Delivery | None:
    """Read a slash command; None for one that lacks what it cannot be answered without.

    Its conversation is its own: Slack has no commands in threads.
    """
    names = ("team_id", "trigger_id", "channel_id", "user_id", "response_url")
    team, trigger, channel, user, response_url = (identifier(command.get(name)) for name in names)
    if not (team and trigger and channel and user and response_url):
        return None
    return Delivery(
        kind=DeliveryKind.COMMAND,
        key=f"command:{team}:{trigger}",
        conversation=ConversationKey(team, channel, f"{COMMAND_THREAD}{trigger}"),
        user=user,
        text=unescape_mrkdwn(written(command.get("text"))).strip(),
        response_url=response_url,
    )


def _addressed(body: Mapping[str, Any], bot_user: str) -> bool:
    """Tell whether a message is meant for Nod by itself: a direct message, or a mention."""
    event = body["event"]
    if event.get("type") == "app_mention" or event.get("channel_type") == "im":
        return True
    return mention(bot_user).search(written(event.get("text"))) is not None


def _place(event: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return event.get("channel"), event.get("user"), event.get("ts")
