"""Text files: which encoding they are in, and as much of them as there is room for. Pure, and cheap enough for any
thread: what it costs is a few passes over the bytes."""

import codecs

from bot.files.contents import Limits, Reason, Text, Unit, Unreadable
from bot.files.paper import Paper, clean

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LEGACY = ("cp949", "cp1252")
"""Without a mark and not UTF-8: Korean Windows, which has EUC-KR in it, then Western Windows. CP949 is strict
about what follows a lead byte, so that accents of Western text seldom pass for Hangul."""

TABLES = frozenset({"csv", "tsv"})
MOST_CONTROLS = 0.01
"""A share of control characters: more of them, and it is no text."""

LOOKED_AT = 65_536
"""Bytes at the beginning in which control characters are counted; a NUL is one too many anywhere."""

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b"))


def decode(content: bytes) -> str | None:
    """Return the text, or None if these bytes are none in any encoding that is tried."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _strictly(content[len(mark) :], encoding)
    if is_binary(content):
        return None
    for encoding in ("utf-8", *LEGACY):
        if (text := _strictly(content, encoding)) is not None:
            return text
    return None


def is_binary(content: bytes) -> bool:
    """Tell whether these bytes, which have no byte order mark, are no text in any encoding of ours."""
    if b"\0" in content:
        return True
    beginning = content[:LOOKED_AT]
    return len(beginning) - len(beginning.translate(None, _CONTROLS)) > MOST_CONTROLS * len(beginning)


def read_text(content: bytes, extension: str, limits: Limits) -> Text | Unreadable:
    """Return a text file's words, cut between lines, or between the rows of a CSV or TSV file."""
    decoded = decode(content)
    if decoded is None:
        return Unreadable(Reason.UNSUPPORTED, "utf-8")
    text = clean(decoded).rstrip("\n")
    if not text.strip():
        return Unreadable(Reason.EMPTY)
    paper = Paper(limits.characters)
    if extension in TABLES:
        paper.put_all(Unit.ROWS, _rows(text))
    else:
        paper.put_all(Unit.LINES, text.split("\n"))
    return paper.text("text")


def _rows(text: str) -> list[str]:
    """Part a table into rows. A line end inside quotes is the cell's own; quotes that do not close are no
    quotes."""
    lines = text.split("\n")
    if text.count('"') % 2:
        return lines
    rows: list[str] = []
    begun: list[str] = []
    open_quotes = False
    for line in lines:
        begun.append(line)
        open_quotes ^= bool(line.count('"') % 2)
        if not open_quotes:
            rows.append("\n".join(begun))
            begun = []
    return rows


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None
