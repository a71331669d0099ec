"""The small parts of Block Kit that cards and modals are made of, and how much Slack takes of each. Pure.

Untrusted text stands in plain_text, because mrkdwn has no backslash escape.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from bot.slack.visible import escape_mrkdwn

Block = dict[str, Any]
View = dict[str, Any]

SECTION = 2_900
"""Weight of the text of one section; Slack takes 3,000 characters."""


def weight(text: str) -> int:
    """Count a text as the strictest reader would: in UTF-16, with `&`, `<` and `>` written as entities."""
    return (
        len(text.encode("utf-16-le", "surrogatepass")) // 2 + 4 * text.count("&") + 3 * sum(map(text.count, "<>"))
    )


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def label(name: str) -> Block:
    """Name a parameter: these are its author's words, or its name, and not the model's."""
    return {"type": "mrkdwn", "text": f"*{escape_mrkdwn(name)}*"}


def section(text: Block) -> Block:
    """Build a section that Slack shows whole, without its own "see more"."""
    return {"type": "section", "text": text, "expand": True}


def context(*mrkdwn: str) -> Block:
    """Build small print in Nod's own words."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text} for text in mrkdwn]}


def button(action_id: str, text: str, value: str) -> Block:
    return {"type": "button", "action_id": action_id, "text": plain(text), "value": value}


def sections(lines: Iterable[str]) -> Iterator[Block]:
    """Put lines into as many sections as they need."""
    return (section(plain(text)) for text in packed(lines))


def packed(lines: Iterable[str]) -> Iterator[str]:
    """Put lines together to texts that a section takes; a line stays in one piece, so none may outweigh one."""
    taken: list[str] = []
    total = 0
    for line in lines:
        heavy = weight(line) + 1
        if taken and total + heavy > SECTION:
            yield "\n".join(taken)
            taken, total = [], 0
        taken.append(line)
        total += heavy
    if taken:
        yield "\n".join(taken)


def date(moment: datetime) -> str:
    """Write a time (mrkdwn) that Slack shows in the reader's own time zone."""
    at = moment.astimezone(UTC)
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def modal(title: str, close: str, blocks: list[Block], **more: Any) -> View:
    """Build a modal; `title` and `close` have at most 24 characters, and so has a `submit` given as a text."""
    if submit := more.pop("submit", ""):
        more["submit"] = plain(submit)
    return {"type": "modal", "title": plain(title), "close": plain(close), "blocks": blocks, **more}
