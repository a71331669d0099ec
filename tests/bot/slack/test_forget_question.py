"""The question before anything is deleted says all that will be, and the answer what was."""

import pytest

from bot.demo.workspace.blocks import check_blocks
from bot.slack.forget_question import CANCEL, CONFIRM, answer, question
from bot.words.catalogue import words_for
from storage.records import Forgotten, Remembered
from tests.e2e.office import text_of

WORDS = words_for("en")


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
@pytest.mark.parametrize("count", [1, 2, 900])
def test_everything_is_told(locale: str, count: int) -> None:
    words = words_for(locale)
    blocks = question(Remembered(count, 1, 2, 3, 4), "wish.U1", words)
    assert check_blocks(blocks) == []
    told = text_of(blocks)
    for key, value in (("question", count), ("shared", 1), ("pending", 2), ("busy", 3), ("schedules", 4)):
        assert words(f"forget-{key}", count=value) in told
    assert words("forget-stays") in told
    confirm, cancel = blocks[-1]["elements"]
    assert (confirm["action_id"], confirm["style"], confirm["value"]) == (CONFIRM, "danger", "wish.U1")
    assert (cancel["action_id"], "style" in cancel) == (CANCEL, False)


def test_what_is_not_so_is_not_told() -> None:
    told = text_of(question(Remembered(1, 0, 0, 0), "wish.U1", WORDS))
    for word in ("Others", "waits", "leave"):
        assert word not in told


def test_without_anything_to_forget_there_is_no_button() -> None:
    for remembered, key in (
        (Remembered(0, 0, 0, 0), "forget-nothing"),
        (Remembered(0, 0, 0, 2), "forget-only-busy"),
    ):
        [block] = question(remembered, "wish.U1", WORDS)
        assert block["text"]["text"] == WORDS(key, count=2)


def test_schedules_are_told_though_there_is_nothing_to_forget() -> None:
    [block] = question(Remembered(0, 0, 0, 0, 1), "wish.U1", WORDS)
    assert block["text"]["text"].splitlines() == [WORDS("forget-nothing"), WORDS("forget-schedules", count=1)]


def test_the_answer_says_what_was_done() -> None:
    assert answer(Forgotten(0, 0, 0), WORDS) == WORDS("forget-nothing")
    assert answer(Forgotten(0, 0, 1), WORDS) == WORDS("forget-only-busy", count=1)
    lines = answer(Forgotten(3, 1, 2, schedules=2), WORDS).splitlines()
    assert lines == [
        WORDS("forget-done", count=3),
        WORDS("forget-done-shared", count=1),
        WORDS("forget-busy", count=2),
        WORDS("forget-schedules", count=2),
        WORDS("forget-done-stays"),
    ]
