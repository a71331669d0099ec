"""Text files come out as they were written, in whichever of our encodings, cut between lines and rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files.contents import LeftOut, Limits, Reason, Text, Unit, Unreadable
from bot.files.paper import clean
from bot.files.plain import decode, read_text
from tests.bot.files.sample import text_of

pytestmark = pytest.mark.slow

KOREAN = "이름,부서\n김하늘,영업 1팀\n뷁똠,커피☕"
LEGACY = "이름,부서\n김하늘,영업 1팀\n뷁똠,물류"
SMALL = Limits(characters=1_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_and_utf8_text_is_read(encoding: str) -> None:
    assert read_text(KOREAN.encode(encoding), "csv", Limits()) == Text(KOREAN)


def test_big_endian_utf16_is_read() -> None:
    assert decode(b"\xfe\xff" + KOREAN.encode("utf-16-be")) == KOREAN


def test_what_korean_windows_saves_is_read() -> None:
    assert read_text(LEGACY.encode("cp949"), "csv", Limits()) == Text(LEGACY)


def test_euc_kr_is_read() -> None:
    assert decode("월급 명세서".encode("euc-kr")) == "월급 명세서"


def test_what_western_windows_saves_is_read() -> None:
    assert decode("Café à Zürich – 12 €".encode("cp1252")) == "Café à Zürich – 12 €"


def test_what_is_no_text_is_refused() -> None:
    assert decode(bytes(range(256))) is None
    assert decode(b"\x01\x02\x03" * 50) is None
    assert read_text(b"\xff\xfe\x00\xd8", "txt", Limits()) == Unreadable(Reason.UNSUPPORTED, "utf-8")


def test_colours_of_a_terminal_are_no_reason_to_refuse_a_log() -> None:
    assert text_of(read_text("\x1b[31m오류\x1b[0m\n".encode(), "log", Limits())) == "[31m오류[0m"


@pytest.mark.parametrize("content", [b" \r\n\t\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_a_text_of_nothing_is_empty(content: bytes) -> None:
    assert read_text(content, "txt", Limits()) == Unreadable(Reason.EMPTY)


def test_line_ends_become_those_of_unix() -> None:
    assert text_of(read_text(b"a\r\nb\rc\fd", "txt", Limits())) == "a\nb\nc\nd"


def test_a_long_text_is_cut_between_lines_and_says_so() -> None:
    lines = [f"line {number}" for number in range(1, 101)]
    answer = read_text("\n".join(lines).encode(), "md", SMALL)
    assert isinstance(answer, Text)
    (left_out,) = answer.left_out
    assert left_out.unit is Unit.LINES
    assert left_out.last == 100
    assert answer.text.split("\n")[:-1] == lines[: left_out.first - 1]
    assert answer.text.endswith(f"\n[lines {left_out.first}-100 left out]")


def test_a_table_is_cut_between_rows_not_inside_a_quoted_cell() -> None:
    rows = [f'{number},"first\nsecond"' for number in range(1, 101)]
    answer = read_text("\n".join(rows).encode(), "csv", SMALL)
    assert isinstance(answer, Text)
    (left_out,) = answer.left_out
    assert left_out == LeftOut(Unit.ROWS, left_out.first, 100)
    assert answer.text.startswith("\n".join(rows[: left_out.first - 1]) + "\n[rows ")


def test_a_quote_that_never_closes_swallows_no_rows() -> None:
    rows = ['5" pipe,1', *(f"{number},x" for number in range(100))]
    answer = read_text("\n".join(rows).encode(), "csv", SMALL)
    assert isinstance(answer, Text)
    assert answer.left_out[0].first > 10


def test_one_endless_line_is_shown_in_part() -> None:
    answer = read_text(b"x" * 5_000 + b"\nshort", "json", SMALL)
    assert isinstance(answer, Text)
    assert [each.unit for each in answer.left_out] == [Unit.CHARACTERS, Unit.LINES]
    assert answer.left_out[0].last == 5_000
    assert answer.left_out[1] == LeftOut(Unit.LINES, 2, 2)
    assert answer.text.count("x") == answer.left_out[0].first - 1


@given(st.binary(max_size=3_000), st.sampled_from(["csv", "txt", "json"]))
def test_whatever_the_bytes_the_answer_keeps_its_room_and_is_text(content: bytes, extension: str) -> None:
    answer = read_text(content, extension, SMALL)
    if isinstance(answer, Text):
        assert len(answer.text) <= SMALL.characters
        assert answer.text.encode()


@given(st.text(alphabet='가a,"\n', max_size=3_000), st.sampled_from(["csv", "txt"]))
def test_what_is_shown_is_the_beginning_and_the_rest_is_counted(text: str, extension: str) -> None:
    answer = read_text(text.encode(), extension, SMALL)
    if isinstance(answer, Unreadable):
        assert not clean(text).strip()
    elif not answer.left_out:
        assert answer.text == text.rstrip("\n")
    else:
        shown = answer.text[: answer.text.index("\n[")]
        assert text.startswith(shown)
        assert len(answer.text) <= SMALL.characters
