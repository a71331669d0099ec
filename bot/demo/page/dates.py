"""Slack's `<!date^…>`: a moment written in the reader's language and time zone."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from bot.demo.page.reader import Reader

_TOKEN = re.compile(r"\{(\w+)\}")


def moment(command: str, fallback: str, reader: Reader, today: date | None = None) -> str:
    """Write `date^<unix seconds>^<format>`; `fallback` where it is not a moment, as Slack does."""
    _, _, rest = command.partition("^")
    seconds, _, pattern = rest.partition("^")
    if not seconds.isdecimal() or len(seconds) > 11:
        return fallback
    at = datetime.fromtimestamp(int(seconds), UTC).astimezone(ZoneInfo(reader.tz))
    now = today or datetime.now(at.tzinfo).date()
    return _TOKEN.sub(
        lambda token: _part(token[1], at, now, reader.language) or token[0], pattern.partition("^")[0]
    )


def _part(token: str, at: datetime, today: date, language: str) -> str:
    match token:
        case "time":
            return f"{at:%H:%M}"  # as the page writes all its times
        case "time_secs":
            return f"{at:%H:%M:%S}"
        case "date_num":
            return at.date().isoformat()
        case "date" | "date_long" | "date_short":
            return _date(token, at.date(), language)
        case "date_pretty" | "date_long_pretty" | "date_short_pretty":
            return _near(at.date(), today, language) or _date(token.removesuffix("_pretty"), at.date(), language)
        case _:
            return ""


def _date(token: str, day: date, language: str) -> str:
    width = {"date": "long", "date_long": "full", "date_short": "medium"}[token]
    return format_date(day, width, locale=language)


def _near(day: date, today: date, language: str) -> str:
    names = {"en": ("yesterday", "today", "tomorrow"), "ko": ("어제", "오늘", "내일")}[language]
    for name, days in zip(names, (-1, 0, 1), strict=True):
        if day == today + timedelta(days=days):
            return name
    return ""
