"""Any file in, its content out, in this process. For documents the process should be one that may be lost:
`bot.files.reader` sees to that."""

from bot.files.contents import Content, Limits, Reason, Unreadable
from bot.files.images import read_image
from bot.files.kinds import INSTEAD, Kind, extension_of, kind_of
from bot.files.package import Refused, main_part, open_package
from bot.files.plain import read_text

OFFICE = frozenset({"docx", "docm", "xlsx", "xlsm", "pptx"})

# The readers of documents are imported where they are needed: one file needs one of them, and Nod itself none.


def read(name: str, mimetype: str, content: bytes, limits: Limits) -> Content:
    """Read a file. `name` and `mimetype` are what the person's computer said; the bytes decide.

    Never raises for what a person can send, but MemoryError, RecursionError or a fault of a library may end it.
    """
    if len(content) > limits.size:
        return Unreadable(Reason.TOO_LARGE, limit=limits.size)
    extension = extension_of(name, mimetype)
    match kind_of(content, extension):
        case Unreadable() as answer:
            return answer
        case Kind.IMAGE:
            return read_image(content, limits)
        case Kind.TEXT:
            return read_text(content, extension, limits)
        case Kind.PDF:
            from bot.files.pdf import read_pdf

            return read_pdf(content, limits)
        case Kind.ZIP:
            try:
                return _read_package(content, extension, limits)
            except Refused as refusal:
                return refusal.answer


def _read_package(content: bytes, extension: str, limits: Limits) -> Content:
    package = open_package(content, limits)
    if "[Content_Types].xml" not in package.namelist():
        promised = extension in OFFICE
        return Unreadable(Reason.MISMATCH) if promised else _unsupported(extension)
    main = main_part(package)
    if main.startswith("word/"):
        from bot.files.word import read_word

        return read_word(package, main, limits)
    if main.startswith("xl/") and main.endswith(".xml"):
        from bot.files.excel import read_excel

        return read_excel(content, package, limits)
    instead = {"xl": "xlsx", "ppt": "pdf"}.get(main.partition("/")[0])
    return Unreadable(Reason.UNSUPPORTED, instead) if instead else _unsupported(extension)


def _unsupported(extension: str) -> Unreadable:
    return Unreadable(Reason.UNSUPPORTED, INSTEAD.get(extension, ""))
