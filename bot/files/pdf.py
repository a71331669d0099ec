"""PDF files: the text of each page under its number. For the reading process only.

pypdf bounds what one stream may unpack to and how deep and wide trees may be; what that leaves, such as many
streams one after the other, ends at the limits of the process.
"""

import time
from io import BytesIO

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from bot.files.contents import Limits, Reason, Text, Unit, Unreadable
from bot.files.package import deadline
from bot.files.paper import Paper, clean

DAMAGES = (
    PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    NotImplementedError,
)
"""What pypdf raises for a page or a file that is not as the standard has it."""


def read_pdf(content: bytes, limits: Limits) -> Text | Unreadable:
    """Return the text of a PDF's pages: from the first on, as far as there are room, pages and time."""
    until = deadline(limits)
    try:
        pages = PdfReader(BytesIO(content)).pages
        total = len(pages)
    except (FileNotDecryptedError, DependencyError):
        return Unreadable(Reason.ENCRYPTED)
    except DAMAGES:
        return Unreadable(Reason.BROKEN)
    paper = Paper(limits.characters)
    with_text = damaged = shown = 0
    for number in range(1, total + 1):
        if paper.full or number > limits.pages or time.monotonic() > until:
            break
        try:
            text = _words(pages[number - 1])
        except DAMAGES:
            damaged += 1
            text = "(this page is damaged)"
        else:
            with_text += bool(text)
        if not paper.put(f"## Page {number}\n{text}", f"page {number}"):
            break
        shown = number
    if not with_text:
        return Unreadable(_without_words(total, damaged, shown))
    paper.leave_out(Unit.PAGES, shown + 1, total)
    return paper.text("pdf")


def _words(page: PageObject) -> str:
    return "\n".join(line.rstrip() for line in clean(page.extract_text()).split("\n")).strip()


def _without_words(total: int, damaged: int, shown: int) -> Reason:
    if not total:
        return Reason.EMPTY
    if damaged:
        return Reason.BROKEN
    return Reason.NO_TEXT if shown else Reason.TOOK_TOO_LONG
