from datetime import date

import pytest

from bot.demo.page.dates import moment
from bot.demo.page.mrkdwn import inline
from bot.demo.page.reader import Reader

KIM, LEE = Reader(language="ko", tz="Asia/Seoul"), Reader(language="en", tz="America/New_York")
AT = 1_767_323_045  # 2026-01-02 03:04:05 UTC


@pytest.mark.parametrize(
    ("pattern", "reader", "shown"),
    [
        ("{time}", KIM, "12:04"),
        ("{date_num} {time}", LEE, "2026-01-01 22:04"),
        ("{date_short_pretty} {time}", KIM, "오늘 12:04"),
        ("{date_short_pretty}", LEE, "yesterday"),
        ("{date_long}", KIM, "2026년 1월 2일 금요일"),
        ("{unheard_of}", KIM, "{unheard_of}"),
    ],
)
def test_a_moment_is_written_for_its_reader(pattern: str, reader: Reader, shown: str) -> None:
    assert moment(f"date^{AT}^{pattern}", "fallback", reader, date(2026, 1, 2)) == shown


@pytest.mark.parametrize("command", ["date^soon^{time}", "date^", "date^99999999999999^{time}"])
def test_what_is_no_moment_shows_its_fallback(command: str) -> None:
    assert moment(command, "fallback", LEE) == "fallback"


def test_in_a_text() -> None:
    assert "2026-01-01" in inline(f"until <!date^{AT}^{{date_num}}|some time>", LEE)
