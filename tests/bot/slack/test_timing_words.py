import pytest

from bot.slack.timing_words import timing_said, timing_words
from bot.words.catalogue import words_for
from functions.timing import Timing


@pytest.mark.parametrize(
    ("rule", "en", "ko"),
    [
        ("0 9 * * *", "every day at 09:00", "매일 09:00"),
        ("30 18 * * 1-5", "on weekdays at 18:30", "평일 18:30"),
        ("0 9 * * MON-FRI", "on weekdays at 09:00", "평일 09:00"),
        ("0 9 * * 0,7", "every Sunday at 09:00", "매주 일요일 09:00"),
        ("0 9 * * mon,4", "every Monday, Thursday at 09:00", "매주 월요일, 목요일 09:00"),
        ("0 9 1 * *", "on day 1 of every month at 09:00", "매월 1일 09:00"),
        ("5 * * * *", "every hour, 5 minutes past", "매시간 5분"),
        ("*/15 * * * *", "every 15 minutes", "15분마다"),
        ("0 9 L * *", "`0 9 L * *`", "`0 9 L * *`"),
        ("0 9 * 7 1", "`0 9 * 7 1`", "`0 9 * 7 1`"),
        ("0 9 * * 1#2", "`0 9 * * 1#2`", "`0 9 * * 1#2`"),
        ("*/7 * * * *", "`*/7 * * * *`", "`*/7 * * * *`"),
        ("*/0 a b FOO ABC", "`*/0 a b FOO ABC`", "`*/0 a b FOO ABC`"),
        ("0 9 * * FOO", "`0 9 * * FOO`", "`0 9 * * FOO`"),
    ],
)
def test_a_rule_is_said_in_words(rule: str, en: str, ko: str) -> None:
    timing = Timing(rule, "Asia/Seoul")
    assert timing_words(timing, words_for("en")) == f"{en} (Asia/Seoul)"
    assert timing_words(timing, words_for("ko")) == f"{ko} (Asia/Seoul)"


def test_one_time_is_said_as_such() -> None:
    assert timing_words(Timing("2026-07-04T09:00:00+09:00", "Asia/Seoul"), words_for("en")) == "once"


@pytest.mark.parametrize(
    ("text", "en", "ko"),
    [
        ("0 9 * * 1-5 (Asia/Seoul)", "on weekdays at 09:00 (Asia/Seoul)", "평일 09:00 (Asia/Seoul)"),
        (
            "2026-07-04T09:00:00+09:00 (Asia/Seoul)",
            "once, on Saturday 2026-07-04 at 09:00 (Asia/Seoul)",
            "한 번, 2026-07-04 토요일 09:00 (Asia/Seoul)",
        ),
        ("0 9 L * * (Asia/Seoul)", "", ""),
        ("2026-99-99T09:00 (Asia/Seoul)", "", ""),
        ("0 9 * * 1-5", "", ""),
        ("", "", ""),
    ],
)
def test_a_rule_with_its_zone_is_said_or_nothing(text: str, en: str, ko: str) -> None:
    assert (timing_said(text, words_for("en")), timing_said(text, words_for("ko"))) == (en, ko)
