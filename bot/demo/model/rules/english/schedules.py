"""Reads English orders about schedules: "every weekday at nine, tell #team the weather in Seoul"."""

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

I = re.IGNORECASE  # noqa: E741 - the name that the re module gives it
DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
EVERY = re.compile(
    rf"\b(?:every|each|on)\s+(?P<day>(?:other\s+)?(?:{'|'.join(DAYS)}|weekday|day|morning|evening|hour))s?\b|"
    r"\b(?P<daily>daily|hourly)\b",
    I,
)
STEP = re.compile(rf"\bevery\s+(?:(?P<count>\d{{1,4}}|{'|'.join(WORDS)})\s+)?(?P<unit>second|minute|hour)s?\b", I)
NEAR = re.compile(r"\b(?:yesterday|today|tonight|tomorrow)\b", I)
AT = re.compile(
    rf"\b(?:at|around)\s+(?:(?P<hour>\d{{1,2}})(?::(?P<minute>\d\d))?|(?P<word>{'|'.join(WORDS)})|(?P<noon>noon)|"
    r"(?P<midnight>midnight))\s*(?P<half>a\.?m\b\.?|p\.?m\b\.?|o['’]clock)?",
    I,
)
_CHANNEL = CHANNEL.format(particle="$")
WHERE = re.compile(rf"\b(?:tell|in|to|post in|post to|let|inform)\s+{_CHANNEL}(?:\s+know)?", I)
VERB = re.compile(
    r"^(?:please\s+)?(?:tell|post|send|give|show|let)\s+(?:(?:me|us|everybody|everyone)\b)?\s*(?:know\b)?", I
)
LIST = re.compile(r"^(?:please\s+)?(?:list|show|what(?: are|['’]s)?|which|do i have)\b.*\bschedules?\b", I)
NUMBER = r"\bschedule\s*(?:no\.?|number|#)?\s*(?P<number>\d{1,9})\b"
ENDS = re.compile(rf"^(?:please\s+)?(?:delete|cancel|remove|end)\s+(?:the\s+|my\s+)?{NUMBER}", I)
PAUSES = re.compile(rf"^(?:please\s+)?(?:pause|stop)\s+(?:the\s+|my\s+)?{NUMBER}", I)
RESUMES = re.compile(rf"^(?:please\s+)?(?:resume|continue|restart)\s+(?:the\s+|my\s+)?{NUMBER}", I)


def read_schedules(text: str) -> list[Direct]:
    """Return the order about schedules that a whole message is; [] if it is none."""
    text = text.strip().rstrip(".!?")
    if match := ENDS.match(text):
        return [cancel(int(match["number"]))]
    if match := PAUSES.match(text):
        return [change(int(match["number"]), paused=True)]
    if match := RESUMES.match(text):
        return [change(int(match["number"]), paused=False)]
    if LIST.match(text):
        return [listing()]
    where = WHERE.search(text)
    when, *times = _time(text, where)
    if not when:
        return []
    rest = without(text, where, *times)
    prompt = VERB.sub("", re.sub(r"^(?:at|on)\s", "", " ".join(rest.split()).strip(" ,;:")))
    prompt = " ".join(prompt.split()).strip(" ,;:")
    return [make(prompt, when, where)] if prompt else []


def _time(text: str, where: re.Match[str] | None) -> tuple[str, *tuple[re.Match[str] | None, ...]]:
    """Return when something is to be done, and the words that say so; "" if nothing says so."""
    every, at, step, near = EVERY.search(text), AT.search(text), STEP.search(text), NEAR.search(text)
    if found := literal(text):
        return found["when"], found
    if step and (step["count"] or not every):
        return stepped(step["unit"].lower(), _number(step["count"] or "1")), step, at
    if every and (at or _hourly(every)):
        return _when(every, at), every, at
    if near and at and where:
        # the stand-in has no calendar: whether it can be is Nod's to say
        return f"{near[0].lower()} {at[0].strip()}", near, at
    return ("",)


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else WORDS.index(word.lower())


def _hourly(every: re.Match[str]) -> bool:
    return "hour" in every[0].lower()


def _when(every: re.Match[str], at: re.Match[str] | None) -> str:
    if _hourly(every) or at is None:
        return "0 * * * *"
    hour, minute = _clock(at)
    day = (every["day"] or "day").lower()
    if day in DAYS:
        return cron(hour, minute, str(DAYS.index(day)))
    return cron(hour, minute, "1-5" if day == "weekday" else "*")


def _clock(at: re.Match[str]) -> tuple[int, int]:
    if at["noon"] or at["midnight"]:
        return (12 if at["noon"] else 0), 0
    hour = int(at["hour"]) if at["hour"] else WORDS.index(at["word"].lower())
    half = (at["half"] or "").lower().replace(".", "")
    if half in ("am", "pm"):
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour, int(at["minute"] or 0)
