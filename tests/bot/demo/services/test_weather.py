from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import httpx
import pytest
from aiohttp import web

from bot.demo.services.faults import Faults, NullData, Status, Without
from bot.demo.services.weather import make_app

Serve = Callable[[web.Application], Awaitable[httpx.AsyncClient]]
SEOUL = {"latitude": "37.566", "longitude": "126.9784", "timezone": "auto"}
CURRENT = "temperature_2m,relative_humidity_2m,weather_code,wind_speed_10m"
DAILY = "weather_code,temperature_2m_max,temperature_2m_min"


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
async def client(serve: Serve, faults: Faults) -> httpx.AsyncClient:
    return await serve(make_app(lambda: date(2025, 11, 20), faults))


async def test_search(client: httpx.AsyncClient) -> None:
    params = {"name": "Seoul", "count": "5", "language": "ko", "format": "json"}
    response = await client.get("/v1/search", params=params)
    body = response.json()
    assert response.status_code == 200
    assert list(body) == ["results", "generationtime_ms"]
    assert body["results"] == [
        {
            "id": 1835848,
            "name": "서울",
            "latitude": 37.566,
            "longitude": 126.9784,
            "elevation": 38.0,
            "feature_code": "PPLC",
            "country_code": "KR",
            "timezone": "Asia/Seoul",
            "population": 10349312,
            "country": "대한민국",
            "admin1": "서울특별시",
        }
    ]


async def test_search_bounds_the_count_and_names_in_english_by_default(client: httpx.AsyncClient) -> None:
    body = (await client.get("/v1/search", params={"name": "런던", "count": "1"})).json()
    assert [(found["name"], found["country"]) for found in body["results"]] == [("London", "United Kingdom")]


async def test_search_without_a_match_has_no_results(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/search", params={"name": "Atlantis"})
    assert response.status_code == 200
    assert list(response.json()) == ["generationtime_ms"]


async def test_forecast(client: httpx.AsyncClient) -> None:
    params = {**SEOUL, "current": CURRENT, "daily": DAILY, "forecast_days": "3"}
    response = await client.get("/v1/forecast", params=params)
    body = response.json()
    assert response.status_code == 200
    assert (body["latitude"], body["longitude"], body["timezone"]) == (37.566, 126.9784, "Asia/Seoul")
    assert (body["utc_offset_seconds"], body["timezone_abbreviation"]) == (32400, "GMT+9")
    assert body["current_units"] == {
        "time": "iso8601",
        "interval": "seconds",
        "temperature_2m": "°C",
        "relative_humidity_2m": "%",
        "weather_code": "wmo code",
        "wind_speed_10m": "km/h",
    }
    assert list(body["current"]) == list(body["current_units"])
    assert (body["current"]["time"], body["current"]["interval"]) == ("2025-11-20T15:00", 900)
    assert body["daily_units"] == {
        "time": "iso8601",
        "weather_code": "wmo code",
        "temperature_2m_max": "°C",
        "temperature_2m_min": "°C",
    }
    assert list(body["daily"]) == list(body["daily_units"])
    assert body["daily"]["time"] == ["2025-11-20", "2025-11-21", "2025-11-22"]
    assert {len(values) for values in body["daily"].values()} == {3}
    assert body["current"]["temperature_2m"] == body["daily"]["temperature_2m_max"][0]


async def test_the_weather_of_a_day_does_not_depend_on_the_question(
    client: httpx.AsyncClient, serve: Serve
) -> None:
    tomorrow = await serve(make_app(lambda: date(2025, 11, 21)))
    params = {**SEOUL, "daily": DAILY}
    long = (await client.get("/v1/forecast", params={**params, "forecast_days": "16"})).json()["daily"]
    short = (await tomorrow.get("/v1/forecast", params={**params, "forecast_days": "1"})).json()["daily"]
    assert {name: [values[1]] for name, values in long.items()} == short


async def test_only_what_is_asked_for_and_seven_days_by_default(client: httpx.AsyncClient) -> None:
    bare = (await client.get("/v1/forecast", params=SEOUL)).json()
    assert not {"current", "current_units", "daily", "daily_units"} & set(bare)
    daily = (await client.get("/v1/forecast", params={**SEOUL, "daily": "weather_code"})).json()
    assert len(daily["daily"]["weather_code"]) == 7
    assert "current" not in daily


@pytest.mark.parametrize(
    ("place", "timezone", "expected", "abbreviation"),
    [
        ((37.566, 126.9784), None, "GMT", "GMT"),
        ((37.566, 126.9784), "Europe/Paris", "Europe/Paris", "GMT+1"),
        ((28.65, 77.23), "auto", "Asia/Kolkata", "GMT+5:30"),
        ((0, -140), "auto", "Etc/GMT+9", "GMT-9"),
        ((0, 90), "auto", "Etc/GMT-6", "GMT+6"),
        ((0, 0), "auto", "GMT", "GMT"),
        ((-90, 180), "auto", "Etc/GMT-12", "GMT+12"),
    ],
)
async def test_timezone(
    client: httpx.AsyncClient,
    place: tuple[float, float],
    timezone: str | None,
    expected: str,
    abbreviation: str,
) -> None:
    params = {"latitude": str(place[0]), "longitude": str(place[1]), "current": CURRENT}
    if timezone is not None:
        params["timezone"] = timezone
    body = (await client.get("/v1/forecast", params=params)).json()
    assert (body["timezone"], body["timezone_abbreviation"]) == (expected, abbreviation)


async def test_without_a_date_each_place_has_its_own_clock(serve: Serve) -> None:
    client = await serve(make_app())
    before = datetime.now(UTC)
    body = (await client.get("/v1/forecast", params={**SEOUL, "current": CURRENT, "daily": DAILY})).json()
    shown = datetime.fromisoformat(body["current"]["time"]).replace(tzinfo=ZoneInfo("Asia/Seoul"))
    assert shown.minute % 15 == 0
    assert -900 < (shown - before).total_seconds() < 60
    assert body["daily"]["time"][0] == body["current"]["time"][:10]


@pytest.mark.parametrize(
    ("path", "params", "reason"),
    [
        ("search", {}, "Value required for key 'name'."),
        ("search", {"name": "Seoul", "count": "0"}, "Parameter count must be between 1 and 100."),
        ("search", {"name": "Seoul", "count": "many"}, "'count'"),
        ("forecast", {"longitude": "1"}, "Value required for key 'latitude'."),
        ("forecast", {**SEOUL, "latitude": "91"}, "Latitude must be in range of -90 to 90°. Given: 91.0."),
        ("forecast", {**SEOUL, "longitude": "-181"}, "Longitude must be in range of -180 to 180°."),
        ("forecast", {**SEOUL, "latitude": "nan"}, "Latitude must be in range"),
        ("forecast", {**SEOUL, "latitude": "north"}, "'latitude'"),
        ("forecast", {**SEOUL, "forecast_days": "17"}, "Forecast days is invalid."),
        ("forecast", {**SEOUL, "forecast_days": "0"}, "Forecast days is invalid."),
        ("forecast", {**SEOUL, "current": "tempeture_2m"}, "invalid String value tempeture_2m"),
        ("forecast", {**SEOUL, "daily": "temperature_2m"}, "invalid String value temperature_2m"),
        ("forecast", {**SEOUL, "timezone": "Mars/Base"}, "Invalid timezone"),
        ("forecast", {**SEOUL, "timezone": "../etc/passwd"}, "Invalid timezone"),
    ],
)
async def test_bad_parameters(client: httpx.AsyncClient, path: str, params: dict[str, str], reason: str) -> None:
    response = await client.get(f"/v1/{path}", params=params)
    body = response.json()
    assert response.status_code == 400
    assert set(body) == {"error", "reason"}
    assert body["error"] is True
    assert reason in body["reason"]


async def test_faults(client: httpx.AsyncClient, faults: Faults) -> None:
    limit = '{"error": true, "reason": "Minutely API request limit exceeded."}'
    faults.add(Status(429, body=limit), path="/v1/forecast")
    faults.add(NullData("results"))
    faults.add(Without(frozenset({"country", "admin1", "timezone"})))
    assert (await client.get("/v1/search", params={"name": "Seoul"})).json()["results"] is None
    sparse = (await client.get("/v1/search", params={"name": "Seoul"})).json()["results"][0]
    assert not {"country", "admin1", "timezone"} & set(sparse)
    assert (await client.get("/v1/forecast", params=SEOUL)).status_code == 429
    assert [request.path for request in faults.requests] == ["/v1/search", "/v1/search", "/v1/forecast"]
