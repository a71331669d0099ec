"""What is packed as Word and Excel pack: looked through before anybody unpacks it. For the reading process only.

Every part is unpacked once, in small pieces that are thrown away, up to a bound: a declared size may lie, and
readers that believe it are given the file only if it is true.
"""

import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from xml.parsers import expat

from bot.files.contents import Limits, Reason, Unreadable

PIECE = 1 << 16
"""Bytes that are unpacked at once."""
MOST_PARTS = 10_000
OFFICE_DOCUMENT = "/officeDocument"
"""How the type of the relationship to the main part ends, in both dialects of the standard (ISO/IEC 29500)."""


class Refused(Exception):
    """The file cannot be read; `answer` says why."""

    def __init__(self, reason: Reason, instead: str = "") -> None:
        super().__init__(reason)
        self.answer = Unreadable(reason, instead)


def open_package(content: bytes, limits: Limits) -> zipfile.ZipFile:
    """Open a package that holds no more than it may, and what it says it does. Raises Refused."""
    try:
        package = zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
        raise Refused(Reason.BROKEN) from None
    parts = package.infolist()
    if any(part.flag_bits & 0x1 for part in parts):
        raise Refused(Reason.ENCRYPTED)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > limits.unpacked:
        raise Refused(Reason.TOO_MUCH)
    for part in parts:
        for _ in pieces(package, part):
            pass
    return package


def pieces(package: zipfile.ZipFile, part: zipfile.ZipInfo | str) -> Iterator[bytes]:
    """Unpack a part piece by piece. Raises Refused if it is not what its header says, or not there."""
    try:
        with package.open(part) as stream:
            while piece := stream.read(PIECE):
                yield piece
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, KeyError, ValueError, OSError):
        raise Refused(Reason.BROKEN) from None


def main_part(package: zipfile.ZipFile) -> str:
    """Return the name of the part that everything begins with, such as `word/document.xml`. Raises Refused."""
    found: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship" and attributes.get("Type", "").endswith(OFFICE_DOCUMENT):
            found.append(attributes.get("Target", "").lstrip("/"))

    parse(pieces(package, "_rels/.rels"), start=start)
    if not found:
        raise Refused(Reason.BROKEN)
    return found[0]


def parse(
    source: Iterator[bytes],
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    characters: Callable[[str], None] | None = None,
) -> None:
    """Read XML as it streams by. Nothing is built of it, and a document type, which no Office file has and which
    entities are declared in, is refused. Raises Refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    parser.buffer_text = True
    if end:
        parser.EndElementHandler = end
    if characters:
        parser.CharacterDataHandler = characters
    try:
        for piece in source:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError):  # the latter two for encodings that expat does not have
        raise Refused(Reason.BROKEN) from None


def local(name: str) -> str:
    """Return a name without its namespace, which the two dialects of the standard write differently."""
    return name.rpartition(" ")[2]


def deadline(limits: Limits, share: float = 0.6) -> float:
    """Return when to stop with what there is (`time.monotonic`), so that some of the file is shown in time."""
    return time.monotonic() + limits.seconds * share


def _refuse_doctype(*_: object) -> None:
    raise Refused(Reason.BROKEN)
