"""Reads Korean questions about the weather."""

from __future__ import annotations

import re

from bot.demo.model.rules.intents import Context, Intent, Weather
from bot.demo.model.rules.numbers import KOREAN_COUNT, read_count
from bot.demo.model.rules.particles import without_particle

LONGEST_FORECAST = 7
ABOUT_WEATHER = re.compile(
    r"날씨|기온|예보|온도|습도|비\s?(?:와|오|올|내리)|눈\s?(?:와|오|올|내리)|우산|더워|더운|더울|추워|추운|추울|몇\s?도|맑아|맑을|흐려|흐릴|바람"
)
DAYS = re.compile(
    rf"({KOREAN_COUNT})\s?일\s?(?:간|치|동안|예보|날씨)|(사흘|나흘|이틀)|(일주일|한\s?주|이번\s?주|다음\s?주|주간|주말|[월화수목금토일]요일)"
)
NAMED_SPANS = {"이틀": 2, "사흘": 3, "나흘": 4}
TIME = re.compile(
    rf"지금|현재|오늘|내일\s?모레|내일|모레|글피|오전|오후|아침|저녁|밤|요즘|{KOREAN_COUNT}\s?일\s?(?:간|치|동안)?(?=\s|의|$|예보|날씨)|앞으로|"
    r"사흘|나흘|이틀|일주일|한\s?주|이번\s?주말?|다음\s?주|주간|주말|[월화수목금토일]요일"
)
SMALL_WORDS = re.compile(
    r"(?<!\S)(?:날씨|기온|예보|온도|습도|비|눈|우산|더워|추워|맑아|흐려|바람|어때|어떤|어떻게|어떨|알려|알려줘|알려주세요|보여|보여줘|줘|주세요|좀|그럼|그러면|"
    r"그리고|그런데|근데|또|혹시|와|와요|오나|오나요|올까|올까요|오니|내려|내릴까|내릴까요|필요해|필요할까|필요한가요|챙겨야|해|하나|되나|될까|궁금해|몇|도야|도예요|도|뭐야|"
    r"동안|간|일간|예보도|날씨도|말해줘|말해|있어|있나|써야|하나요|할까|할까요|쪽|지역|의|그|거기|거긴|그곳|그곳의|그곳은|거기는|거기의|많이|얼마나|불어|더운|추운|어떤가요|어떠니|어떻습니까|확인|확인해줘|"
    r"더울까|추울까|맑을까|흐릴까|우산이|비가|눈이|날씨는|날씨가|날씨를|기온은|기온이|예보는|예보를|바람이|바람은|습도는|온도는|같아|것|갈|건데|가는데|들고|가져가야|나가도|하루|어떄|다|좋아|좋을까|나빠|은|는|이|가|을|를|에)(?:요|나요|니)?(?!\S)"
)
CHANNEL = re.compile(r"(?:<#[^>]*>|#[\w-]+?)(?:\s?채널)?(?:에다가|에다|에|로|으로)?(?=\s|$)")
ENDING = re.compile(r"(?:은|는|이|가|을|를|도|의|요|이요)?$")
JOINT = re.compile(r"\s*(?:,|및)\s*|(?<=[가-힣A-Za-z])(?:이랑|랑|하고)\s+|\s그리고\s")


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
    if "글피" in text:
        return 4, 3
    if re.search(r"모레", text):
        return 3, 2
    if "내일" in text:
        return 2, 1
    if match := DAYS.search(text):
        if match[3]:
            return LONGEST_FORECAST, None
        count = NAMED_SPANS[match[2]] if match[2] else read_count(match[1])
        count = max(1, min(LONGEST_FORECAST, count))
        return count, 0 if count == 1 else None
    return 1, 0


def read_cities(text: str) -> list[str]:
    """Return the places that a clause about the weather names."""
    bare = re.sub(r"[?!.~]", " ", CHANNEL.sub(" ", text))
    bare = TIME.sub(" ", bare)
    bare = re.sub(r"(날씨|기온|예보|온도|습도)\S*", r" \1 ", bare)
    cities = []
    for part in JOINT.split(bare):
        for piece in _split_and(part):
            if city := _clean(piece):
                cities.append(city)
    return cities


def _split_and(text: str) -> list[str]:
    # "서울과 부산": 과 and 와 join two places only where the sound before them fits, unlike in "와가두구".
    words = text.split()
    pieces: list[list[str]] = [[]]
    for word in words:
        stripped = without_particle(word)
        if word != stripped and word[len(stripped) :] in ("과", "와"):
            pieces[-1].append(stripped)
            pieces.append([])
        else:
            pieces[-1].append(word)
    return [" ".join(piece) for piece in pieces]


def _clean(text: str) -> str:
    words = " ".join(SMALL_WORDS.sub(" ", text).split())
    words = " ".join(SMALL_WORDS.sub(" ", words).split())
    words = " ".join(without_particle(word) for word in words.split())
    words = re.sub(r"(?<=[가-힣]{2})요$", "", words)
    if not words or len(words.split()) > 3:
        return ""
    return words if words != words.lower() else words.title()
