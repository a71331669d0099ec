from datetime import UTC, datetime, timedelta, timezone

import pytest

from functions import moment
from functions.moments import moments, steady

NINE = datetime(2026, 7, 4, 9, tzinfo=UTC)


def test_times_are_parted_from_the_words() -> None:
    text = f"#team · 0 9 * * * (UTC) · {moment(NINE)} · {moment(NINE + timedelta(days=1))}"
    assert moments(text) == ("#team · 0 9 * * * (UTC)", [NINE, NINE + timedelta(days=1)])


def test_a_time_is_written_without_a_zone_of_its_own() -> None:
    assert moment(NINE.astimezone(timezone(timedelta(hours=9)))) == moment(NINE) == "2026-07-04T09:00:00Z"


def test_times_move_on_and_the_rest_stays() -> None:
    assert steady(f"#team · {moment(NINE)}") == steady(f"#team · {moment(NINE + timedelta(days=1))}") == "#team"
    assert steady(f"#team · {moment(NINE)}") != steady(f"#hr · {moment(NINE)}")
    assert steady(f"#team · {moment(NINE)}") == steady("#team"), "also where none is left"


@pytest.mark.parametrize(
    "text", ["", "Tiger Nixon · 320,800 · 61", "2026-13-99T99:99:99Z", "12026-07-04T09:00:00Z"]
)
def test_other_texts_have_none(text: str) -> None:
    assert moments(text) == (text, [])
