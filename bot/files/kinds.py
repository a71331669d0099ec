"""Which kind of file some bytes are. The bytes decide; the name only says what the person took it for."""

from enum import Enum, auto

from bot.files.contents import Reason, Unreadable
from bot.files.plain import BYTE_ORDER_MARKS, is_binary

PDF_WITHIN = 1024
"""Bytes before which `%PDF-` stands in every PDF that readers take, whatever a mailer has put before it."""


class Kind(Enum):
    IMAGE = auto()
    TEXT = auto()
    PDF = auto()
    ZIP = auto()
    """A Word or Excel file, or anything else that is packed like one: who unpacks it sees."""


IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Office before 2007, Hancom's .hwp, and what Office encrypts ([MS-CFB] 2.2)."""

PIECE = 100_000
"""Bytes that are searched at once: a millisecond or two."""

DOCUMENTS = frozenset({"pdf", "docx", "docm", "xlsx", "xlsm", "pptx", "hwp", "hwpx", "doc", "ppt", "odt", "ods"})
PICTURES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif"})
"""With DOCUMENTS the names that no text has; .xls is not among them, since many programs export tables of text as
such."""

INSTEAD = {
    "doc": "docx", "rtf": "docx", "odt": "docx",
    "xls": "xlsx", "xlsb": "xlsx", "ods": "xlsx", "numbers": "xlsx",
    "ppt": "pdf", "pptx": "pdf", "odp": "pdf", "hwp": "pdf", "hwpx": "pdf", "pages": "pdf", "key": "pdf",
    "bmp": "png", "tif": "png", "tiff": "png", "heic": "png", "heif": "png", "avif": "png",
    "ico": "png", "psd": "png",
}  # fmt: skip
"""What to save a file as that Nod has no reader for, by the end of its name."""

OLE_STREAMS = (
    ("EncryptedPackage", Unreadable(Reason.ENCRYPTED)),
    ("WordDocument", Unreadable(Reason.UNSUPPORTED, "docx")),
    ("Workbook", Unreadable(Reason.UNSUPPORTED, "xlsx")),
    ("PowerPoint Document", Unreadable(Reason.UNSUPPORTED, "pdf")),
    ("HwpSummaryInformation", Unreadable(Reason.UNSUPPORTED, "pdf")),
)

MIMETYPES = {
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
"""For files whose name has no ending."""


def extension_of(name: str, mimetype: str) -> str:
    """Return the end of a file's name in small letters without its dot, or what its type stands for, or
    nothing."""
    stem, dot, extension = name.rpartition(".")
    if dot and stem and extension.isalnum():
        return extension.lower()
    kind, _, subtype = mimetype.partition(";")[0].strip().lower().partition("/")
    return MIMETYPES.get(f"{kind}/{subtype}") or (subtype if kind == "image" else "")


def kind_of(content: bytes, extension: str) -> Kind | Unreadable:
    """Tell what to read a file as, or why it cannot be read. Looks at bytes and unpacks nothing."""
    if not content:
        return Unreadable(Reason.EMPTY)
    if content.startswith(IMAGES) or (content.startswith(b"RIFF") and content[8:12] == b"WEBP"):
        return Kind.IMAGE
    if b"%PDF-" in content[:PDF_WITHIN]:
        return Kind.PDF
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Kind.ZIP
    if content.startswith(OLE):
        return _old_office(content, extension)
    if content.startswith(b"{\\rtf"):
        return Unreadable(Reason.UNSUPPORTED, "docx")
    if content.startswith(tuple(mark for mark, _ in BYTE_ORDER_MARKS)) or not is_binary(content):
        return Unreadable(Reason.MISMATCH) if extension in DOCUMENTS | PICTURES else Kind.TEXT
    if extension in INSTEAD:
        return Unreadable(Reason.UNSUPPORTED, INSTEAD[extension])
    return Unreadable(Reason.MISMATCH if extension in DOCUMENTS | PICTURES else Reason.UNSUPPORTED)


def _old_office(content: bytes, extension: str) -> Unreadable:
    """Look for the streams' names, which stand in a directory anywhere in the file: in pieces, because nothing
    else in this process goes on while one is searched."""
    names = [(stream.encode("utf-16-le"), answer) for stream, answer in OLE_STREAMS]
    for start in range(0, len(content), PIECE):
        piece = content[start : start + PIECE + max(len(name) for name, _ in names)]
        for name, answer in names:
            if name in piece:
                return answer
    return Unreadable(Reason.UNSUPPORTED, INSTEAD.get(extension, ""))
