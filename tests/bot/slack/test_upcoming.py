"""The line of a card that says what its arguments mean now, with times by each reader's own clock."""

from datetime import UTC, datetime

import pytest

from bot.demo.workspace.blocks import check_blocks
from bot.slack.upcoming import preview_blocks, preview_lines
from bot.words.catalogue import words_for
from functions import Label, Preview, moment
from functions.preview import written
from tests.bot.slack.sample import elements, plain_texts

EN = words_for("en")
AT = datetime(2026, 7, 4, 9, tzinfo=UTC)
NAME, PAY = Label(en="Name", ko="이름"), Label(kind="amount", en="Pay", ko="급여")


def test_without_times_it_is_one_line() -> None:
    [block] = preview_blocks("Tiger Nixon · 61", [], EN, pending=True)
    assert block["text"] == {"type": "plain_text", "text": "Now: Tiger Nixon · 61", "emoji": False}


def test_times_are_shown_to_each_reader() -> None:
    [block] = preview_blocks(f"#team · 0 9 * * 1-5 (Asia/Seoul) · {moment(AT)}", [], EN, pending=True)
    heading, times, rest = block["elements"]
    assert heading["elements"][0]["text"] == "Next runs, in your own time zone"
    [shown] = [each["elements"][0] for each in times["elements"]]
    assert (shown["type"], shown["timestamp"]) == ("date", int(AT.timestamp()))
    assert shown["fallback"] == "2026-07-04 09:00 UTC"
    assert rest["elements"][0]["text"] == "#team · on weekdays at 09:00 (Asia/Seoul)"


def test_what_people_wrote_is_no_markup_and_hides_nothing() -> None:
    [block] = preview_blocks(f"“<!channel> *x*\u202e\n” · a b c d e (UTC) · {moment(AT)}", [], EN, pending=False)
    element = block["elements"][2]["elements"][0]
    assert element["type"] == "text"
    assert "\u202e" not in element["text"]
    assert "\n" not in element["text"]
    assert "<!channel> *x*" in element["text"]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_each_value_stands_under_its_label_on_a_line_of_its_own(language: str) -> None:
    words, kept = words_for(language), written(Preview(now={NAME: "Kim · Pay: 5\n급여: 5", PAY: 1_234_567}))
    blocks = preview_blocks(kept, [], words, pending=True)
    assert check_blocks(blocks) == []
    name, pay = {"en": ("Name", "Pay"), "ko": ("이름", "급여")}[language]
    assert plain_texts(blocks).split("\n") == [
        f"{words('card-preview')}:",
        f"• {name}:",
        "│ Kim · Pay: 5",
        "│ 급여: 5",
        f"• {pay}: 1,234,567",
    ]


def test_what_stays_as_it_is_is_not_said_twice() -> None:
    same = written(Preview(now={NAME: "Kim"}, then={NAME: "Kim", PAY: 5}))
    assert preview_lines(same, [], EN) == ["Now:", "• Name: Kim", "Pay: 5"]


def test_the_longest_is_still_taken_by_slack() -> None:
    worst = written(Preview(now={NAME: "\u202e" * 490}, then={PAY: "\u202e" * 10}, runs=[AT] * 3))
    blocks = preview_blocks(worst, [], EN, pending=True)
    assert check_blocks(blocks) == []
    texts = "".join(each["text"] for each in elements(blocks) if isinstance(each.get("text"), str))
    assert texts.replace("\n", "").replace("┊", "").count("u{202e}") == 500
