"""When a schedule runs: a cron expression of five fields, or one time, in a time zone. Pure.

Cron means what Debian's does, which the `cronsim` package keeps to: 0 and 7 are Sunday; a job at a fixed time runs
once a day, right after a gap that swallows its time and at the first of two that are called the same; one that
begins with a star in its minutes or hours goes by real time. APScheduler's CronTrigger counts Monday as 0 and does
twice what falls into a fold: it fires what was computed here, and computes nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from functions.sentences import Sentence, filled, spoken

MAX_WHEN = 100
"""Characters of what may be given as a time."""

MAX_AHEAD = timedelta(days=5 * 366)
"""How far ahead the first run may be: `0 9 29 2 *` waits four years, eight around 2100."""

LOOKED_AT = 300
"""Runs whose distances are looked at: three whole days at every quarter of an hour, and a day is like another."""

LOOKED_AHEAD = timedelta(days=35)
"""How far these runs are looked for: `0 0 29 2 1#5` comes every 28 years."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d")

FORMS = {
    "en": "Write five cron fields (minute hour day month weekday), such as `0 9 * * 1-5` for weekdays at nine, or "
    "a time such as 2026-07-04T09:00; a time zone such as Asia/Seoul may follow.",
    "ko": "평일 9시라면 `0 9 * * 1-5`처럼 크론 필드 다섯 개(분 시 일 월 요일)로, 한 번이라면 2026-07-04T09:00처럼 "
    "입력해 주세요. 뒤에 Asia/Seoul 같은 시간대를 붙일 수 있습니다.",
}

UNREADABLE = {"en": "This time cannot be read. {forms}", "ko": "읽을 수 없는 시각입니다. {forms}"}
TOO_LONG = {
    "en": "The time has more than {most} characters. {forms}",
    "ko": "시각은 {most}자를 넘을 수 없습니다. {forms}",
}
NEVER = {"en": "No day ever matches `{rule}`. {forms}", "ko": "`{rule}`에 맞는 날이 없습니다. {forms}"}
NO_CRON = {
    "en": "`{rule}` is no cron expression that ever comes true. {forms}",
    "ko": "실행될 때가 없는 크론 표현식입니다: `{rule}`. {forms}",
}
NO_TIME = {"en": "This is a day without a time. {forms}", "ko": "날짜만 있고 시각이 없습니다. {forms}"}
NO_ZONE = {
    "en": "There is no time zone {name}. Write one such as Asia/Seoul or Europe/Berlin.",
    "ko": "{name} 시간대는 없습니다. Asia/Seoul이나 Europe/Berlin처럼 입력해 주세요.",
}
PASSED = {
    "en": "That time has passed: it is {now} in {zone}. Give a later one.",
    "ko": "이미 지난 시각입니다. 지금은 {now}({zone})입니다. 더 늦은 시각을 입력해 주세요.",
}
TOO_FAR = {
    "en": "That is more than five years ahead. Give an earlier time.",
    "ko": "5년 넘게 남은 시각입니다. 더 이른 시각을 입력해 주세요.",
}
TOO_OFTEN = {
    "en": "That is too often: a schedule may run every {least} at most. "
    "Give times that are further apart, such as `0 * * * *` for every hour.",
    "ko": "너무 자주 실행하는 일정입니다. 일정은 {least}에 한 번까지만 실행할 수 있으니, 매시간을 뜻하는 "
    "`0 * * * *`처럼 간격을 더 넓혀 주세요.",
}
MINUTES, SECONDS = {"en": "{number} minutes", "ko": "{number}분"}, {"en": "{number} seconds", "ko": "{number}초"}


class BadTime(Exception):
    """Say what is wrong with a time, and what would work; `words` by language, `str()` the English ones."""

    def __init__(self, words: Mapping[str, str], **values: Sentence | int) -> None:
        self.words = filled(words, forms=FORMS, **values)
        super().__init__(spoken(self.words))


@dataclass(frozen=True)
class Timing:
    """`rule` is five cron fields, or a time in ISO 8601 with its offset; `zone` an IANA name."""

    rule: str
    zone: str

    @property
    def once(self) -> bool:
        return _DATE.match(self.rule) is not None


def syntax(when: str) -> str:
    """Return a `when` as it was written, without needless space. Raises BadTime for what no zone makes valid."""
    if len(when) > MAX_WHEN:
        raise BadTime(TOO_LONG, most=MAX_WHEN)
    written = " ".join(when.split())
    read(written, "UTC")
    return written


def read(when: str, zone: str) -> Timing:
    """Read a `when` that was written in `zone`, unless it names another. Raises BadTime."""
    rule, named = _parted(when)
    if named:
        _zone_info(named)
    elif not is_zone(zone):
        zone = "UTC"  # what Slack says of a person is no reason to refuse them
    return _time(rule, named or zone) if _DATE.match(rule) else Timing(_cron(rule), named or zone)


def is_zone(name: str) -> bool:
    """Tell whether this machine knows an IANA time zone of this name."""
    try:
        _zone_info(name)
    except BadTime:
        return False
    return True


def runs(timing: Timing, after: datetime) -> Iterator[datetime]:
    """Give the times at which a timing is due, after a time, in UTC: each later than the one before."""
    if timing.once:
        at = datetime.fromisoformat(timing.rule).astimezone(UTC)
        if at > after:
            yield at
        return
    last = after.astimezone(UTC)
    for found in CronSim(timing.rule, last.astimezone(ZoneInfo(timing.zone))):
        due = found.astimezone(UTC)
        # in a gap two times become one, and after the second of two equal times the first is found again
        if due > last:
            yield due
            last = due


def next_run(timing: Timing, after: datetime) -> datetime | None:
    """Return when a timing is due next; None if never again."""
    return next(runs(timing, after), None)


def last_run(timing: Timing, first: datetime, until: datetime) -> datetime:
    """Return the last time that a timing is due from `first`, which is one, up to `until`."""
    if timing.once:
        return first
    last = first
    # not from `first` on: a process may have been down for a year
    start = max(first, until - timedelta(days=1))
    while True:
        for due in runs(timing, start):
            if due > until:
                break
            last = due
        if last > first or start <= first:
            return last
        start = max(first, start - (until - start) * 4)


def check(timing: Timing, at: datetime, least: timedelta) -> None:
    """Raise BadTime if a timing can never be due, is in the past, or comes more often than every `least`."""
    first = next_run(timing, at)
    if first is None and timing.once:
        now = at.astimezone(ZoneInfo(timing.zone))
        raise BadTime(PASSED, now=f"{now:%Y-%m-%dT%H:%M}", zone=timing.zone)
    if first is None:
        raise BadTime(NEVER, rule=timing.rule)
    if first - at > MAX_AHEAD and timing.once:
        raise BadTime(TOO_FAR)
    if timing.once:
        return
    # in UTC, because a gap pushes times together that are far apart on every other day
    until = first + LOOKED_AHEAD
    times = islice(takewhile(lambda due: due < until, runs(Timing(timing.rule, "UTC"), at)), LOOKED_AT)
    if any(later - earlier < least for earlier, later in pairwise(times)):
        raise BadTime(TOO_OFTEN, least=_length(least))


def _parted(when: str) -> tuple[str, str]:
    """Part a `when` from the zone behind it. `0 9 * * MON` ends with a name, too, which is none of a zone."""
    words = when.split()
    behind_time = len(words) > 1 and _DATE.match(words[0]) is not None
    if (len(words) == 6 or behind_time) and words[-1][0].isalpha():
        return " ".join(words[:-1]), words[-1]
    return " ".join(words), ""


def _zone_info(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadTime(NO_ZONE, name=name[:40]) from error


def _cron(rule: str) -> str:
    if len(rule.split()) != 5:
        raise BadTime(UNREADABLE)
    try:
        first = next(CronSim(rule, datetime(2024, 1, 1, tzinfo=UTC)), None)
    except (CronSimError, AssertionError, ValueError) as error:
        raise BadTime(NO_CRON, rule=rule) from error
    if first is None:
        raise BadTime(NEVER, rule=rule)
    return rule


def _time(text: str, zone: str) -> Timing:
    try:
        written = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadTime(UNREADABLE) from error
    if len(text) <= len("2026-07-04"):
        raise BadTime(NO_TIME)
    if written.utcoffset() is None:
        written = _at_home(written, zone)
    try:
        return Timing(written.replace(microsecond=0).astimezone(ZoneInfo(zone)).isoformat(), zone)
    except (ValueError, OverflowError) as error:
        raise BadTime(UNREADABLE) from error


def _at_home(written: datetime, zone: str) -> datetime:
    """Place a clock's time: the first of two that are called the same; one in a gap goes on from before it."""
    try:
        return written.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadTime(UNREADABLE) from error


def _length(least: timedelta) -> Sentence:
    seconds = int(least.total_seconds())
    return filled(MINUTES, number=seconds // 60) if seconds % 60 == 0 else filled(SECONDS, number=seconds)
