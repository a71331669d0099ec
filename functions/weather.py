"""Weather for any place, from Open-Meteo (open-meteo.com/en/docs and /en/docs/geocoding-api); it needs no key."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from functions.context import Context
from functions.contract import Label, function
from functions.errors import FunctionProblem
from functions.rest import get_json

WEATHER_URL = "https://api.open-meteo.com"
GEOCODING_URL = "https://geocoding-api.open-meteo.com"
WEATHER_SERVICE = {"en": "The weather service", "ko": "날씨 서비스"}
GEOCODING_SERVICE = {"en": "The place search of the weather service", "ko": "날씨 서비스의 지역 검색"}
CANDIDATES = 10

HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
KOREAN_CITY_RANK = re.compile("(특별|광역|특별자치)시$")
"""서울특별시 as a region says no more than 서울."""

CONDITIONS: Mapping[int, str] = {
    0: "clear sky",
    1: "mainly clear",
    2: "partly cloudy",
    3: "overcast",
    45: "fog",
    48: "rime fog",
    51: "light drizzle",
    53: "drizzle",
    55: "heavy drizzle",
    56: "light freezing drizzle",
    57: "heavy freezing drizzle",
    61: "light rain",
    63: "rain",
    65: "heavy rain",
    66: "light freezing rain",
    67: "heavy freezing rain",
    71: "light snow",
    73: "snow",
    75: "heavy snow",
    77: "snow grains",
    80: "light rain showers",
    81: "rain showers",
    82: "violent rain showers",
    85: "light snow showers",
    86: "heavy snow showers",
    95: "thunderstorm",
    96: "thunderstorm with light hail",
    99: "thunderstorm with heavy hail",
}
"""The WMO codes that Open-Meteo gives, all of them."""


class CurrentWeather(BaseModel):
    """Weather now, at the place's own time; None is what the service does not know."""

    time: str
    temperature_c: float | None
    humidity_percent: float | None
    wind_kmh: float | None
    conditions: str


class DailyWeather(BaseModel):
    date: str
    min_c: float | None
    max_c: float | None
    conditions: str


class Weather(BaseModel):
    place: str
    timezone: str
    current: CurrentWeather
    daily: list[DailyWeather]


class Place(BaseModel):
    """One result of the place search; what it does not know has no key."""

    name: str
    latitude: float
    longitude: float
    country_code: str | None = None
    country: str | None = None
    admin1: str | None = None
    population: int | None = None

    @property
    def full_name(self) -> str:
        """The name with its region, unless that has the same name, and its country, as far as they are known."""
        is_same = KOREAN_CITY_RANK.sub("", _folded(self.admin1)) == _folded(self.name)
        region = None if is_same else self.admin1
        return ", ".join(part for part in (self.name, region, self.country) if part)


class _Places(BaseModel):
    """The key `results` is missing when there is no match."""

    results: list[Place] | None = None


class _Current(BaseModel):
    time: str
    temperature_2m: float | None = None
    relative_humidity_2m: float | None = None
    weather_code: int | None = None
    wind_speed_10m: float | None = None


class _Daily(BaseModel):
    time: list[str]
    weather_code: list[int | None]
    temperature_2m_max: list[float | None]
    temperature_2m_min: list[float | None]

    @model_validator(mode="after")
    def _has_columns_of_one_length(self) -> Self:
        columns = (self.time, self.weather_code, self.temperature_2m_max, self.temperature_2m_min)
        if len({len(column) for column in columns}) > 1:
            raise ValueError("the columns differ in length")
        return self


class _Forecast(BaseModel):
    timezone: str
    current: _Current
    daily: _Daily


def _plain_city(city: str) -> str:
    city = " ".join(city.split())
    if not 1 <= len(city) <= 100:
        raise ValueError("write 1 to 100 characters")
    return city


@function(read_only=True, title={"en": "Look up the weather", "ko": "날씨 조회"})
async def get_weather(
    context: Context,
    city: Annotated[
        str,
        AfterValidator(_plain_city),
        Field(description="City in any language, such as Seoul or 서울; a region or country may follow a comma"),
        Label(en="City", ko="도시"),
    ],
    days: Annotated[
        int, Field(ge=1, le=7, description="Days of forecast, today included"), Label(en="Days", ko="일수")
    ] = 1,
) -> Weather:
    """Current weather and the daily forecast for a city, at its own local time.

    `place` tells which place was taken: say it if it may be another than the one that was meant. Temperatures are
    in °C, wind in km/h.
    """
    place = await _locate(context, city)
    forecast = await get_json(
        context,
        context.setting("WEATHER_API_URL", WEATHER_URL).rstrip("/") + "/v1/forecast",
        {
            "latitude": place.latitude,
            "longitude": place.longitude,
            "current": "temperature_2m,relative_humidity_2m,weather_code,wind_speed_10m",
            "daily": "weather_code,temperature_2m_max,temperature_2m_min",
            "timezone": "auto",
            "forecast_days": days,
        },
        service=WEATHER_SERVICE,
        answer=_Forecast,
    )
    return Weather(
        place=place.full_name,
        timezone=forecast.timezone,
        current=_current(forecast.current),
        daily=_daily(forecast.daily),
    )


async def _locate(context: Context, city: str) -> Place:
    """Find the place that is meant. The search knows single names only, so what follows a comma chooses here."""
    name, *hints = [part.strip() for part in city.split(",")]
    found = await get_json(
        context,
        context.setting("GEOCODING_API_URL", GEOCODING_URL).rstrip("/") + "/v1/search",
        {
            "name": name,
            "count": CANDIDATES,
            "language": "ko" if HANGUL.search(unicodedata.normalize("NFC", city)) else "en",
            "format": "json",
        },
        service=GEOCODING_SERVICE,
        answer=_Places,
    )
    if not found.results:
        raise FunctionProblem(
            {
                "en": "No place of this name was found: try another spelling, the English name, or a bigger place "
                "nearby.",
                "ko": "이 이름의 지역을 찾지 못했습니다. 다른 표기나 영어 이름, 근처의 큰 도시로 찾아 주세요.",
            }
        )
    return best_place(found.results, name, [hint for hint in hints if hint])


def best_place(candidates: Sequence[Place], name: str, hints: Sequence[str]) -> Place:
    """Choose from the search's results: most hints (regions, countries), then a name as good as the first one's,
    then the most people.

    The first result is not always the place that is meant: for some spellings villages come before the city of
    the same name.
    """
    names = {_folded(name), _folded(candidates[0].name)}
    return max(
        candidates,
        key=lambda place: (
            sum(_is_in(place, _folded(hint)) for hint in hints),
            _folded(place.name) in names,
            place.population or 0,
        ),
    )


def _is_in(place: Place, hint: str) -> bool:
    if hint == _folded(place.country_code):
        return True
    return len(hint) > 2 and any(hint in _folded(area) for area in (place.country, place.admin1))


def _folded(text: str | None) -> str:
    """Make names comparable, without case and accents; Hangul is put together again."""
    letters = (letter for letter in unicodedata.normalize("NFKD", text or "") if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", "".join(letters)).casefold().strip()


def _current(current: _Current) -> CurrentWeather:
    return CurrentWeather(
        time=current.time,
        temperature_c=current.temperature_2m,
        humidity_percent=current.relative_humidity_2m,
        wind_kmh=current.wind_speed_10m,
        conditions=_conditions(current.weather_code),
    )


def _daily(daily: _Daily) -> list[DailyWeather]:
    columns = zip(daily.time, daily.temperature_2m_min, daily.temperature_2m_max, daily.weather_code, strict=True)
    return [
        DailyWeather(date=date, min_c=low, max_c=high, conditions=_conditions(code))
        for date, low, high, code in columns
    ]


def _conditions(code: int | None) -> str:
    return "unknown" if code is None else CONDITIONS.get(code, "unknown")
