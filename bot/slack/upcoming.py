"""The part of a card that says what its arguments mean now. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.slack.block_kit import Block, sections
from bot.slack.present import Entry, Told, read_preview
from bot.slack.timing_words import timing_said
from bot.slack.values import BULLET, CARRIED, Shown, entry_lines, literal, remark_lines
from bot.words.catalogue import Words
from functions.moments import BETWEEN, moments
from functions.preview import MAX_LINE

FORMAT = "{date_long_pretty} {time}"
"""How Slack writes a time: in each reader's language and time zone."""


def preview_blocks(preview: str, shown: Sequence[Shown], words: Words, *, pending: bool) -> list[Block]:
    """Build what stands below the arguments, `shown`: what they say already is not said again."""
    told = read_preview(preview)
    if told is None:
        return _line_blocks(preview, words, pending=pending)
    blocks = list(sections(_now_lines(told, shown, words, pending=pending)))
    then = [line for each in _news(told, shown, words) for line in entry_lines(each, words)]
    if told.runs:
        return [*blocks, _upcoming(told.runs, then, words, pending=pending)]
    return [*blocks, *sections(then)]


def preview_lines(preview: str, shown: Sequence[Shown], words: Words, *, pending: bool = True) -> list[str]:
    """Write the same in plain lines, for where there is no room for blocks: without the times, which are no part
    of what is meant."""
    told = read_preview(preview)
    if told is None:
        text = moments(preview)[0] if len(preview) <= MAX_LINE else ""
        return remark_lines(words("card-preview" if pending else "card-preview-before"), text) if text else []
    then = (line for each in _news(told, shown, words) for line in entry_lines(each, words))
    return [*_now_lines(told, shown, words, pending=pending), *then]


def _now_lines(told: Told, shown: Sequence[Shown], words: Words, *, pending: bool) -> list[str]:
    """Write each value on a line of its own, so that none passes for another."""
    beside = {each.label for each in shown if each.was}
    lines = [
        line if line.startswith(CARRIED) or place else f"{BULLET} {line}"
        for each in told.now
        if each.label(words) not in beside
        for place, line in enumerate(entry_lines(each, words))
    ]
    heading = words("card-preview" if pending else "card-preview-before")
    return [f"{heading}:", *lines] if lines else []


def _news(told: Told, shown: Sequence[Shown], words: Words) -> Iterable[Entry]:
    """Choose what neither an argument nor the present says."""
    said = {(each.label, line) for each in shown for line in (each.said, *each.lines[:1])}
    for each in told.then:
        value = timing_said(str(each.read(words)), words) or str(each.read(words))
        if (each.label(words), value) not in said and each not in told.now:
            yield each


def _line_blocks(preview: str, words: Words, *, pending: bool) -> list[Block]:
    """Build a line; one that names times has a list of them, each as its reader's clock will show it."""
    if not 0 < len(preview) <= MAX_LINE:
        return []
    text, times = moments(preview)
    if not times:
        return list(sections(remark_lines(words("card-preview" if pending else "card-preview-before"), text)))
    said = BETWEEN.join(timing_said(part, words) or part for part in text.split(BETWEEN))
    return [_upcoming(times, [literal(said).replace("\n", "\\u{a}")], words, pending=pending)]


def _upcoming(times: Iterable[datetime], lines: Iterable[str], words: Words, *, pending: bool) -> Block:
    heading = words("card-upcoming" if pending else "card-upcoming-before")
    return {
        "type": "rich_text",
        "elements": [
            _line({"type": "text", "text": heading, "style": {"bold": True}}),
            {"type": "rich_text_list", "style": "bullet", "elements": list(map(_item, times))},
            *(_line({"type": "text", "text": line}) for line in lines if line),
        ],
    }


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
