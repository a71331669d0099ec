"""Word files (.docx): paragraphs, headings, lists and tables as text, streamed out of the XML.

Read by us and not by a library, after a look at two. Text that was inserted with tracked changes and text in
content controls is text like any other, and python-docx leaves out both; mammoth has them, but took six times as
long as python-docx for 5,000 paragraphs, more than the seconds that there are.
"""

import time
from collections.abc import Iterator
from zipfile import ZipFile

from bot.files.contents import Limits, Reason, Text, Unit, Unreadable
from bot.files.package import deadline, local, parse, pieces
from bot.files.paper import Paper, clean

SKIPPED = frozenset({"Fallback", "moveFrom", "pPrChange", "rPrChange", "del"})
"""What is not to be read: the second writing of a text box, what was moved away or deleted."""
BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
NOTES = (("footnotes.xml", "Footnotes"), ("endnotes.xml", "Endnotes"), ("comments.xml", "Comments"))
"""Parts beside the main one."""


class _Enough(Exception):
    """The time is up: what was read so far is shown."""


def read_word(package: ZipFile, main: str, limits: Limits) -> Text | Unreadable:
    """Return the words of a Word file. Raises package.Refused."""
    folder = main.rpartition("/")[0]
    names = set(package.namelist())
    styles = f"{folder}/styles.xml"
    headings = _headings(pieces(package, styles)) if styles in names else {}
    paper = Paper(limits.characters)
    walk = _Walk(paper, headings, deadline(limits))
    whole = True
    try:
        walk.through(pieces(package, main))
        for name, title in NOTES:
            if f"{folder}/{name}" in names:
                walk.through(pieces(package, f"{folder}/{name}"), title)
    except _Enough:
        whole = False
    if not walk.shown:
        return Unreadable(Reason.EMPTY if whole else Reason.TOOK_TOO_LONG)
    if walk.shown < walk.seen or not whole:
        paper.leave_out(Unit.PARAGRAPHS, walk.shown + 1, walk.seen if whole else None)
    return paper.text("docx")


def _headings(source: Iterator[bytes]) -> dict[str, int]:
    """Read which styles are headings, and of which level: their ids are translated, `heading 1` is not."""
    levels: dict[str, int] = {}
    current = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal current
        name = local(name)
        if name == "style":
            current = _attribute(attributes, "styleId")
        elif name == "name":
            title, _, level = _attribute(attributes, "val").lower().rpartition(" ")
            if title == "heading" and level in "123456":
                levels[current] = int(level)

    parse(source, start=start)
    return levels


class _Walk:
    """Goes through the elements of one part after the other and puts paragraphs on paper, outside tables each,
    inside them row by row."""

    def __init__(self, paper: Paper, headings: dict[str, int], until: float) -> None:
        self._paper = paper
        self._headings = headings
        self._until = until
        self.seen = self.shown = 0
        self._begin("")

    def through(self, source: Iterator[bytes], title: str = "") -> None:
        self._begin(title)
        parse(source, start=self._start, end=self._end, characters=self._characters)

    def _begin(self, title: str) -> None:
        self._title = title
        self._skipping = 0
        self._in_text = 0
        self._in_properties = 0
        self._tables = 0
        self._prefix = ""
        self._words: list[str] = []
        self._cells: list[str] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if self._skipping or name in SKIPPED:
            self._skipping += 1
        elif name == "t":
            self._in_text += 1
        elif name == "pPr":
            self._in_properties += 1
        elif self._in_properties:
            if name == "pStyle" and (level := self._headings.get(_attribute(attributes, "val"))):
                self._prefix = "#" * level + " "
            elif name == "numPr" and not self._prefix:
                self._prefix = "- "
        elif name in BREAKS:
            self._words.append(BREAKS[name])
        elif name == "tbl":
            self._flush()  # a text box may hold a table in the middle of a paragraph
            self._tables += 1
        elif name in ("footnoteReference", "endnoteReference", "commentReference"):
            self._words.append(f"[{_attribute(attributes, 'id')}]")
        elif name in ("footnote", "endnote", "comment"):
            if "separator" in _attribute(attributes, "type").lower():
                self._skipping += 1  # the line above the notes
                return
            self._words.append(f"[{_attribute(attributes, 'id')}] ")

    def _end(self, name: str) -> None:
        name = local(name)
        if self._skipping:
            self._skipping -= 1
        elif name == "t":
            self._in_text -= 1
        elif name == "pPr":
            self._in_properties -= 1
        elif name == "p":
            self._flush()
        elif name == "tc" and self._tables == 1:
            self._cells.append(" ".join("".join(self._words).split()))
            self._words.clear()
        elif name == "tr" and self._tables == 1:
            if any(self._cells):
                self._put("| " + " | ".join(self._cells) + " |")
            self._cells.clear()
        elif name == "tbl":
            self._tables -= 1

    def _characters(self, text: str) -> None:
        if self._in_text and not self._skipping:
            self._words.append(text)

    def _flush(self) -> None:
        prefix, self._prefix = self._prefix, ""
        if self._tables:
            self._words.append("\n")
            return
        text = "".join(self._words).strip()
        self._words.clear()
        if text:
            self._put(prefix + text)

    def _put(self, text: str) -> None:
        if time.monotonic() > self._until:
            raise _Enough
        if self._title:
            self._paper.head(f"\n{self._title}:")
            self._title = ""
        self.seen += 1
        self.shown += self._paper.put(clean(text), f"paragraph {self.seen}")


def _attribute(attributes: dict[str, str], wanted: str) -> str:
    return next((value for name, value in attributes.items() if local(name) == wanted), "")
