"""What a click says: who, where, on what. Read once, so that nothing else looks into Slack's payloads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Pressed:
    """A click on a message's button, a modal's button or a modal's submit.

    `card_ts` is the message that the button stands on, None for an ephemeral message and for a modal: these have
    no ts that the row could know. `channel` is empty for a modal.
    """

    team: str
    user: str
    value: str
    channel: str = ""
    card_ts: str | None = None
    thread_ts: str | None = None
    private: bool = False
    action_id: str = ""
    trigger_id: str = ""
    response_url: str | None = field(default=None, repr=False)
    view: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def number(self) -> int:
        """The value, up to a colon, as the number of a row; 0, which none has, for what is no number that a
        database holds."""
        value = self.value.partition(":")[0]
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 16 else 0

    @property
    def since(self) -> float:
        """What the value names after a colon, a time of Slack's (Unix seconds); the beginning of time without."""
        value = self.value.partition(":")[2]
        return float(value) if value.isascii() and value.replace(".", "", 1).isdecimal() else 0.0


def on_message(body: Mapping[str, Any]) -> Pressed:
    """Read a block action on a message. Missing parts become empty: they match no action."""
    container, message = _mapping(body.get("container")), _mapping(body.get("message"))
    channel = _mapping(body.get("channel")).get("id") or container.get("channel_id")
    private = bool(container.get("is_ephemeral"))
    return Pressed(
        team=_team(body),
        user=_text(_mapping(body.get("user")).get("id")),
        value=_value(_first(body.get("actions"))),
        action_id=_text(_first(body.get("actions")).get("action_id")),
        channel=_text(channel),
        card_ts=None if private else _text(container.get("message_ts")),
        thread_ts=_text(message.get("thread_ts") or container.get("thread_ts")) or None,
        private=private,
        trigger_id=_text(body.get("trigger_id")),
        response_url=_text(body.get("response_url")) or None,
    )


def on_view(body: Mapping[str, Any]) -> Pressed:
    """Read a modal's submit or a block action in it. `value` is the view's private_metadata."""
    view = _mapping(body.get("view"))
    return Pressed(
        team=_team(body),
        user=_text(_mapping(body.get("user")).get("id")),
        value=_text(view.get("private_metadata")),
        action_id=_text(_first(body.get("actions")).get("action_id")),
        trigger_id=_text(body.get("trigger_id")),
        view=view,
    )


def _value(action: Mapping[str, Any]) -> str:
    """Return what a button names, or the choice in a menu."""
    return _text(action.get("value") or _mapping(action.get("selected_option")).get("value"))


def _team(body: Mapping[str, Any]) -> str:
    """The clicker's own workspace where Slack names it: people of other organisations must not pass for ours."""
    team = _mapping(body.get("user")).get("team_id") or _mapping(body.get("team")).get("id")
    return _text(team)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _first(value: Any) -> Mapping[str, Any]:
    return _mapping(value[0]) if isinstance(value, list) and value else {}


def _text(value: Any) -> str:
    """Return an id, a value of ours or an address; empty for what none of these holds and no database takes."""
    return value if isinstance(value, str) and value.isascii() and value.isprintable() else ""
