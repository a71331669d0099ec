"""When a schedule runs, in people's words, for the shapes that most have; others as they are written. Pure."""

import re
from collections.abc import Callable
from datetime import datetime

from bot.words.catalogue import Words
from functions.timing import Timing

_RULE = re.compile(r"(?P<rule>\d{4}-\d\d-\d\dT\S+|\S+(?: \S+){4}) \((?P<zone>[\w/+-]+)\)")
_NUMBER = re.compile(r"\d{1,2}")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_NAME = f"[0-7]|{'|'.join(_DAYS)}"
_DAY = re.compile(rf"(?P<first>{_NAME})(?:-(?P<last>{_NAME}))?")
_STEP = re.compile(r"\*/(?P<minutes>[1-9]\d?)")


def timing_words(timing: Timing, words: Words) -> str:
    """Say when (mrkdwn), with the time zone where clock times are named."""
    if timing.once:
        return words("when-once")
    minute, hour, day, month, weekday = timing.rule.upper().split()
    said = None
    if month == "*":
        said = _clock(minute, hour, day, weekday, words) or _often(minute, hour, day, weekday, words)
    return f"{said or f'`{timing.rule}`'} ({timing.zone})"


def timing_said(text: str, words: Words) -> str:
    """Say in plain text when a rule with its zone in brackets is due, a single time with its day; empty for a rule
    that has no words, and for any other text."""
    match = _RULE.fullmatch(text)
    if match is None:
        return ""
    timing = Timing(match["rule"], match["zone"])
    if not timing.once:
        said = timing_words(timing, words)
        return "" if said.startswith("`") else said
    try:
        at = datetime.fromisoformat(timing.rule)
    except ValueError:
        return ""
    day = words(f"day-{_DAYS[at.isoweekday() % 7].lower()}")
    return f"{words('when-at', day=day, date=f'{at:%Y-%m-%d}', at=f'{at:%H:%M}')} ({timing.zone})"


def _clock(minute: str, hour: str, day: str, weekday: str, words: Words) -> str | None:
    if not (_NUMBER.fullmatch(minute) and _NUMBER.fullmatch(hour)):
        return None
    at = f"{int(hour):02}:{int(minute):02}"
    if day == "*" and weekday == "*":
        return words("when-daily", at=at)
    if day == "*":
        days = _weekdays(weekday)
        if days is None:
            return None
        if days == [1, 2, 3, 4, 5]:
            return words("when-weekdays", at=at)
        return words(
            "when-weekly", days=", ".join(words(f"day-{_DAYS[each % 7].lower()}") for each in days), at=at
        )
    if weekday == "*" and _NUMBER.fullmatch(day):
        return words("when-monthly", day=int(day), at=at)
    return None


def _often(minute: str, hour: str, day: str, weekday: str, words: Words) -> str | None:
    if (hour, day, weekday) != ("*", "*", "*"):
        return None
    if _NUMBER.fullmatch(minute):
        return words("when-hourly", minute=int(minute))
    if (step := _STEP.fullmatch(minute)) and 60 % int(step["minutes"]) == 0:
        return words("when-every", minutes=int(step["minutes"]))
    return None


def _weekdays(field: str) -> list[int] | None:
    """Read a weekday field as numbers from 1, Monday, to 7; None for what is more than days."""
    found: set[int] = set()
    number: Callable[[str], int] = lambda name: _DAYS.index(name) if name in _DAYS else int(name)  # noqa: E731
    for part in field.split(","):
        match = _DAY.fullmatch(part)
        if match is None:
            return None
        first, last = number(match["first"]), number(match["last"] or match["first"])
        found |= {each % 7 or 7 for each in range(first, last + 1)}
    return sorted(found)
