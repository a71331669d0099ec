"""A package is looked through before a reader gets it: what it says it holds, and whether that is true."""

import zipfile
from io import BytesIO
from struct import pack

import pytest

from bot.files.contents import Limits, Reason, Unreadable
from bot.files.documents import read
from bot.files.package import Refused, main_part, open_package
from tests.bot.files.sample import bomb, excel, repacked, word, zipped

pytestmark = pytest.mark.slow


def reason(name: str, content: bytes, limits: Limits | None = None) -> Unreadable:
    answer = read(name, "", content, limits or Limits())
    assert isinstance(answer, Unreadable)
    return answer


PICTURE = "word/media/image1.png"
WITH_PICTURE = repacked(word("x"), change=lambda new: new.writestr(PICTURE, b""))


@pytest.mark.parametrize(
    ("name", "part", "package"),
    [
        ("x.docx", "word/document.xml", word("x")),
        ("x.docx", PICTURE, WITH_PICTURE),
        ("x.xlsx", "xl/worksheets/sheet1.xml", excel([1])),
    ],
)
def test_a_gigabyte_of_zeros_is_not_unpacked(name: str, part: str, package: bytes) -> None:
    content = bomb(part, package)
    with zipfile.ZipFile(BytesIO(content)) as opened:
        assert opened.getinfo(part).file_size == 1 << 30
    assert len(content) < 2_000_000
    assert reason(name, content) == Unreadable(Reason.TOO_MUCH)


@pytest.mark.parametrize("name", ["x.docx", "x.xlsx"])
def test_a_bomb_that_lies_about_its_size_is_broken(name: str) -> None:
    part = "word/document.xml" if name == "x.docx" else "xl/worksheets/sheet1.xml"
    size = 30 << 20
    content = bomb(part, word("x") if name == "x.docx" else excel([1]), size)
    assert content.count(pack("<I", size)) >= 1
    lying = content.replace(pack("<I", size), pack("<I", 100))
    assert reason(name, lying, Limits(unpacked=10 << 20)) == Unreadable(Reason.BROKEN)


def test_a_large_part_is_unpacked_if_it_may_be() -> None:
    with zipfile.ZipFile(BytesIO(bomb("word/document.xml", word("x"), 3 << 20))) as opened:
        assert opened.testzip() is None


def test_parts_without_number_are_too_much() -> None:
    many = zipped({f"word/{number}": b"" for number in range(10_001)})
    assert reason("x.docx", many) == Unreadable(Reason.TOO_MUCH)


def test_a_package_with_a_password_is_encrypted() -> None:
    content = bytearray(word("x"))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    assert reason("x.docx", bytes(content)) == Unreadable(Reason.ENCRYPTED)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
@pytest.mark.parametrize("name", ["x.docx", "x.xlsx"])
def test_a_package_that_is_cut_off_is_broken(name: str, share: float) -> None:
    content = word("x") if name == "x.docx" else excel([1])
    assert reason(name, content[: int(len(content) * share)]) == Unreadable(Reason.BROKEN)


def test_the_main_part_is_where_the_relationships_say() -> None:
    moved = zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "_rels/.rels": b'<Relationships><Relationship Type="http://x/officeDocument" '
            b'Target="/word/document2.xml"/></Relationships>',
        }
    )
    assert main_part(open_package(moved, Limits())) == "word/document2.xml"


@pytest.mark.parametrize(
    ("name", "parts", "answer"),
    [
        ("x.hwpx", {"mimetype": b"application/hwp+zip"}, Unreadable(Reason.UNSUPPORTED, "pdf")),
        ("x.ods", {"mimetype": b"application/vnd.oasis.opendocument"}, Unreadable(Reason.UNSUPPORTED, "xlsx")),
        ("x.zip", {"a.txt": b"a"}, Unreadable(Reason.UNSUPPORTED)),
        ("x.docx", {"a.txt": b"a"}, Unreadable(Reason.MISMATCH)),
        ("x.docx", {"[Content_Types].xml": b"<Types/>"}, Unreadable(Reason.BROKEN)),
        ("x.docx", {"[Content_Types].xml": b"", "_rels/.rels": b"<Relationships/>"}, Unreadable(Reason.BROKEN)),
        ("x.zip", {}, Unreadable(Reason.UNSUPPORTED)),
    ],
)
def test_what_else_is_packed_is_told_apart(name: str, parts: dict[str, bytes], answer: Unreadable) -> None:
    assert reason(name, zipped(parts)) == answer


@pytest.mark.parametrize(
    ("target", "answer"),
    [
        ("ppt/presentation.xml", Unreadable(Reason.UNSUPPORTED, "pdf")),
        ("xl/workbook.bin", Unreadable(Reason.UNSUPPORTED, "xlsx")),
        ("visio/document.xml", Unreadable(Reason.UNSUPPORTED)),
        ("../../etc/passwd", Unreadable(Reason.UNSUPPORTED)),
        ("word/nowhere.xml", Unreadable(Reason.BROKEN)),
        ("xl/nowhere.xml", Unreadable(Reason.BROKEN)),
    ],
)
def test_other_office_files_say_what_to_save_as(target: str, answer: Unreadable) -> None:
    rels = f'<Relationships><Relationship Type="http://x/officeDocument" Target="{target}"/></Relationships>'
    assert reason("x", zipped({"[Content_Types].xml": b"", "_rels/.rels": rels.encode()})) == answer


def test_no_zip_at_all_is_refused() -> None:
    with pytest.raises(Refused):
        open_package(b"PK\x03\x04 and nothing", Limits())


def test_overlapping_parts_count_each_time() -> None:
    """A hundred entries of one megabyte that all point to the same bytes unpack to a hundred megabytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("a", bytes(1 << 20))
        first = new.infolist()[0]
        new.filelist.extend([first] * 99)
    assert reason("x.docx", buffer.getvalue(), Limits(unpacked=50 << 20)) == Unreadable(Reason.TOO_MUCH)
