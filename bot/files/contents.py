"""What a file turned out to be: words for a model, a picture for one that sees, or a reason why it is neither."""

from dataclasses import dataclass
from enum import StrEnum

MIN_CHARACTERS = 1_000
"""Less would not hold what says what was left out."""


@dataclass(frozen=True)
class Limits:
    """What one file may cost. `size`: bytes of the file as it came; `characters`: of the text that is made of
    it; `pages`: of a PDF; `seconds`: from the start of the reading to its end; `memory`: bytes that the reading
    process may take; `unpacked`: bytes that are in a Word or Excel file when it is unpacked; `pixels`: width
    times height of a picture."""

    size: int = 20_000_000
    characters: int = 200_000
    pages: int = 500
    seconds: float = 10.0
    memory: int = 512 * 1024 * 1024
    unpacked: int = 200_000_000
    pixels: int = 50_000_000

    def __post_init__(self) -> None:
        if self.characters < MIN_CHARACTERS:
            raise ValueError(f"a text needs room for {MIN_CHARACTERS} characters at least")


class Reason(StrEnum):
    """Why a file cannot be read, each with what the person can do."""

    TOO_LARGE = "too_large"
    """More bytes than `Unreadable.limit`: send a smaller file, or the part that matters."""
    TOO_MANY_PIXELS = "too_many_pixels"
    """A picture of more than `Unreadable.limit`: make it smaller."""
    UNSUPPORTED = "unsupported"
    """Nod has no reader for this kind: save it as `Unreadable.instead`, if there is one."""
    MISMATCH = "mismatch"
    """It is not what its name says, often a web page that was saved as a document: export it again."""
    ENCRYPTED = "encrypted"
    """It is protected by a password: save it without."""
    BROKEN = "broken"
    """It is damaged or cut off: open it, save it anew, and send that."""
    TOOK_TOO_LONG = "took_too_long"
    """Not read within `Limits.seconds`: send the part that matters."""
    TOO_MUCH = "too_much"
    """More is packed into it than may be unpacked: send the part that matters."""
    EMPTY = "empty"
    """There is nothing in it: see whether it is the right file."""
    NO_TEXT = "no_text"
    """A PDF of pictures, such as a scan: send its pages as pictures, or a PDF with text."""


class Unit(StrEnum):
    """What a text is cut between."""

    PAGES = "pages"
    SHEETS = "sheets"
    ROWS = "rows"
    PARAGRAPHS = "paragraphs"
    """Of a Word file; a row of a table counts as one."""
    LINES = "lines"
    CHARACTERS = "characters"
    """Of the one page, row or line that was longer than the whole room."""


@dataclass(frozen=True)
class LeftOut:
    """What of a file is not in its text: `first` to `last`, counted from 1; `last` is None if nobody counted to
    the end. `where`: the sheet's name, or which page, row or line it was; for SHEETS the names of these."""

    unit: Unit
    first: int
    last: int | None
    where: str = ""


@dataclass(frozen=True)
class Text:
    """A file's words for a model. `kind`: `text`, `pdf`, `docx` or `xlsx`. What was left out, if anything, the
    text itself tells the model in its last lines; `left_out` is for telling the person."""

    text: str
    kind: str = "text"
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Image:
    """A picture as it came; `mimetype` is what its bytes say, whatever its name. Width and height in pixels."""

    content: bytes
    mimetype: str
    width: int
    height: int


@dataclass(frozen=True)
class Unreadable:
    """`instead`: for UNSUPPORTED the kind to save it as (`docx`, `xlsx`, `pdf`, `png`, `utf-8`), or empty;
    `limit`: for TOO_LARGE and TOO_MANY_PIXELS what it may have."""

    reason: Reason
    instead: str = ""
    limit: int = 0


Content = Text | Image | Unreadable
