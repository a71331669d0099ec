"""When schedules run: the clocks of three places, standard cron, and what people and attackers write."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.timing import BadTime, Timing, check, last_run, next_run, read, runs, syntax

SEOUL, NEW_YORK, BERLIN = "Asia/Seoul", "America/New_York", "Europe/Berlin"
QUARTER = timedelta(minutes=15)


def local(when: str, zone: str, after: str, count: int) -> list[str]:
    """Return the next runs by the zone's own clocks."""
    start = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(zone))
    return [
        each.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M%z")
        for each in islice(runs(read(when, zone), start), count)
    ]


@pytest.mark.parametrize(
    ("zone", "when", "after", "expected"),
    [
        # a gap: what falls into it runs right after it, once
        (NEW_YORK, "30 2 * * *", "2026-03-07T12:00", ["03-08 03:00-0400", "03-09 02:30-0400"]),
        (BERLIN, "30 2 * * *", "2026-03-28T12:00", ["03-29 03:00+0200", "03-30 02:30+0200"]),
        (NEW_YORK, "0,30 2 * * *", "2026-03-07T12:00", ["03-08 03:00-0400", "03-09 02:00-0400"]),
        # a fold: the first of two that are called the same, once
        (NEW_YORK, "30 1 * * *", "2026-10-31T12:00", ["11-01 01:30-0400", "11-02 01:30-0500"]),
        (BERLIN, "30 2 * * *", "2026-10-24T12:00", ["10-25 02:30+0200", "10-26 02:30+0100"]),
        # nine o'clock stays nine o'clock
        (NEW_YORK, "0 9 * * *", "2026-03-07T12:00", ["03-08 09:00-0400"]),
        (BERLIN, "0 9 * * *", "2026-10-24T12:00", ["10-25 09:00+0100"]),
        # by real time where it goes on by the hour
        (BERLIN, "0 * * * *", "2026-10-25T00:30", ["10-25 01:00+0200", "10-25 02:00+0200", "10-25 02:00+0100"]),
        (NEW_YORK, "0 * * * *", "2026-03-08T00:30", ["03-08 01:00-0500", "03-08 03:00-0400"]),
        # Seoul knows neither
        (SEOUL, "30 2 * * *", "2026-03-28T12:00", ["03-29 02:30+0900", "03-30 02:30+0900"]),
        (SEOUL, "30 1 * * *", "2026-10-31T12:00", ["11-01 01:30+0900", "11-02 01:30+0900"]),
    ],
)
def test_gaps_and_folds(zone: str, when: str, after: str, expected: list[str]) -> None:
    assert local(when, zone, after, len(expected)) == expected


def test_after_the_second_of_two_equal_times_the_first_is_not_found_again() -> None:
    second = datetime(2026, 11, 1, 1, 40, tzinfo=ZoneInfo(NEW_YORK), fold=1)
    assert next_run(read("45 1 * * *", NEW_YORK), second) == datetime(2026, 11, 2, 6, 45, tzinfo=UTC)


@pytest.mark.parametrize("zone", [SEOUL, NEW_YORK, BERLIN])
@pytest.mark.parametrize("when", ["0 9 * * *", "30 2 * * *", "30 1 * * *", "0 0 * * *", "59 23 * * *"])
def test_a_fixed_time_is_due_once_a_day_all_year(zone: str, when: str) -> None:
    start = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)) - timedelta(seconds=1)
    end = datetime(2027, 1, 1, tzinfo=ZoneInfo(zone))
    days = []
    for due in runs(read(when, zone), start):
        if due >= end:
            break
        days.append(due.astimezone(ZoneInfo(zone)).date())
    assert days == [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]


@pytest.mark.parametrize(
    ("when", "weekday"), [("0 9 * * 0", 6), ("0 9 * * 7", 6), ("0 9 * * 1", 0), ("0 9 * * FRI", 4)]
)
def test_weekdays_are_cron_s_own(when: str, weekday: int) -> None:
    due = next_run(read(when, "UTC"), datetime(2026, 7, 1, tzinfo=UTC))
    assert due is not None
    assert due.weekday() == weekday


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("0 9 * * 1-5", Timing("0 9 * * 1-5", NEW_YORK)),
        ("  0  9 * * mon Asia/Seoul ", Timing("0 9 * * mon", SEOUL)),
        ("2026-07-04T09:00", Timing("2026-07-04T09:00:00-04:00", NEW_YORK)),
        ("2026-07-04 09:00 Asia/Seoul", Timing("2026-07-04T09:00:00+09:00", SEOUL)),
        ("2026-07-04T09:00Z", Timing("2026-07-04T05:00:00-04:00", NEW_YORK)),
        ("2026-07-04T09:00:05+09:00", Timing("2026-07-03T20:00:05-04:00", NEW_YORK)),
        ("2026-11-01T01:30", Timing("2026-11-01T01:30:00-04:00", NEW_YORK)),
        ("2026-03-08T02:30", Timing("2026-03-08T03:30:00-04:00", NEW_YORK)),
    ],
)
def test_what_is_read(when: str, expected: Timing) -> None:
    assert read(when, NEW_YORK) == expected


def test_a_person_without_a_known_zone_is_in_utc() -> None:
    assert read("0 9 * * *", "Mars/Olympus").zone == "UTC"
    assert read("0 9 * * *", "").zone == "UTC"


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("", "cannot be read"),
        ("tomorrow at nine", "cannot be read"),
        ("* * * *", "cannot be read"),
        ("0 0 9 * * 1-5", "cannot be read"),
        ("@daily", "cannot be read"),
        ("60 9 * * *", "no cron expression"),
        ("0 9 30 2 *", "no cron expression"),
        ("0 9 * * 8", "no cron expression"),
        ("0 9 * * 1#6", "no cron expression"),
        ("0 9 * * ²L", "no cron expression"),
        ("*/0 * * * *", "no cron expression"),
        ("0 9 * * * Mars/Olympus", "no time zone Mars/Olympus"),
        ("0 9 * * * ../../etc/passwd", "cannot be read"),
        ("2026-07-04", "a day without a time"),
        ("2026-13-04T09:00", "cannot be read"),
        ("9999-12-31T23:59", "cannot be read"),
        ("0 9 * * " + "1," * 60 + "1", "more than 100 characters"),
        ("0 9 * * 1\x00", "no cron expression"),
    ],
)
def test_what_cannot_be_says_what_would_work(when: str, says: str) -> None:
    with pytest.raises(BadTime, match=says):
        read(syntax(when), NEW_YORK)


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("2026-06-30T09:00", "has passed: it is 2026-07-01T08:00 in America/New_York"),
        ("2036-06-30T09:00", "five years"),
        ("* * * * *", "15 minutes"),
        ("*/14 * * * *", "15 minutes"),
        ("0,55 0,23 * * *", "15 minutes"),
        ("0,5 9 1 1 *", "15 minutes"),
    ],
)
def test_what_is_not_possible_now(when: str, says: str) -> None:
    with pytest.raises(BadTime, match=says):
        check(read(when, NEW_YORK), datetime(2026, 7, 1, 12, tzinfo=UTC), QUARTER)


@pytest.mark.parametrize(
    "when", ["*/15 * * * *", "0 9 * * 1-5", "0 0 29 2 *", "0 0 29 2 1#5", "2026-07-01T09:00", "0 2,3 * * *"]
)
def test_what_is_possible(when: str) -> None:
    check(read(when, NEW_YORK), datetime(2026, 7, 1, 12, tzinfo=UTC), QUARTER)


@given(st.text(max_size=40) | st.from_regex(r"[0-9*,/#LW-]{1,6}( [0-9*,/#LW-]{1,6}){4}", fullmatch=True))
def test_whatever_is_written_is_read_or_refused(when: str) -> None:
    try:
        timing = read(syntax(when), BERLIN)
        check(timing, datetime(2026, 7, 1, tzinfo=UTC), QUARTER)
    except BadTime:
        return
    due = next_run(timing, datetime(2026, 7, 1, tzinfo=UTC))
    assert due is not None
    assert last_run(timing, due, due + timedelta(days=400)) >= due


@given(
    st.sampled_from(["*/15 * * * *", "0 9 * * *", "30 2 * * *", "0 9 1 1 *", "0 9 29 2 *", "0 9 * * 1-5"]),
    st.sampled_from([SEOUL, NEW_YORK, BERLIN]),
    st.integers(0, 4 * 365 * 24 * 60),
    st.integers(1, 500 * 24 * 60),
)
def test_the_last_run_is_the_last(when: str, zone: str, start: int, minutes: int) -> None:
    timing = read(when, zone)
    first = next_run(timing, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start))
    assert first is not None
    until = first + timedelta(minutes=minutes)
    last = last_run(timing, first, until)
    assert first <= last <= until
    after = next_run(timing, last)
    assert after is None or after > until


def test_the_last_run_of_one_time_is_that_time() -> None:
    timing = read("2026-07-01T09:00", NEW_YORK)
    first = datetime(2026, 7, 1, 13, tzinfo=UTC)
    assert next_run(timing, first - timedelta(seconds=1)) == first
    assert last_run(timing, first, first + timedelta(days=9)) == first
    assert next_run(timing, first) is None
