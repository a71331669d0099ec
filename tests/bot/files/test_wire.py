"""What the reading process says is taken only if it is an answer, whoever may be writing it."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files.contents import LeftOut, Limits, Reason, Text, Unit, Unreadable
from bot.files.wire import (
    BadAnswer,
    Request,
    longest_answer,
    read_answer,
    read_request,
    write_answer,
    write_request,
)

pytestmark = pytest.mark.slow

LIMITS = Limits(characters=1_000)
TEXT = Text("안녕 🙂\n", "pdf", (LeftOut(Unit.PAGES, 2, None), LeftOut(Unit.SHEETS, 1, 3, "가, 나")))


def test_a_request_arrives_as_it_was() -> None:
    request = Request("이름\n.pdf", "application/pdf", 12, Limits(seconds=0.5))
    line = write_request(request)
    assert line.count(b"\n") == 1
    assert read_request(line) == request


@pytest.mark.parametrize("answer", [TEXT, Text(""), Unreadable(Reason.UNSUPPORTED, "docx")])
def test_an_answer_arrives_as_it_was(answer: Text | Unreadable) -> None:
    assert read_answer(write_answer(answer), LIMITS) == answer


@pytest.mark.parametrize("letter", ["🙂", '"', "\\", "\n", "\t", "x"])
def test_the_longest_text_fits(letter: str) -> None:
    answer = Text(letter * LIMITS.characters)
    assert len(write_answer(answer)) <= longest_answer(LIMITS)
    assert read_answer(write_answer(answer), LIMITS) == answer


GOOD = asdict(TEXT)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"null",
        b"1" * 10_000,
        b"[" * 100_000,
        b"\xff",
        json.dumps({"reason": "because", "instead": ""}).encode(),
        json.dumps({"reason": "broken", "instead": "x" * 11}).encode(),
        json.dumps({"reason": "broken"}).encode(),
        json.dumps({"reason": "unsupported", "instead": "<!channel>"}).encode(),
        json.dumps(GOOD | {"text": "x" * 1_001}).encode(),
        json.dumps(GOOD | {"text": 1}).encode(),
        json.dumps(GOOD | {"kind": ["pdf"]}).encode(),
        json.dumps(GOOD | {"left_out": [{"unit": "inches", "first": 1, "last": 2, "where": ""}]}).encode(),
        json.dumps(GOOD | {"left_out": [{"unit": "pages", "first": [], "last": 2, "where": ""}]}).encode(),
        json.dumps(GOOD | {"left_out": 3}).encode(),
        json.dumps(GOOD | {"text": "\ud800"}).encode(),
        json.dumps(GOOD | {"left_out": [{"unit": "pages", "first": 1, "last": 1e400, "where": ""}]}).encode(),
    ],
)
def test_anything_else_is_no_answer(answer: bytes) -> None:
    with pytest.raises(BadAnswer):
        read_answer(answer, LIMITS)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)))
def test_no_value_in_an_answer_raises_anything_else(value: object) -> None:
    for name in GOOD:
        try:
            read_answer(json.dumps(GOOD | {name: value}).encode(), LIMITS)
        except BadAnswer:
            continue
