"""The line of a card that says what its arguments mean now. Pure."""

import re
from datetime import datetime
from typing import Any

from bot.slack.block_kit import Block, sections
from bot.slack.timing_words import timing_words
from bot.slack.values import literal, remark_lines
from bot.words.catalogue import Words
from functions.moments import BETWEEN, moments
from functions.timing import Timing

_RULE = re.compile(r"(?P<rule>\S+(?: \S+){4}) \((?P<zone>[\w/+-]+)\)")

FORMAT = "{date_long_pretty} {time}"
"""How Slack writes a time: in each reader's language and time zone."""


def preview_blocks(preview: str, words: Words, *, pending: bool) -> list[Block]:
    """Build the line; one that names times has a list of them, each as its reader's clock will show it."""
    text, times = moments(preview)
    if not times:
        return list(sections(remark_lines(words("card-preview" if pending else "card-preview-before"), text)))
    heading = words("card-upcoming" if pending else "card-upcoming-before")
    said = BETWEEN.join(_said(part, words) for part in text.split(BETWEEN))
    return [
        {
            "type": "rich_text",
            "elements": [
                _line({"type": "text", "text": heading, "style": {"bold": True}}),
                {"type": "rich_text_list", "style": "bullet", "elements": list(map(_item, times))},
                _line({"type": "text", "text": literal(said).replace("\n", "\\u{a}")}),
            ],
        }
    ]


def _said(part: str, words: Words) -> str:
    """Write a rule of cron, which its zone follows in brackets, in words."""
    match = _RULE.fullmatch(part)
    return timing_words(Timing(match["rule"], match["zone"]), words) if match else part


def _line(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": [element]}


def _item(at: datetime) -> dict[str, Any]:
    shown = {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": FORMAT,
        "fallback": f"{at:%Y-%m-%d %H:%M} UTC",
    }
    return _line(shown)
