"""The line of a card that says what its arguments mean now, with times by each reader's own clock."""

from datetime import UTC, datetime

from bot.slack.upcoming import preview_blocks
from bot.words.catalogue import words_for
from functions import moment

EN = words_for("en")
AT = datetime(2026, 7, 4, 9, tzinfo=UTC)


def test_without_times_it_is_one_line() -> None:
    [block] = preview_blocks("Tiger Nixon · 61", EN, pending=True)
    assert block["text"] == {"type": "plain_text", "text": "Now: Tiger Nixon · 61", "emoji": False}


def test_times_are_shown_to_each_reader() -> None:
    [block] = preview_blocks(f"#team · 0 9 * * 1-5 (Asia/Seoul) · {moment(AT)}", EN, pending=True)
    heading, times, rest = block["elements"]
    assert heading["elements"][0]["text"] == "Next runs, in your own time zone"
    [shown] = [each["elements"][0] for each in times["elements"]]
    assert (shown["type"], shown["timestamp"]) == ("date", int(AT.timestamp()))
    assert shown["fallback"] == "2026-07-04 09:00 UTC"
    assert rest["elements"][0]["text"] == "#team · on weekdays at 09:00 (Asia/Seoul)"


def test_what_people_wrote_is_no_markup_and_hides_nothing() -> None:
    [block] = preview_blocks(f"“<!channel> *x*\u202e\n” · a b c d e (UTC) · {moment(AT)}", EN, pending=False)
    element = block["elements"][2]["elements"][0]
    assert element["type"] == "text"
    assert "\u202e" not in element["text"]
    assert "\n" not in element["text"]
    assert "<!channel> *x*" in element["text"]
