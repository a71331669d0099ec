"""The line of a card that says what its arguments mean now. Pure."""

from datetime import datetime
from typing import Any

from bot.slack.block_kit import Block, sections
from bot.slack.values import remark_lines
from bot.words.catalogue import Words
from functions.moments import moments

FORMAT = "{date_long_pretty} {time}"
"""How Slack writes a time: in each reader's language and time zone."""


def preview_blocks(preview: str, words: Words, *, pending: bool) -> list[Block]:
    """Build the line, and below it the times that it names, each as its reader's clock will show it."""
    text, times = moments(preview)
    if not times:
        return list(sections(remark_lines(words("card-preview" if pending else "card-preview-before"), text)))
    heading = words("card-upcoming" if pending else "card-upcoming-before")
    lines = "\n".join(remark_lines(heading, text))
    return [
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": lines}]},
                {"type": "rich_text_list", "style": "bullet", "elements": list(map(_item, times))},
            ],
        }
    ]


def _item(at: datetime) -> dict[str, Any]:
    shown = {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": FORMAT,
        "fallback": f"{at:%Y-%m-%d %H:%M} UTC",
    }
    return {"type": "rich_text_section", "elements": [shown]}
