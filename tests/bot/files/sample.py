"""Files for the tests of the readers, made by the libraries that people's programs are made of."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

import docx
import openpyxl
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject

from bot.files.contents import Content, Text

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def text_of(content: Content) -> str:
    assert isinstance(content, Text), content
    return content.text


def pdf_writer(pages: Sequence[str]) -> PdfWriter:
    """Make a PDF whose pages say these lines, in any script, as a program writes it that embeds fonts."""
    writer = PdfWriter()
    letters = sorted({letter for page in pages for letter in page if letter != "\n"})
    font = writer._add_object(_font(letters, writer))
    fonts = DictionaryObject({NameObject("/F1"): font})
    for words in pages:
        page = writer.add_blank_page(595, 842)
        lines = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T* " for line in words.split("\n"))
        stream = StreamObject()
        stream.set_data(f"BT /F1 12 Tf 14 TL 50 800 Td {lines}ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    return writer


def _font(letters: Sequence[str], writer: PdfWriter) -> DictionaryObject:
    mapping = StreamObject()
    pairs = "\n".join(f"<{ord(letter):04X}> <{ord(letter):04X}>" for letter in letters)
    mapping.set_data(
        f"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange\n<0000> <FFFF>\n"
        f"endcodespacerange\n{len(letters)} beginbfchar\n{pairs}\nendbfchar\nendcmap end end".encode()
    )
    below = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/CIDFontType2"),
            NameObject("/BaseFont"): NameObject("/Sample"),
            NameObject("/DW"): NumberObject(500),
        }
    )
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject("/Sample"),
            NameObject("/Encoding"): NameObject("/Identity-H"),
            NameObject("/DescendantFonts"): ArrayObject([writer._add_object(below)]),
            NameObject("/ToUnicode"): writer._add_object(mapping),
        }
    )


def saved(thing: Any) -> bytes:
    """Return the bytes of a document, a workbook or a PdfWriter."""
    buffer = BytesIO()
    (thing.write if isinstance(thing, PdfWriter) else thing.save)(buffer)
    return buffer.getvalue()


def pdf(*pages: str) -> bytes:
    return saved(pdf_writer(pages))


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for each in paragraphs:
        document.add_paragraph(each)
    return saved(document)


def excel(*rows: Sequence[Any], title: str = "Sheet") -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return saved(workbook)


def repacked(
    package: bytes,
    parts: Mapping[str, bytes] | None = None,
    change: Callable[[zipfile.ZipFile], None] = lambda package: None,
) -> bytes:
    """Pack a package anew with some parts in place of its own, and with what `change` adds."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, (parts or {}).get(name, old.read(name)))
        change(new)
    return buffer.getvalue()


def zipped(parts: Mapping[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return buffer.getvalue()


def bomb(part: str, package: bytes, size: int = 1 << 30) -> bytes:
    """Put zeros in place of a part: a gigabyte of them is a megabyte in the package.

    One megabyte is deflated, and said again and again, which a deflated stream may do after a full flush.
    """
    piece = bytes(1 << 20)
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    once = deflater.compress(piece) + deflater.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(size >> 20):
        checksum = zlib.crc32(piece, checksum)
    stream = once * (size >> 20) + b"\x03\x00"
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        info = zipfile.ZipInfo(part)
        new.writestr(info, stream)
        local = buffer.getbuffer()[info.header_offset : info.header_offset + 26]
        local[8:10] = struct.pack("<H", zipfile.ZIP_DEFLATED)
        local[14:18] = struct.pack("<I", checksum)
        local[22:26] = struct.pack("<I", size)
        local.release()
        info.compress_type, info.CRC, info.file_size = zipfile.ZIP_DEFLATED, checksum, size
    return buffer.getvalue()


def png(width: int = 3, height: int = 2, *before: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rows = zlib.compress((b"\0" + b"\x80" * 3 * min(width, 10)) * min(height, 10))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(before) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def jpeg(width: int = 3, height: int = 2) -> bytes:
    def segment(marker: int, data: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data

    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    tables = (
        segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0") + segment(0xDB, bytes(65)) + segment(0xC4, bytes(20))
    )
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\x34\x56"
    return b"\xff\xd8" + tables + b"\xff" + segment(0xC0, frame) + scan + b"\xff\xd9"


def gif(width: int = 3, height: int = 2, pictures: int = 1) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    control = b"\x21\xf9\x04\0\0\0\0\0"
    picture = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\0"
    return head + (control + picture) * pictures + b"\x3b"


def webp(width: int = 3, height: int = 2, form: str = "VP8L", flags: int = 0) -> bytes:
    match form:
        case "VP8 ":
            data = b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", width, height)
        case "VP8L":
            data = b"\x2f" + struct.pack("<I", width - 1 | (height - 1) << 14)
        case _:
            data = bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBP" + form.encode() + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body
