"""Made-up weather that could be true: from a place's normals, its season and a hash of place and date.

The same place and date always have the same weather, whoever asks and however many days at once.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b

FREEZING_C = 1.0
"""°C at and below which it snows rather than rains."""
SNOW_FOR = {51: 71, 61: 71, 63: 73, 65: 75}
"""WMO codes: what falls as snow in the cold instead of drizzle and rain."""


@dataclass(frozen=True)
class Normals:
    """Mean temperatures in °C and shares of wet days (0 to 1), in January and in July."""

    january: float
    july: float
    wet_january: float
    wet_july: float


@dataclass(frozen=True)
class Day:
    """One day's weather: WMO code, °C, mm, km/h and percent."""

    code: int
    min_c: float
    max_c: float
    precipitation_mm: float
    wind_kmh: float
    humidity_percent: int


@dataclass(frozen=True)
class Moment:
    """The weather at one moment, in the units of `Day`; the precipitation of the last 15 minutes."""

    code: int
    temperature_c: float
    humidity_percent: int
    precipitation_mm: float
    wind_kmh: float


def normals_at(latitude: float) -> Normals:
    """Estimate the normals of a place of which only the latitude is known."""
    distance = abs(latitude)
    mean = 27.0 - 0.55 * max(0.0, distance - 15.0)
    swing = min(16.0, 0.32 * distance)
    # Around 25° the air sinks and it is dry; towards the equator and 55° it rises and it rains.
    wet = 0.12 + 0.33 * min(1.0, abs(distance - 25.0) / 25.0)
    winter, summer = mean - swing, mean + swing
    return Normals(winter, summer, wet, wet) if latitude >= 0 else Normals(summer, winter, wet, wet)


def weather_on(latitude: float, longitude: float, normals: Normals, day: date) -> Day:
    """Make up the weather of a day."""
    place = f"{latitude:.2f},{longitude:.2f}"
    summer = _share_of_july(day)
    mean = normals.january + (normals.july - normals.january) * summer
    mean += _smooth(place, day) * (2.0 + min(6.0, abs(latitude) / 8))
    wet = _chance(place, day, "wet") < normals.wet_january + (normals.wet_july - normals.wet_january) * summer
    half_range = (2.2 if wet else 4.0) + 1.5 * _chance(place, day, "range")
    mm = round(0.2 + 28.0 * _chance(place, day, "rain") ** 3, 1) if wet else 0.0
    low, high = round(mean - half_range, 1), round(mean + half_range, 1)
    humidity = (74 if wet else 42) + int(20 * _chance(place, day, "humidity"))
    wind = round(3.0 + (22.0 if wet else 14.0) * _chance(place, day, "wind") ** 2, 1)
    code = _wet_code(mm, low, high) if wet else _dry_code(_chance(place, day, "sky"), high)
    return Day(code, low, high, mm, wind, humidity)


def weather_at(day: Day, moment: datetime) -> Moment:
    """Find the weather at a local time within a day: coldest at 3, warmest at 15 o'clock."""
    warmth = math.cos(2 * math.pi * (moment.hour + moment.minute / 60 - 15) / 24)
    middle, half_range = (day.max_c + day.min_c) / 2, (day.max_c - day.min_c) / 2
    temperature = round(middle + half_range * warmth, 1)
    return Moment(
        code=SNOW_FOR.get(day.code, day.code) if temperature <= FREEZING_C else day.code,
        temperature_c=temperature,
        humidity_percent=min(100, max(10, round(day.humidity_percent - 10 * warmth))),
        precipitation_mm=round(day.precipitation_mm / 96, 2),
        wind_kmh=day.wind_kmh,
    )


def _share_of_july(day: date) -> float:
    # Temperatures follow the sun by a month: the turning points are about 20 January and 20 July.
    return (1 - math.cos(2 * math.pi * (day.timetuple().tm_yday - 20) / 365.25)) / 2


def _chance(place: str, day: date, what: str) -> float:
    digest = blake2b(f"{place} {day.isoformat()} {what}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def _smooth(place: str, day: date) -> float:
    """Return a deviation from -1 to 1 that moves slowly from day to day."""
    weights = ((-1, 0.25), (0, 0.5), (1, 0.25))
    return sum(w * (2 * _chance(place, day + timedelta(days=d), "warm") - 1) for d, w in weights)


def _dry_code(sky: float, high: float) -> int:
    if sky > 0.95 and high < 18:
        return 45  # fog
    return next(code for code, limit in ((0, 0.35), (1, 0.6), (2, 0.8), (3, 1.0)) if sky <= limit)


def _wet_code(mm: float, low: float, high: float) -> int:
    if (low + high) / 2 <= FREEZING_C:
        return 71 if mm < 2.5 else 73 if mm < 10 else 75  # snow
    if low >= 20 and mm >= 5:
        return 80 if mm < 8 else 81 if mm < 16 else 95  # showers, thunderstorm
    if mm < 1:
        return 51  # drizzle
    return 61 if mm < 5 else 63 if mm < 15 else 65  # rain
