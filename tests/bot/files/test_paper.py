"""Paper takes pieces whole while they fit, and what it says never exceeds its room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files.contents import MIN_CHARACTERS, LeftOut, Unit
from bot.files.paper import ROOM_FOR_NOTES, Paper, clean, short

pytestmark = pytest.mark.slow

ROOM = MIN_CHARACTERS - ROOM_FOR_NOTES


def test_after_a_piece_that_does_not_fit_none_is_taken() -> None:
    paper = Paper(MIN_CHARACTERS)
    assert paper.put("a" * 150)
    assert not paper.put("b" * 60)
    assert not paper.put("c")
    assert not paper.head("d")
    assert paper.text("text").text == "a" * 150


def test_a_heading_is_no_piece() -> None:
    paper = Paper(MIN_CHARACTERS)
    assert paper.head("# Title")
    assert paper.put("one\n" + "x" * ROOM, "page 1")
    assert paper.text("pdf").text == "# Title\none\n[characters 4-204 of page 1 left out]"


def test_what_was_left_out_is_worded() -> None:
    paper = Paper(MIN_CHARACTERS)
    paper.leave_out(Unit.PAGES, 2, 240)
    paper.leave_out(Unit.PAGES, 3, 2)
    paper.leave_out(Unit.ROWS, 7, 7, "매출")
    paper.leave_out(Unit.SHEETS, 2, 3, "가, 나")
    paper.leave_out(Unit.PARAGRAPHS, 9, None)
    paper.remark("odd")
    assert paper.text("text").text.split("\n") == [
        "",
        "[odd]",
        "[pages 2-240 left out]",
        "[row 7 of 매출 left out]",
        "[sheets 2-3 (가, 나) left out]",
        "[everything from paragraph 9 on left out]",
    ]
    assert paper.left_out[0] == LeftOut(Unit.PAGES, 2, 240)
    assert len(paper.left_out) == 4


@given(st.lists(st.tuples(st.booleans(), st.text(max_size=300)), max_size=20), st.text(max_size=2_000))
def test_it_never_exceeds_its_room(pieces: list[tuple[bool, str]], where: str) -> None:
    paper = Paper(MIN_CHARACTERS)
    for is_head, piece in pieces:
        _ = paper.head(piece) if is_head else paper.put(piece, where)
        paper.leave_out(Unit.ROWS, 1, None, where)
    assert len(paper.text("text").text) <= MIN_CHARACTERS


def test_no_character_is_left_that_no_encoding_takes() -> None:
    assert clean("a\x00\ud800\ufeffb\x07c\td\r\n") == "abc\td\n"


def test_long_names_are_cut_to_one_short_line() -> None:
    assert short("a\nb") == "a b"
    assert short("가" * 200) == "가" * 99 + "…"
