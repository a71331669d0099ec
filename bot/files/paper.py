"""Text within a room of characters: cut between pages, rows or lines, with a word on what was left out."""

import re
from collections.abc import Sequence

from bot.files.contents import LeftOut, Text, Unit

ROOM_FOR_NOTES = 800
"""Characters that are kept free for what was left out, and for what is odd about the file."""
LONGEST_NAME = 100

_UNWANTED = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
"""Control characters, halves of characters (which no encoding takes) and byte order marks."""


def clean(text: str) -> str:
    """Return text with line ends as they are in Unix, and without what is no text. A form feed ends a line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    return _UNWANTED.sub("", text)


class Paper:
    """Takes pieces, each whole or not at all, until one does not fit; from then on it takes none.

    Only a first piece that is longer than the whole room is cut: at a line's end if it has one, else anywhere.
    """

    def __init__(self, characters: int) -> None:
        self._room = characters - ROOM_FOR_NOTES
        self._pieces: list[str] = []
        self._has_piece = False
        self._remarks: list[str] = []
        self.full = False
        self.left_out: list[LeftOut] = []

    def head(self, line: str) -> bool:
        """Add a heading, if there is room for it. It is no piece: the first one after it may still be cut."""
        if self.full or len(line) >= self._room:
            self.full = True
            return False
        self._add(line)
        return True

    def put(self, piece: str, where: str = "") -> bool:
        """Add a piece, and tell whether it is there, if only in part; `where` names it for what it lacks then."""
        if self.full:
            return False
        if len(piece) < self._room:
            self._add(piece)
            self._has_piece = True
            return True
        self.full = True
        if self._has_piece:
            return False
        end = piece.rfind("\n", 0, self._room)
        end = end if end > 0 else self._room - 1
        self._add(piece[:end])
        self.left_out.append(LeftOut(Unit.CHARACTERS, end + 1, len(piece), where))
        return True

    def put_all(self, unit: Unit, pieces: Sequence[str]) -> None:
        """Add pieces as far as there is room, and say which are left out."""
        for number, piece in enumerate(pieces, 1):
            if not self.put(piece, f"{unit[:-1]} {number}"):
                self.leave_out(unit, number, len(pieces))
                return

    def leave_out(self, unit: Unit, first: int, last: int | None, where: str = "") -> None:
        """Say what is not there, `first` to `last` from 1; nothing if that is none."""
        if last is None or last >= first:
            self.left_out.append(LeftOut(unit, first, last, where))

    def remark(self, sentence: str) -> None:
        """Add a sentence about the file below its text."""
        self._remarks.append(sentence)

    def text(self, kind: str) -> Text:
        """Return all of it; what was left out stands below."""
        notes = [*self._remarks, *_told(self.left_out)]
        body = "\n".join(self._pieces)
        tail = "".join(f"\n[{note}]" for note in notes)[:ROOM_FOR_NOTES]
        return Text(body + tail, kind, tuple(self.left_out))

    def _add(self, piece: str) -> None:
        self._pieces.append(piece)
        self._room -= len(piece) + 1  # the line end after it


def short(name: str) -> str:
    """Return a name on one line, of a length that notes have room for."""
    name = " ".join(clean(name).split())
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _told(left_out: Sequence[LeftOut]) -> list[str]:
    """Word it for the model; bot/words is for people."""
    return [_sentence(each, short(each.where)) for each in left_out]


def _sentence(each: LeftOut, where: str) -> str:
    if each.last is None:
        what = f"everything from {each.unit[:-1]} {each.first} on"
    elif each.first == each.last:
        what = f"{each.unit[:-1]} {each.first}"
    else:
        what = f"{each.unit} {each.first}-{each.last}"
    if where:
        what += f" ({where})" if each.unit is Unit.SHEETS else f" of {where}"
    return f"{what} left out"
