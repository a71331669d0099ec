"""What Slack tells of a message that was edited or deleted. Pure.

Slack tells of an edit, and of much that nobody edited, as `message_changed`: a link got its preview, a file went
away, an app rewrote its own message. What a person changed has an `edited` that it did not have before. A deleted
root of a thread stays as a tombstone, and is told as a change, too.
"""

from collections.abc import Mapping
from typing import Any

from bot.slack.message import TOMBSTONE, edited_at, identifier, mapping, said, shown_text
from storage.records import Revision

CHANGED, DELETED = "message_changed", "message_deleted"


def revision_from(body: Mapping[str, Any], bot_user: str) -> Revision | None:
    """Read an edit or a deletion out of an event; None for everything else, and for Nod's own messages."""
    event = mapping(body.get("event"))
    if body.get("type") != "event_callback" or event.get("type") != "message":
        return None
    before, now = mapping(event.get("previous_message")), mapping(event.get("message"))
    match event.get("subtype"):
        case "message_changed" if now.get("subtype") == TOMBSTONE:
            ts, at, user, text = now.get("ts"), event.get("event_ts"), "", None
        case "message_changed":
            ts, at, user = now.get("ts"), edited_at(now), identifier(now.get("user"))
            if not at or at == edited_at(before) or _by_another(now):
                return None
            text = said(shown_text(now), bot_user)
        case "message_deleted":
            ts, at, user, text = event.get("deleted_ts") or before.get("ts"), event.get("event_ts"), "", None
        case _:
            return None
    if bot_user in (user, before.get("user")):
        return None
    team, channel = identifier(body.get("team_id")), identifier(event.get("channel"))
    named = identifier(ts), identifier(at)
    return Revision(team, channel, *named, user, text) if team and channel and all(named) else None


def is_own(body: Mapping[str, Any], bot_user: str) -> bool:
    """Tell whether an event says that Nod itself has posted a message, or has changed one: Slack tells of each."""
    event = mapping(body.get("event"))
    if body.get("type") != "event_callback" or event.get("type") != "message":
        return False
    told = mapping(event.get("message")) if event.get("subtype") == CHANGED else event
    return told.get("user") == bot_user


def _by_another(message: Mapping[str, Any]) -> bool:
    """Tell whether Slack names another editor than the author: only authors edit."""
    editor = mapping(message.get("edited")).get("user")
    return isinstance(editor, str) and editor != message.get("user")
