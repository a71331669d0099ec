from datetime import UTC, date, datetime, timedelta
from statistics import mean

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.services.climate import FREEZING_C, SNOW_FOR, Day, normals_at, weather_at, weather_on
from bot.demo.services.places import search

WMO = {0, 1, 2, 3, 45, 51, 61, 63, 65, 71, 73, 75, 80, 81, 95}


def month(city: str, number: int) -> list[Day]:
    found = search(city, 1)[0]
    start = date(2025, number, 1)
    days = [start + timedelta(days=ahead) for ahead in range(28)]
    return [weather_on(found.latitude, found.longitude, found.normals, day) for day in days]


@settings(deadline=None)
@given(
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_any_place_on_any_day(latitude: float, longitude: float, day: date) -> None:
    weather = weather_on(latitude, longitude, normals_at(latitude), day)
    assert weather == weather_on(latitude, longitude, normals_at(latitude), day)
    assert weather.code in WMO
    assert -60 < weather.min_c < weather.max_c < 55
    assert 0 <= weather.humidity_percent <= 100
    assert weather.wind_kmh >= 0
    assert (weather.precipitation_mm > 0) == (weather.code > 50)
    assert weather.code not in (71, 73, 75) or weather.max_c <= FREEZING_C + 4


@settings(deadline=None)
@given(st.floats(-90, 90), st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_any_moment_lies_within_its_day(latitude: float, local: datetime) -> None:
    day = weather_on(latitude, 127.0, normals_at(latitude), local.date())
    moment = weather_at(day, local)
    assert day.min_c - 0.1 <= moment.temperature_c <= day.max_c + 0.1
    assert 0 <= moment.humidity_percent <= 100
    assert moment.code in (day.code, SNOW_FOR.get(day.code))
    assert moment.code not in SNOW_FOR or moment.temperature_c > FREEZING_C


def test_afternoons_are_warmer_than_nights() -> None:
    day = month("Seoul", 5)[0]
    at = [weather_at(day, datetime(2025, 5, 1, hour, tzinfo=UTC)).temperature_c for hour in (3, 15)]
    assert at == [day.min_c, day.max_c]


def test_seasons() -> None:
    assert mean(day.max_c for day in month("Seoul", 7)) > 25
    assert mean(day.min_c for day in month("Seoul", 1)) < 0
    assert mean(day.max_c for day in month("Sydney", 1)) > mean(day.max_c for day in month("Sydney", 7)) + 5
    assert all(day.min_c > 18 for number in (1, 4, 7, 10) for day in month("Singapore", number))


def test_it_snows_in_moscow_and_never_in_singapore() -> None:
    snow = {71, 73, 75}
    assert any(day.code in snow for day in month("Moscow", 1))
    assert not any(day.code in snow for number in range(1, 13) for day in month("Singapore", number))


def test_it_is_dry_in_cairo_and_wet_in_mumbai_in_july() -> None:
    assert not any(day.precipitation_mm for day in month("Cairo", 7))
    assert sum(day.precipitation_mm > 0 for day in month("Mumbai", 7)) > 14


def test_unknown_places_are_colder_towards_the_poles_and_turn_their_seasons_at_the_equator() -> None:
    assert normals_at(5).july > normals_at(45).july > normals_at(75).july
    assert normals_at(45).january < normals_at(45).july
    assert normals_at(-45).january > normals_at(-45).july
