import json
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

import pytest
from aiohttp import web

from bot.demo.services.faults import BrokenBody, Drop, Faults, NullData, NumbersAsStrings, Status, Without
from bot.demo.services.weather import make_app
from functions import Context, FunctionProblem
from functions.arguments import freeze
from functions.safe_call import CallOutcome, Ending, call
from functions.weather import CONDITIONS, Place, best_place, get_weather

NewContext = Callable[..., Awaitable[Context]]
Serve = Callable[[web.Application], Awaitable[str]]
TODAY = date(2026, 3, 2)


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
async def context(serve: Serve, new_context: NewContext, faults: Faults) -> Context:
    address = await serve(make_app(lambda: TODAY, faults))
    return await new_context(WEATHER_API_URL=f"{address}/", GEOCODING_API_URL=address)


async def ask(context: Context, **arguments: Any) -> CallOutcome:
    return await call(get_weather, context, freeze(get_weather, json.dumps(arguments)))


async def weather(context: Context, **arguments: Any) -> dict[str, Any]:
    outcome = await ask(context, **arguments)
    assert outcome.value is not None, outcome.words
    result: dict[str, Any] = json.loads(outcome.value)
    return result


async def test_current_and_daily_weather(context: Context, faults: Faults) -> None:
    found = await weather(context, city="Seoul", days=3)
    assert list(found) == ["place", "timezone", "current", "daily"]
    assert (found["place"], found["timezone"]) == ("Seoul, South Korea", "Asia/Seoul")
    assert list(found["current"]) == ["time", "temperature_c", "humidity_percent", "wind_kmh", "conditions"]
    assert found["current"]["time"] == "2026-03-02T15:00"
    assert found["current"]["conditions"] in CONDITIONS.values()
    assert [day["date"] for day in found["daily"]] == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert all(day["min_c"] <= day["max_c"] and day["conditions"] in CONDITIONS.values() for day in found["daily"])
    search, forecast = faults.requests
    assert dict(search.query) == {"name": "Seoul", "count": "10", "language": "en", "format": "json"}
    assert (forecast.query["timezone"], forecast.query["forecast_days"]) == ("auto", "3")


async def test_one_day_is_the_default(context: Context) -> None:
    assert len((await weather(context, city="Seoul"))["daily"]) == 1


@pytest.mark.parametrize(
    ("city", "place", "language"),
    [
        ("서울", "서울, 대한민국", "ko"),
        (unicodedata.normalize("NFD", "서울"), "서울, 대한민국", "ko"),
        ("수원", "수원, 경기도, 대한민국", "ko"),
        ("  busan ", "Busan, South Korea", "en"),
        ("東京", "Tokyo, Japan", "en"),
        ("Séoul", "Seoul, South Korea", "en"),
        ("Suwon", "Suwon, Gyeonggi-do, South Korea", "en"),
        ("광주", "광주, 대한민국", "ko"),
        ("광주, 경기도", "광주, 경기도, 대한민국", "ko"),
        ("Seoul, Korea", "Seoul, South Korea", "en"),
        ("Seoul, KR,", "Seoul, South Korea", "en"),
    ],
)
async def test_the_place_that_was_taken(
    context: Context, faults: Faults, city: str, place: str, language: str
) -> None:
    assert (await weather(context, city=city))["place"] == place
    assert faults.requests[0].query["language"] == language


@pytest.mark.parametrize("city", ["Nowhereville", "X", ",", "없는도시"])
async def test_no_such_place(context: Context, city: str) -> None:
    outcome = await ask(context, city=city)
    assert outcome.ending is Ending.FAILED
    assert "another spelling" in outcome.words
    assert "bigger place nearby" in outcome.words


@pytest.mark.parametrize(
    "arguments",
    [
        {"city": ""},
        {"city": " "},
        {"city": "a" * 101},
        {"city": "Seoul", "days": 0},
        {"city": "Seoul", "days": 8},
        {},
    ],
)
async def test_arguments_out_of_bounds(context: Context, arguments: dict[str, Any]) -> None:
    with pytest.raises(FunctionProblem):
        await ask(context, **arguments)


async def test_optional_keys_vanish(context: Context, faults: Faults) -> None:
    gone = frozenset({"country", "admin1", "population", "elevation", "country_code"})
    faults.add(Without(gone), path="/v1/search")
    assert (await weather(context, city="Suwon"))["place"] == "Suwon"


async def test_unknown_values_are_null(context: Context, faults: Faults) -> None:
    gone = frozenset({"relative_humidity_2m", "wind_speed_10m"})
    faults.add(Without(gone), path="/v1/forecast")
    found = (await weather(context, city="Seoul"))["current"]
    assert (found["humidity_percent"], found["wind_kmh"]) == (None, None)


@pytest.mark.parametrize(("code", "conditions"), [("null", "unknown"), ("42", "unknown"), ("61.0", "light rain")])
async def test_codes(context: Context, faults: Faults, code: str, conditions: str) -> None:
    body = (
        '{"timezone": "Asia/Seoul", "current": {"time": "2026-03-02T15:00", "weather_code": %s}, "daily": '
        '{"time": ["2026-03-02"], "weather_code": [%s], "temperature_2m_max": [null], "temperature_2m_min": [1]}}'
    )
    faults.add(Status(200, body=body % (code, code)), path="/v1/forecast")
    found = await weather(context, city="Seoul")
    assert found["current"]["conditions"] == conditions
    assert found["daily"] == [{"date": "2026-03-02", "min_c": 1.0, "max_c": None, "conditions": conditions}]


async def test_numbers_may_be_strings(context: Context, faults: Faults) -> None:
    plain = await weather(context, city="Seoul")
    faults.add(NumbersAsStrings(), times=2)
    assert await weather(context, city="Seoul") == plain


@pytest.mark.parametrize("path", ["/v1/search", "/v1/forecast"])
@pytest.mark.parametrize(
    "fault",
    [
        Status(429, "0"),
        Status(500, "0"),
        Status(400, body='{"error": true, "reason": "s3cret"}'),
        Drop(),
        BrokenBody(),
        Without(frozenset({"latitude", "daily"})),
        Status(200, body="[]"),
    ],
)
async def test_a_service_that_fails(context: Context, faults: Faults, path: str, fault: Any) -> None:
    faults.add(fault, path=path, times=3)
    outcome = await ask(context, city="Seoul")
    assert outcome.ending is Ending.FAILED
    assert outcome.incident is None
    service = "The place search of the weather service " if path == "/v1/search" else "The weather service "
    assert outcome.words.startswith(service)
    assert outcome.words.endswith("Say so and do not try again in this answer.")
    assert "s3cret" not in outcome.words


async def test_columns_of_different_lengths_cannot_be_read(context: Context, faults: Faults) -> None:
    body = (
        '{"timezone": "Asia/Seoul", "current": {"time": "2026-03-02T15:00"}, "daily": '
        '{"time": ["2026-03-02"], "weather_code": [], "temperature_2m_max": [1], "temperature_2m_min": [1]}}'
    )
    faults.add(Status(200, body=body), path="/v1/forecast")
    assert "cannot read" in (await ask(context, city="Seoul")).words


async def test_no_results_may_also_be_null(context: Context, faults: Faults) -> None:
    faults.add(NullData("results"), path="/v1/search")
    assert "another spelling" in (await ask(context, city="Seoul")).words


async def test_a_busy_service_is_asked_again(context: Context, faults: Faults) -> None:
    faults.add(Status(429, "0"), path="/v1/search", times=2)
    assert (await weather(context, city="Seoul"))["place"] == "Seoul, South Korea"


def place(name: str, population: int | None = None, **more: str) -> Place:
    return Place(name=name, latitude=0, longitude=0, population=population, **more)


@pytest.mark.parametrize(
    ("name", "hints", "candidates", "chosen"),
    [
        ("Paris", [], [place("Paris", 2_000_000), place("Paris", 24_000), place("Parisville", 9_000_000)], 0),
        ("Beijing", [], [place("Beijing"), place("Beijing", 100), place("Beijing", 18_960_744)], 2),
        ("서울", [], [place("서울특별시", 10_349_312), place("서울")], 0),
        ("Male", [], [place("Malé", 103_693), place("Malegaon", 435_362)], 0),
        (
            "Paris",
            ["Texas"],
            [place("Paris", 2_000_000, country="France"), place("Paris", 24_000, admin1="Texas")],
            1,
        ),
        ("Paris", ["us"], [place("Paris", 2, country_code="FR"), place("Paris", 1, country_code="US")], 1),
        ("Paris", ["an"], [place("Paris", 2, country="Chad"), place("Paris", 1, country="France")], 0),
        ("Paris", ["Nowhere"], [place("Paris", 2), place("Paris", 1)], 0),
        ("Tie", [], [place("Tie"), place("Tie")], 0),
    ],
)
def test_the_best_place(name: str, hints: Sequence[str], candidates: Sequence[Place], chosen: int) -> None:
    assert best_place(candidates, name, hints) is candidates[chosen]


def test_every_code_that_open_meteo_gives_has_words() -> None:
    codes = [
        0,
        1,
        2,
        3,
        45,
        48,
        51,
        53,
        55,
        56,
        57,
        61,
        63,
        65,
        66,
        67,
        71,
        73,
        75,
        77,
        80,
        81,
        82,
        85,
        86,
        95,
        96,
        99,
    ]
    assert sorted(CONDITIONS) == codes
    assert len(set(CONDITIONS.values())) == len(codes)
