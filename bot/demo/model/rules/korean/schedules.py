"""Reads Korean orders about schedules: “평일 아침 9시마다 #team에 서울 날씨 알려줘”."""

from __future__ import annotations

import re

from bot.demo.model.rules.intents import Direct
from bot.demo.model.rules.scheduling import (
    CHANNEL,
    cancel,
    change,
    cron,
    listing,
    literal,
    make,
    stepped,
    without,
)

DAYS = "일월화수목금토"
HOURS = ("영", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두")
EVERY = re.compile(
    rf"매주\s?(?P<day>[{DAYS}])요일(?:마다)?|(?P<weekday>평일)(?:마다)?|(?P<daily>매일|날마다)|(?P<hourly>매시간|매시)"
)
STEP = re.compile(
    r"(?<!시)(?<!시 )(?P<count>\d{1,4})\s?(?P<unit>초|분|시간)\s?마다|매\s?(?P<each>초|분)(?=\s|마다)(?:마다)?"
)
UNITS = {"초": "second", "분": "minute", "시간": "hour"}
NEAR = re.compile(r"(?:어제|오늘|내일|모레)(?=\s)")
AT = re.compile(
    rf"(?P<half>오전|오후|아침|저녁|밤|새벽)?\s?(?:(?P<hour>\d{{1,2}})|(?P<word>{'|'.join(reversed(HOURS))}))\s?시"
    r"(?:\s?(?P<minute>\d{1,2})\s?분|\s?(?P<thirty>반))?\s?(?:에|마다)?|(?P<noon>정오)(?:에|마다)?"
)
_BEHIND = r"(?:채널)?(?:에다가|에다|에|로|으로)?(?:\s|$)"
WHERE = re.compile(rf"{CHANNEL.format(particle=_BEHIND)}\s?{_BEHIND}")
LIST = re.compile(r"일정(?:을|들|은|이)?\s*(?:목록|보여|알려|뭐|있|확인|조회)")
NUMBER = r"(?P<number>\d{1,9})\s?번\s?일정(?:을|은)?\s*"
ENDS = re.compile(rf"{NUMBER}(?:삭제|취소|지워|지우|없애)")
PAUSES = re.compile(rf"{NUMBER}(?:일시\s?중지|멈춰|중지|정지)")
RESUMES = re.compile(rf"{NUMBER}(?:다시\s?시작|재개|계속)")


def read_schedules(text: str) -> list[Direct]:
    """Return the order about schedules that a whole message is; [] if it is none."""
    text = text.strip().rstrip(".!?")
    if match := ENDS.search(text):
        return [cancel(int(match["number"]))]
    if match := PAUSES.search(text):
        return [change(int(match["number"]), paused=True)]
    if match := RESUMES.search(text):
        return [change(int(match["number"]), paused=False)]
    where = WHERE.search(text)
    when, *times = _time(text, where)
    if not when:
        return [listing()] if LIST.search(text) else []
    rest = without(text, where, *times)
    prompt = " ".join(re.sub(r"^\s*(?:에|마다)\s", "", rest).split()).strip(" ,")
    return [make(prompt, when, where)] if prompt else []


def _time(text: str, where: re.Match[str] | None) -> tuple[str, *tuple[re.Match[str] | None, ...]]:
    """Return when something is to be done, and the words that say so; "" if nothing says so."""
    every, at, step, near = EVERY.search(text), AT.search(text), STEP.search(text), NEAR.search(text)
    if found := literal(text):
        return found["when"], found
    if step and not every:
        return stepped(UNITS[step["unit"] or step["each"]], int(step["count"] or 1)), step
    if every and (at or every["hourly"]):
        return _when(every, at), every, at
    if near and at and where:
        # the stand-in has no calendar: whether it can be is Nod's to say
        return f"{near[0]} {at[0].strip()}", near, at
    return ("",)


def _when(every: re.Match[str], at: re.Match[str] | None) -> str:
    if at is None or every["hourly"]:
        return "0 * * * *"
    hour, minute = _clock(at)
    if every["day"]:
        return cron(hour, minute, str(DAYS.index(every["day"])))
    return cron(hour, minute, "1-5" if every["weekday"] else "*")


def _clock(at: re.Match[str]) -> tuple[int, int]:
    if at["noon"]:
        return 12, 0
    hour = int(at["hour"]) if at["hour"] else HOURS.index(at["word"])
    if at["half"] in ("오후", "저녁", "밤") and hour < 12:
        hour += 12
    return hour, 30 if at["thirty"] else int(at["minute"] or 0)
