"""Slack's clock, as the Web API's answers tell it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.unkind.calls import Refused
from bot.slack.slack_time import SlackTime, time_told
from tests.bot.slack.desk import open_desk

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)


async def test_an_answer_tells_the_time_and_a_failure_does_not() -> None:
    async with open_desk() as desk:
        told = await SlackTime(desk.client)()
        assert told is not None
        assert abs(told - datetime.now(UTC)) < timedelta(minutes=1)
        desk.slack.answer_next("auth.test", Refused("ratelimited"))
        assert await SlackTime(desk.client)() is None


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("Sat, 04 Jul 2026 12:00:00 GMT", NOON),
        ("Sat, 04 Jul 2026 21:00:00 +0900", NOON),
        ("", None),
        ("soon", None),
        ("Sat, 99 Foo 2026 99:00:00 GMT", None),
        ("Sat, 04 Jul 99999999999999 12:00:00 GMT", None),
        ("Sat, 04 Jul 20000 12:00:00 GMT", None),
    ],
)
def test_a_date_is_read(date: str, told: datetime | None) -> None:
    assert time_told({"date": date}) == told
    assert time_told({}) is None
