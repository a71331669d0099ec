"""What a message of Slack's says, however it is told: in an event, an edit, a thread. Pure.

Missing or odd parts become empty.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from bot.slack.visible import unescape_mrkdwn

TOMBSTONE = "tombstone"
"""The subtype of a thread's root that was deleted: it stays as long as it has replies."""


def identifier(value: Any) -> str:
    """Return what names something; empty for what Slack never writes, such as half of a surrogate pair, which no
    database takes."""
    return value if isinstance(value, str) and value.isascii() and value.isprintable() else ""


def written(value: Any) -> str:
    return value if isinstance(value, str) else ""


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def is_foreign(message: Mapping[str, Any], team: str) -> bool:
    """Tell whether the author is of another organisation, in a channel shared with it (Slack Connect): what the
    company's functions answer is not theirs to ask."""
    named = [message.get(name) for name in ("user_team", "source_team")]
    return any(isinstance(each, str) and each != team for each in named)


def said(text: str, bot_user: str) -> str:
    """Return what a person typed, without the mention of Nod and without Slack's escapes."""
    return unescape_mrkdwn(mention(bot_user).sub(" ", text)).strip()


@cache
def mention(bot_user: str) -> re.Pattern[str]:
    return re.compile(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>")


def edited_at(message: Mapping[str, Any]) -> str:
    """Return when its author last changed a message (a ts); empty if never."""
    return identifier(mapping(message.get("edited")).get("ts"))


def shown_text(message: Mapping[str, Any]) -> str:
    """Return what a message shows, as Slack writes it. An app's words may stand in blocks and attachments only;
    beside what a person typed, attachments are previews of links."""
    text = written(message.get("text")).strip() or "\n".join(_texts(message.get("blocks")))
    if text and not message.get("bot_id"):
        return text
    listed = message.get("attachments")
    attached = [_attachment(mapping(each)) for each in listed] if isinstance(listed, list) else []
    return "\n".join(filter(None, (text, *attached)))


def _attachment(told: Mapping[str, Any]) -> str:
    parts = [written(told.get(name)).strip() for name in ("pretext", "title", "text")]
    fields = told.get("fields")
    for field in map(mapping, fields if isinstance(fields, list) else ()):
        parts.append(": ".join(filter(None, (written(field.get("title")), written(field.get("value"))))))
    parts += _texts(told.get("blocks"))
    return "\n".join(filter(None, parts)) or written(told.get("fallback")).strip()


def _texts(value: Any) -> Iterator[str]:
    """Give the texts of blocks, in order, however deep they are."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, str):
            if each.strip():
                yield each
        elif isinstance(each, list):
            stack.extend(reversed(each))
        elif isinstance(each, Mapping):
            stack.extend(reversed([each.get(name) for name in ("text", "fields", "elements")]))
