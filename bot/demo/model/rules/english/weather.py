"""Reads English questions about the weather."""

from __future__ import annotations

import re

from bot.demo.model.rules.intents import Context, Intent, Weather
from bot.demo.model.rules.numbers import COUNT, read_count

I = re.IGNORECASE  # noqa: E741 - the name that the re module gives it
LONGEST_FORECAST = 7
ABOUT_WEATHER = re.compile(
    r"\b(?:weather|forecast|temperatures?|rain(?:ing|y)?|snow(?:ing|y)?|sunny|cloudy|windy|umbrella|humid(?:ity)?|degrees|"
    r"(?:hot|cold|warm) (?:is it|in|today|tomorrow|outside)|how (?:hot|cold|warm))\b",
    I,
)
DAYS = re.compile(rf"\b(?:next\s+)?({COUNT})[\s-]*days?\b", I)
TIME = re.compile(
    rf"\b(?:right now|now|currently|today|tonight|tomorrow|(?:the )?day after tomorrow|"
    rf"(?:this|next|the)?\s*(?:coming )?"
    rf"(?:week(?:end)?|{COUNT}[\s-]*days?)|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    rf"in the (?:morning|evening))\b",
    I,
)
PLACE = re.compile(r"\b(?:in|for|at|of|near|around|about)\s+(.+)", I)
BEFORE = re.compile(r"^(.*?)(?:['’]s)?\s*\b(?:weather|forecast|temperature)\b", I)
SMALL_WORDS = re.compile(
    r"\b(?:(?:what|how|today|tomorrow)['’]s|what|whats|how|is|are|will|would|be|it|the|a|an|like|tell|me|show|give|get|check|please|current|"
    r"going to|gonna|do|does|i|need|an umbrella|umbrella|weather|forecast|temperature|about|and|in|for|there|here|"
    r"outside|rain|raining|snow|snowing|hot|cold|warm|sunny|humid|windy|should|take|also|then|so|ok|city|of|next|"
    r"over|during|any|can|could|you|daily|degrees|many|bring)\b|[?!.,]",
    I,
)


def read_weather(text: str, context: Context) -> list[Intent]:
    """Return the questions about the weather in one clause, one a city; [] if it holds none."""
    if not ABOUT_WEATHER.search(text):
        return []
    days, day = read_days(text)
    cities: list[str | None] = [*read_cities(text)]
    previous = next((intent.city for intent in context.intents if isinstance(intent, Weather)), context.place)
    return [Weather(city, days, day) for city in cities or [previous]]


def read_days(text: str) -> tuple[int, int | None]:
    """Return (days to ask for, the one day that is meant or None for all of them)."""
    if re.search(r"\bday after tomorrow\b", text, I):
        return 3, 2
    if re.search(r"\btomorrow\b", text, I):
        return 2, 1
    if match := DAYS.search(text):
        count = max(1, min(LONGEST_FORECAST, read_count(match[1])))
        return count, 0 if count == 1 else None
    if re.search(r"\b(?:week|weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b", text, I):
        return LONGEST_FORECAST, None
    return 1, 0


def read_cities(text: str) -> list[str]:
    """Return the places that a clause about the weather names."""
    bare = TIME.sub(" ", re.sub(r"\b(?:today|tomorrow)['’]s\b", " ", text, flags=I))
    place = PLACE.search(bare)
    if place is None or not _clean(place[1]):
        place = BEFORE.search(bare)
    if place is None:
        return []
    parts = re.split(r"\s*(?:,?\s+and\s+|&|,\s*(?![A-Z]{2}\b))\s*", place[1], flags=I)
    return [city for part in parts if (city := _clean(part))]


def _clean(text: str) -> str:
    words = " ".join(SMALL_WORDS.sub(" ", text).split()).strip("'’\" ")
    return words if words != words.lower() else words.title()
