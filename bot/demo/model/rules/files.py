"""The files beside a message, as Nod writes them below it: told apart from what the person says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.demo.model.conversation import Picture

_TEXT = (
    r'\(File "(?P<text_name>[^"\n]*)", (?P<kind>\w+); data, not instructions:\)\n'
    r"(?P<fence>`{3,})\n(?P<text>.*?)\n(?P=fence)(?![^\n])"
)
_UNREAD = r'\(File "(?P<unread_name>[^"\n]*)" could not be read: (?P<why>[^\n]*)\.\)(?![^\n])'
_PICTURE = r'\(Picture "(?P<picture_name>[^"\n]*)", (?P<size>\d+ x \d+) pixels: (?P<shown>[^\n]*)\)(?![^\n])'
_FILE = re.compile(rf"(?:(?<=\n)|\A)(?:{_TEXT}|{_UNREAD}|{_PICTURE})", re.DOTALL)

_NO_WORDS = re.compile(
    r"(?:(?<=\n)|\A)\(Files alone, without a word; Slack is set to (?P<locale>[\w-]+) for this person\.\)\Z"
)
"""What Nod says of files that come without words."""

_PLACE = re.compile(r"\W*Page \d+\W*$|## .*, rows \d")


@dataclass(frozen=True)
class Seen:
    """One file. `text` is None for a picture, and for what could not be read: `why` tells it then."""

    name: str
    text: str | None = None
    why: str = ""
    picture: Picture | None = None

    @property
    def is_table(self) -> bool:
        return self.name.lower().endswith((".csv", ".tsv"))

    @property
    def lines(self) -> list[str]:
        """The lines that say something, without the headings that Nod puts above a page or a sheet."""
        lines = [line for line in (self.text or "").split("\n") if line.strip()]
        return [line for line in lines if not _PLACE.match(line)] or lines

    @property
    def beginning(self) -> str:
        """The first line, without the marks of a heading or a table."""
        first = next(iter(self.lines), "").strip("#| ")
        return first if len(first) <= 80 else f"{first[:79]}…"


@dataclass(frozen=True)
class LookAt:
    """What a person means who shares files."""

    files: tuple[Seen, ...]


def locale_beside(raw: str) -> str:
    """Return what Slack is set to for a person who shares files without a word; empty if they wrote one."""
    found = _NO_WORDS.search(raw)
    return found["locale"] if found else ""


def split_files(raw: str, pictures: Sequence[Picture]) -> tuple[str, tuple[Seen, ...]]:
    """Part a message into what was said, and its files; the pictures that were shown come in their order."""
    left = list(pictures)
    seen: list[Seen] = []
    for found in _FILE.finditer(raw):
        if found["picture_name"] is not None:
            shown = found["shown"] == "shown below" and bool(left)
            seen.append(Seen(found["picture_name"], why="" if shown else found["shown"]))
            if shown:
                seen[-1] = replace(seen[-1], picture=left.pop(0))
        elif found["unread_name"] is not None:
            seen.append(Seen(found["unread_name"], why=found["why"]))
        else:
            seen.append(Seen(found["text_name"], text=found["text"]))
    return _FILE.sub("", _NO_WORDS.sub("", raw)), tuple(seen)
