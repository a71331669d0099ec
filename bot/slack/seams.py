"""Where one message of a long answer ends and the next begins, so that no code block and no table is broken. Pure.

What is open at the seam is found by markdown-it-py, which knows the blocks of CommonMark and the tables beside
them, in lists and quotes too. It does not read a text that grows, and need not: one message is all that it gets,
and only when that is full.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import IntEnum

from markdown_it import MarkdownIt
from markdown_it.token import Token

MESSAGE_LENGTH = 11_500
"""Characters that a message holds of an answer. Slack takes 12,000, and what is open is closed after these."""

BREAK = re.compile(r"\r\n?|\n")

JOINED = {"\u200d", "\ufe0e", "\ufe0f", *map(chr, range(0x1F3FB, 0x1F400))}
"""What belongs to the character before it: the joiner, variation selectors, skin tones."""

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["inline", "text_join"])
_PARSER_WITHOUT_TABLES = MarkdownIt("commonmark", {"html": False}).disable(["inline", "text_join"])

COLUMNS = 100
"""Columns up to which a table is one: Slack shows 20. The parser makes up the cells that the rows of a wider one
lack, as many as 65,536, and everybody waits for that."""


class Grade(IntEnum):
    """How well a message may end at a place: between blocks, between lines, between lines of a code block or a
    table, or anywhere. Also the worst that will do, where a message has to end soon."""

    BLOCK = 0
    LINE = 1
    INSIDE = 2
    ANYWHERE = 3


@dataclass(frozen=True)
class Limits:
    """In characters: from which length on a message ends at a place of each grade, and the most that it holds;
    how long what is repeated in the next one may be."""

    grades: tuple[int, int, int] = (9_500, 10_000, 10_400)
    most: int = MESSAGE_LENGTH
    repeated: int = 2_000


SLACK = Limits()

CLOSING, INFO = 300, 100
"""Characters of a line that closes a code block, and of the info string that is repeated."""


@dataclass(frozen=True)
class Seam:
    """`piece` ends the message, with `closing` after it; `rest` goes on in the next one, with `opening` before it.
    Piece and rest are the text; closing and opening are none of it."""

    piece: str
    closing: str
    opening: str
    rest: str


@dataclass(frozen=True)
class _Block:
    """A code block or a table: the lines that it has, from `start` to before `end`."""

    start: int
    end: int
    fence: Token | None = None

    @property
    def closed(self) -> bool:
        """Whether a code block has a last line of its own; a table needs none."""
        if self.fence is None:
            return False
        content = self.fence.content
        lines = content.count("\n") + (content != "" and not content.endswith("\n"))
        return self.end - self.start == lines + 2

    def holds(self, line: int) -> bool:
        """Whether the block goes on at the beginning of a line."""
        return self.start < line < self.end

    def worth(self, line: int) -> bool:
        """Whether both sides have something of the block if it is broken before this line."""
        if self.fence is None:
            return line > self.start + 2
        return line > self.start + 1 and not (self.closed and line == self.end - 1)


class _Page:
    """The beginning of a message, and what is open where in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(found.end() for found in BREAK.finditer(text))]
        wide = any(line.count("|") > COLUMNS for line in BREAK.split(text))
        tokens = (_PARSER_WITHOUT_TABLES if wide else _PARSER).parse(text)
        self.tops = {token.map[0] for token in tokens if token.level == 0 and token.map}
        self.blocks = [
            _Block(token.map[0], token.map[1], token if token.type == "fence" else None)
            for token in tokens
            if token.map and token.type in ("fence", "table_open")
        ]
        self._begins = [block.start for block in self.blocks]  # none of them holds another

    def line(self, number: int) -> str:
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[number] : end].rstrip("\r\n")

    def at(self, line: int) -> _Block | None:
        place = bisect_left(self._begins, line) - 1
        return self.blocks[place] if place >= 0 and self.blocks[place].holds(line) else None

    def grade(self, line: int) -> Grade | None:
        """Grade a seam before a line; None where it would leave half a line of a code block or table alone."""
        block = self.at(line)
        if block is not None:
            return Grade.INSIDE if block.worth(line) else None
        if line in self.tops:
            return Grade.BLOCK
        return Grade.INSIDE if self.line(line)[:1].isspace() else Grade.LINE

    def goes_on(self, line: int) -> bool:
        """Whether a line is known to belong to the block that is open before it, though more of it may come."""
        block, said = self.at(line), self.line(line).strip(" \t>")
        if line + 1 < len(self.starts) or block is None:
            return True
        return said.startswith("|") if block.fence is None else said.strip(block.fence.markup[0]) != ""


def seam(
    before: str, text: str, hurry: Grade | None = None, *, ended: bool = False, limits: Limits = SLACK
) -> Seam | None:
    """Find where a message that shows `before` ends in the `text` that comes next; None if all of it may be added.

    `hurry` has it end at the first place of that grade or a better one, however short it is. `ended` says that
    nothing comes after `text`: as long as more may come, no block is broken before a line that might end it.
    """
    whole, full = before + text, limits.most - len(before)
    if not text.strip() or (hurry is None and len(whole) < limits.grades[0]):
        return None
    if ended and len(text.rstrip()) <= full and hurry is None:
        return None
    page = _Page(whole[: limits.most + 1_000])
    best: tuple[Grade, int] | None = None
    for line, start in enumerate(page.starts):
        if not max(len(before), 1) <= start <= limits.most or not page.line(line).strip():
            continue
        grade = page.grade(line)
        if grade is None or (grade is Grade.INSIDE and not (ended or page.goes_on(line))):
            continue
        least = 1 if hurry is not None and grade <= hurry else limits.grades[grade]
        if start >= least and (best is None or (grade, start) < best):
            best = grade, start
    if best is not None:
        return _cut(page, whole, len(before), best[1], limits)
    if hurry is Grade.ANYWHERE:
        return _cut(page, whole, len(before), len(before) + _place(text[:full], before), limits)
    if len(text.rstrip() if ended else text) > full:
        return _cut(page, whole, len(before), len(before) + _last_place(text, max(full, 0), before), limits)
    return None


def unclosed(text: str) -> str:
    """Return the line that closes the code block which a whole message leaves open; empty if there is none."""
    if "```" not in text and "~~~" not in text:
        return ""
    page = _Page(text)
    last = page.blocks[-1] if page.blocks else None
    if last is None or last.fence is None or last.closed or not _reaches_the_end(page, last):
        return ""
    line = f"{_lead(page, last, last.fence)}{last.fence.markup}"
    own = "" if text.endswith("\n") else "\n"
    return f"{own}{line}" if len(line) <= CLOSING else ""


def _reaches_the_end(page: _Page, block: _Block) -> bool:
    return not any(page.line(number).strip() for number in range(block.end, len(page.starts)))


def _cut(page: _Page, whole: str, before: int, place: int, limits: Limits) -> Seam:
    closing = unclosed(whole[:place])
    rest = whole[place:]
    opening = _opening(page, place, limits) if rest.strip() else ""
    return Seam(whole[before:place], closing, opening, rest)


def _opening(page: _Page, place: int, limits: Limits) -> str:
    """Repeat what is open at a place: the first line of a code block, or the first two of a table."""
    line = bisect_right(page.starts, place) - 1
    block = page.at(line)
    if block is None:
        return ""
    if block.fence is not None:
        marker, info = block.fence.markup, block.fence.info
        lead = _lead(page, block, block.fence)
        again = "" if place == page.starts[line] else lead.expandtabs(4)
        opening = f"{_fresh(lead)}{marker}{info if len(info) <= INFO else ''}\n{again}"
        return opening if len(opening) <= CLOSING + INFO else ""
    head, rule = page.line(block.start), page.line(block.start + 1)
    indent = len(head) - len(head.lstrip())
    opening = f"{_fresh(head[:indent])}{head[indent:]}\n{rule}\n"
    return opening if line > block.start + 1 and len(opening) <= limits.repeated else ""


def _lead(page: _Page, block: _Block, fence: Token) -> str:
    """Return what stands before the marks of a code block on each of its lines: spaces, marks of quotes."""
    first = page.line(block.start)
    return re.sub(r"[^>\s]", " ", first[: first.find(fence.markup)])


def _fresh(lead: str) -> str:
    """Return what goes before a block in a message of its own: four spaces alone would make it code, and as many
    columns of list marks make it what it was."""
    lead = lead.expandtabs(4)
    if lead.strip() or len(lead) < 4:
        return lead
    return "- " * (len(lead) // 2) + " " * (len(lead) % 2)


def _place(text: str, before: str) -> int:
    """Find the first place between two words."""
    if not before or before[-1].isspace():
        return 0
    found = re.search(r"\s+", text)
    return found.end() if found else 0


def _last_place(text: str, full: int, before: str) -> int:
    """Find the last place that fits: after a line or a word if there is one not far away, else between two
    characters that are seen as two."""
    near = max(full - 1_000, 0)
    for mark in ("\n", " "):
        if found := text.rfind(mark, near, full) + 1:
            return found
    if near == 0 and before[-1:].isspace():
        return 0
    place = full
    while max(full - 16, 0) < place and _is_joined(text, place):
        place -= 1
    return place


def _is_joined(text: str, place: int) -> bool:
    here = text[place : place + 1]
    return here in JOINED or text[place - 1] == "\u200d" or bool(here and unicodedata.combining(here))
