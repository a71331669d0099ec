"""PDFs come out page by page, in any script; what is missing is said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.generic import ArrayObject, NameObject, StreamObject

from bot.files.contents import LeftOut, Limits, Reason, Text, Unit, Unreadable
from bot.files.pdf import read_pdf
from tests.bot.files.sample import pdf, pdf_writer, saved, text_of

pytestmark = pytest.mark.slow

SMALL = Limits(characters=1_000)


def test_pages_are_read_in_korean_and_numbered() -> None:
    content = pdf("견적서\n합계 1,200,000원", "Second page")
    assert read_pdf(content, Limits()) == Text(
        "## Page 1\n견적서\n합계 1,200,000원\n## Page 2\nSecond page", kind="pdf"
    )


def test_pages_without_room_are_left_out_whole() -> None:
    answer = read_pdf(pdf(*(f"page {number} " + "x" * 50 for number in range(1, 11))), SMALL)
    assert answer == Text(
        f"## Page 1\npage 1 {'x' * 50}\n## Page 2\npage 2 {'x' * 50}\n[pages 3-10 left out]",
        "pdf",
        (LeftOut(Unit.PAGES, 3, 10),),
    )


def test_a_page_longer_than_all_room_is_cut_at_the_end_of_a_line() -> None:
    answer = read_pdf(pdf("\n".join(f"line {number}" for number in range(60)), "next"), SMALL)
    assert isinstance(answer, Text)
    cut, rest = answer.left_out
    assert (cut.unit, cut.where) == (Unit.CHARACTERS, "page 1")
    assert rest == LeftOut(Unit.PAGES, 2, 2)
    shown = answer.text.split("\n[")[0].split("\n")[1:]
    assert shown == [f"line {number}" for number in range(len(shown))]


def test_pages_over_the_limit_are_left_out() -> None:
    answer = read_pdf(pdf("one", "two", "three"), Limits(pages=2))
    assert isinstance(answer, Text)
    assert answer.left_out == (LeftOut(Unit.PAGES, 3, 3),)


def test_a_scan_has_no_text() -> None:
    assert read_pdf(pdf("", ""), Limits()) == Unreadable(Reason.NO_TEXT)


def test_a_pdf_without_pages_is_empty() -> None:
    assert read_pdf(pdf(), Limits()) == Unreadable(Reason.EMPTY)


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256"])
def test_a_password_is_asked_for_only_where_readers_ask_for_one(algorithm: str) -> None:
    closed = pdf_writer(["비밀"])
    closed.encrypt("open sesame", "owner", algorithm=algorithm)
    assert read_pdf(saved(closed), Limits()) == Unreadable(Reason.ENCRYPTED)
    not_to_be_printed = pdf_writer(["공개"])
    not_to_be_printed.encrypt("", "owner", algorithm=algorithm)
    assert "공개" in text_of(read_pdf(saved(not_to_be_printed), Limits()))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_a_pdf_that_is_cut_off_is_broken_or_repaired(share: float) -> None:
    content = pdf(*(f"page {number}" for number in range(20)))
    answer = read_pdf(content[: int(len(content) * share)], Limits())
    assert isinstance(answer, Text) or answer in (Unreadable(Reason.BROKEN), Unreadable(Reason.EMPTY))


def test_a_damaged_page_costs_only_itself() -> None:
    writer = pdf_writer(["first", "second", "third"])
    damaged = StreamObject()
    damaged.set_data(b"\0not deflated")
    damaged[NameObject("/Filter")] = ArrayObject([NameObject("/Nonsense")])
    writer.pages[1][NameObject("/Contents")] = writer._add_object(damaged)
    assert text_of(read_pdf(saved(writer), Limits())) == (
        "## Page 1\nfirst\n## Page 2\n(this page is damaged)\n## Page 3\nthird"
    )


def test_what_took_all_the_time_to_open_took_too_long() -> None:
    assert read_pdf(pdf("x"), Limits(seconds=0)) == Unreadable(Reason.TOOK_TOO_LONG)


SAMPLE = pdf("하나", "둘", "셋")


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_changed_bytes_raise_nothing(changes: list[tuple[int, int]]) -> None:
    content = bytearray(SAMPLE)
    for at, value in changes:
        content[at] = value
    answer = read_pdf(bytes(content), Limits())
    assert isinstance(answer, Text | Unreadable)
