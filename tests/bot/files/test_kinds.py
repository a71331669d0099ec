"""The bytes decide what a file is; what its name promises in vain is said as that."""

import pytest

from bot.files.contents import Reason, Unreadable
from bot.files.kinds import OLE, PIECE, Kind, extension_of, kind_of
from tests.bot.files import sample

pytestmark = pytest.mark.slow

BINARY = b"\x00\x01\x02\x03" * 50


@pytest.mark.parametrize(
    ("name", "mimetype", "extension"),
    [
        ("보고서.PDF", "", "pdf"),
        ("archive.tar.gz", "", "gz"),
        ("Makefile", "text/plain", ""),
        ("table", "text/csv; charset=utf-8", "csv"),
        (".env", "", ""),
        ("photo", "image/heic", "heic"),
        ("a.b c", "", ""),
        ("문서", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ],
)
def test_the_end_of_a_name_is_found(name: str, mimetype: str, extension: str) -> None:
    assert extension_of(name, mimetype) == extension


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (sample.png(), Kind.IMAGE),
        (sample.jpeg(), Kind.IMAGE),
        (sample.gif(), Kind.IMAGE),
        (sample.webp(), Kind.IMAGE),
        (b"%PDF-1.7\n", Kind.PDF),
        (b"\r\nmailed:\n%PDF-1.7\n", Kind.PDF),
        (b"PK\x03\x04....", Kind.ZIP),
        ("안녕".encode("cp949"), Kind.TEXT),
        ("안녕".encode("utf-16"), Kind.TEXT),
    ],
)
@pytest.mark.parametrize("extension", ["txt", "exe", "py", ""])
def test_the_bytes_decide(content: bytes, kind: Kind, extension: str) -> None:
    assert kind_of(content, extension) is kind


@pytest.mark.parametrize("extension", ["pdf", "docx", "xlsx", "png", "hwp"])
def test_a_text_under_another_name_is_said_to_be_one(extension: str) -> None:
    page = b"<html>Please sign in to download this file</html>"
    assert kind_of(page, extension) == Unreadable(Reason.MISMATCH)
    assert kind_of(page, "html") is Kind.TEXT


def test_a_table_of_text_that_a_program_called_xls_is_read() -> None:
    assert kind_of("번호\t이름\n1\t김하늘\n".encode("cp949"), "xls") is Kind.TEXT


@pytest.mark.parametrize(
    ("stream", "extension", "answer"),
    [
        ("WordDocument", "doc", Unreadable(Reason.UNSUPPORTED, "docx")),
        ("Workbook", "xls", Unreadable(Reason.UNSUPPORTED, "xlsx")),
        ("Workbook", "pdf", Unreadable(Reason.UNSUPPORTED, "xlsx")),
        ("PowerPoint Document", "ppt", Unreadable(Reason.UNSUPPORTED, "pdf")),
        ("HwpSummaryInformation", "hwp", Unreadable(Reason.UNSUPPORTED, "pdf")),
        ("EncryptedPackage", "xlsx", Unreadable(Reason.ENCRYPTED)),
        ("Unheard of", "hwp", Unreadable(Reason.UNSUPPORTED, "pdf")),
        ("Unheard of", "msg", Unreadable(Reason.UNSUPPORTED)),
    ],
)
def test_old_office_files_are_told_apart(stream: str, extension: str, answer: Unreadable) -> None:
    for before in (1_000, PIECE - 20):  # where a piece ends, too
        assert kind_of(OLE + bytes(before) + stream.encode("utf-16-le") + bytes(100), extension) == answer


@pytest.mark.parametrize(
    ("content", "extension", "answer"),
    [
        (b"", "txt", Unreadable(Reason.EMPTY)),
        (b"{\\rtf1 x}", "doc", Unreadable(Reason.UNSUPPORTED, "docx")),
        (b"BM" + BINARY, "bmp", Unreadable(Reason.UNSUPPORTED, "png")),
        (b"\0\0\0\x18ftypheic" + BINARY, "heic", Unreadable(Reason.UNSUPPORTED, "png")),
        (BINARY, "pdf", Unreadable(Reason.MISMATCH)),
        (BINARY, "png", Unreadable(Reason.MISMATCH)),
        (BINARY, "mp4", Unreadable(Reason.UNSUPPORTED)),
        (BINARY, "txt", Unreadable(Reason.UNSUPPORTED)),
    ],
)
def test_what_has_no_reader_says_what_to_do(content: bytes, extension: str, answer: Unreadable) -> None:
    assert kind_of(content, extension) == answer
