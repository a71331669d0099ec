"""The weather service: Open-Meteo's geocoding and forecast APIs in one application, without a network.

Names, shapes and reasons follow open-meteo.com/en/docs and /en/docs/geocoding-api.
"""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from time import perf_counter
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web

from bot.demo.services import places
from bot.demo.services.climate import Day, Moment, normals_at, weather_at, weather_on
from bot.demo.services.faults import Faults

CURRENT: Mapping[str, tuple[str, Callable[[Moment], float]]] = {
    "temperature_2m": ("°C", lambda moment: moment.temperature_c),
    "relative_humidity_2m": ("%", lambda moment: moment.humidity_percent),
    "precipitation": ("mm", lambda moment: moment.precipitation_mm),
    "weather_code": ("wmo code", lambda moment: moment.code),
    "wind_speed_10m": ("km/h", lambda moment: moment.wind_kmh),
}
DAILY: Mapping[str, tuple[str, Callable[[Day], float]]] = {
    "weather_code": ("wmo code", lambda day: day.code),
    "temperature_2m_max": ("°C", lambda day: day.max_c),
    "temperature_2m_min": ("°C", lambda day: day.min_c),
    "precipitation_sum": ("mm", lambda day: day.precipitation_mm),
    "wind_speed_10m_max": ("km/h", lambda day: day.wind_kmh),
}
QUARTER_HOUR = 15
NEAR_KM = 100.0

V = TypeVar("V")


def make_app(today: Callable[[], date] | None = None, faults: Faults | None = None) -> web.Application:
    """Build the service: GET /v1/search and GET /v1/forecast.

    Each place has its own date and time by the clock; with `today` it is 15:00 of that date everywhere.
    Errors are HTTP 400 with {"error": true, "reason"}.
    """

    def now(zone: tzinfo) -> datetime:
        if today is None:
            return datetime.now(zone)
        return datetime.combine(today(), time(15), zone)

    async def search(request: web.Request) -> web.Response:
        return _answer(lambda: _search(request.query))

    async def forecast(request: web.Request) -> web.Response:
        return _answer(lambda: _forecast(request.query, now))

    app = web.Application()
    if faults is not None:
        faults.install(app)
    app.router.add_get("/v1/search", search)
    app.router.add_get("/v1/forecast", forecast)
    return app


def _answer(build: Callable[[], dict[str, Any]]) -> web.Response:
    started = perf_counter()
    try:
        payload = build()
    except ValueError as error:
        return web.json_response({"error": True, "reason": str(error)}, status=400)
    return web.json_response({**payload, "generationtime_ms": (perf_counter() - started) * 1000})


def _search(query: Mapping[str, str]) -> dict[str, Any]:
    if "name" not in query:
        raise ValueError("Value required for key 'name'.")
    count = _integer(query, "count", 10)
    if not 1 <= count <= 100:
        raise ValueError("Parameter count must be between 1 and 100.")
    language = query.get("language", "en").lower()
    found = places.search(query["name"], count)
    return {"results": [places.describe(city, language) for city in found]} if found else {}


def _forecast(query: Mapping[str, str], now: Callable[[tzinfo], datetime]) -> dict[str, Any]:
    latitude = _coordinate(query, "latitude", 90)
    longitude = _coordinate(query, "longitude", 180)
    days = _integer(query, "forecast_days", 7)
    if not 1 <= days <= 16:
        raise ValueError(f"Forecast days is invalid. Allowed range 1 to 16. Given {days}.")
    current = _variables(query, "current", CURRENT)
    daily = _variables(query, "daily", DAILY)

    city = places.nearest(latitude, longitude, NEAR_KM)
    zone = _zone(query.get("timezone"), longitude, city)
    normals = normals_at(latitude) if city is None else city.normals
    local = now(zone)
    dates = [local.date() + timedelta(days=ahead) for ahead in range(days)]
    weather = [weather_on(latitude, longitude, normals, day) for day in dates]

    offset = int((local.utcoffset() or timedelta()).total_seconds())
    result: dict[str, Any] = {
        "latitude": latitude,
        "longitude": longitude,
        "utc_offset_seconds": offset,
        "timezone": zone.key,
        "timezone_abbreviation": _abbreviation(offset),
        "elevation": 0.0 if city is None or city.elevation is None else city.elevation,
    }
    if current:
        moment = local.replace(minute=local.minute // QUARTER_HOUR * QUARTER_HOUR)
        values = weather_at(weather[0], moment)
        result["current_units"] = {"time": "iso8601", "interval": "seconds"} | {
            name: unit for name, (unit, _) in current.items()
        }
        result["current"] = {"time": f"{moment:%Y-%m-%dT%H:%M}", "interval": QUARTER_HOUR * 60} | {
            name: value(values) for name, (_, value) in current.items()
        }
    if daily:
        result["daily_units"] = {"time": "iso8601"} | {name: unit for name, (unit, _) in daily.items()}
        result["daily"] = {"time": [day.isoformat() for day in dates]} | {
            name: [value(day) for day in weather] for name, (_, value) in daily.items()
        }
    return result


def _integer(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"Data corrupted at path '{name}'. Cannot parse {text!r} as a whole number.") from None


def _coordinate(query: Mapping[str, str], name: str, limit: int) -> float:
    text = query.get(name, "")
    if not text:
        raise ValueError(f"Value required for key '{name}'.")
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"Data corrupted at path '{name}'. Cannot parse {text!r} as a number.") from None
    if math.isnan(value) or abs(value) > limit:
        raise ValueError(f"{name.capitalize()} must be in range of -{limit} to {limit}°. Given: {value}.")
    return value


def _variables(query: Mapping[str, str], name: str, known: Mapping[str, V]) -> dict[str, V]:
    chosen = [variable for variable in query.get(name, "").split(",") if variable]
    for variable in chosen:
        if variable not in known:
            raise ValueError(
                f"Data corrupted at path '{name}'. "
                f"Cannot initialize ForecastVariable from invalid String value {variable}."
            )
    return {variable: known[variable] for variable in chosen}


def _zone(wanted: str | None, longitude: float, city: places.City | None) -> ZoneInfo:
    if not wanted:
        return ZoneInfo("GMT")
    if wanted != "auto":
        try:
            return ZoneInfo(wanted)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("Invalid timezone") from None
    if city is not None:
        return ZoneInfo(city.timezone)
    # The names of these zones count westwards: Etc/GMT-9 is what others call UTC+9.
    hours = round(longitude / 15)
    return ZoneInfo(f"Etc/GMT{-hours:+d}" if hours else "GMT")


def _abbreviation(offset_seconds: int) -> str:
    minutes = offset_seconds // 60
    if not minutes:
        return "GMT"
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02d}" if rest else "")
