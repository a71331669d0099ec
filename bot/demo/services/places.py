"""The cities of the weather service and the search in their names, as Open-Meteo's geocoding does it."""

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from bot.demo.services.climate import Normals


@dataclass(frozen=True)
class City:
    """One city; names by language code, "en" always among them. Coordinates in degrees, elevation in metres."""

    id: int
    names: Mapping[str, str]
    aliases: Sequence[str]
    latitude: float
    longitude: float
    elevation: float | None
    feature_code: str
    country_code: str
    country: Mapping[str, str]
    admin1: Mapping[str, str] | None
    timezone: str
    population: int | None
    normals: Normals


@cache
def cities() -> tuple[City, ...]:
    """Read all cities; values that the source does not know are None."""
    data = json.loads(files(__package__).joinpath("cities.json").read_text("utf-8"))
    return tuple(_city(row, data["countries"]) for row in data["cities"])


def search(name: str, count: int) -> list[City]:
    """Find cities by a name in any language: exact matches first, then the larger city.

    Case and accents do not count. Two characters match a whole name only, three or more its beginning,
    fewer match nothing (Open-Meteo's rule).
    """
    wanted = _folded(name)
    if len(wanted) < 2:
        return []
    found = [(rank, city) for city in cities() if (rank := _rank(city, wanted)) is not None]
    found.sort(key=lambda match: (match[0], -(match[1].population or 0)))
    return [city for _, city in found[:count]]


def nearest(latitude: float, longitude: float, within_km: float) -> City | None:
    """Return the city closest to a point, if one is near enough."""
    distance, city = min(
        ((_distance_km(latitude, longitude, city), city) for city in cities()), key=lambda pair: pair[0]
    )
    return city if distance <= within_km else None


def describe(city: City, language: str) -> dict[str, Any]:
    """Build a search result with names in `language`, else in English; unknown values have no key."""
    result = {
        "id": city.id,
        "name": _in_language(city.names, language),
        "latitude": city.latitude,
        "longitude": city.longitude,
        "elevation": city.elevation,
        "feature_code": city.feature_code,
        "country_code": city.country_code,
        "timezone": city.timezone,
        "population": city.population,
        "country": _in_language(city.country, language),
        "admin1": None if city.admin1 is None else _in_language(city.admin1, language),
    }
    return {key: value for key, value in result.items() if value is not None}


def _city(row: Mapping[str, Any], countries: Mapping[str, Mapping[str, str]]) -> City:
    (january, wet_january), (july, wet_july) = row["january"], row["july"]
    return City(
        id=row["id"],
        names=row["names"],
        aliases=row.get("aliases", ()),
        latitude=row["latitude"],
        longitude=row["longitude"],
        elevation=row.get("elevation"),
        feature_code=row["feature_code"],
        country_code=row["country_code"],
        country=countries[row["country_code"]],
        admin1=row.get("admin1"),
        timezone=row["timezone"],
        population=row.get("population"),
        normals=Normals(january, july, wet_january, wet_july),
    )


def _in_language(names: Mapping[str, str], language: str) -> str:
    return names.get(language, names["en"])


def _rank(city: City, wanted: str) -> int | None:
    names = [_folded(name) for name in (*city.names.values(), *city.aliases)]
    if wanted in names:
        return 0
    if len(wanted) >= 3 and any(name.startswith(wanted) for name in names):
        return 1
    return None


def _folded(text: str) -> str:
    # Hangul falls apart into letters under NFKD and must be put together again, or the beginning of one
    # syllable would match another.
    letters = (char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return " ".join(unicodedata.normalize("NFC", "".join(letters)).casefold().split())


def _distance_km(latitude: float, longitude: float, city: City) -> float:
    here, there = math.radians(latitude), math.radians(city.latitude)
    across = math.radians(city.longitude - longitude)
    chord = math.sin((there - here) / 2) ** 2 + math.cos(here) * math.cos(there) * math.sin(across / 2) ** 2
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(chord)))
