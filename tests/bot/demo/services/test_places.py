from zoneinfo import ZoneInfo

import pytest

from bot.demo.services.places import cities, describe, nearest, search


def names(name: str, count: int = 10) -> list[tuple[str, str]]:
    return [(city.names["en"], city.country_code) for city in search(name, count)]


def test_there_are_enough_cities() -> None:
    assert len(cities()) >= 48
    assert sum(city.country_code == "KR" for city in cities()) >= 15
    assert len({city.id for city in cities()}) == len(cities())


def test_every_city_is_usable() -> None:
    for city in cities():
        assert {"en", "ko"} <= set(city.names)
        assert {"en", "ko"} <= set(city.country)
        assert -90 <= city.latitude <= 90
        assert -180 <= city.longitude <= 180
        assert ZoneInfo(city.timezone).key == city.timezone
        assert nearest(city.latitude, city.longitude, 1) == city
        for name in (*city.names.values(), *city.aliases):
            assert city in search(name, 100) or len(name) == 1


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Seoul", ("Seoul", "KR")),
        ("  seoul ", ("Seoul", "KR")),
        ("서울", ("Seoul", "KR")),
        ("서울특별시", ("Seoul", "KR")),
        ("제주", ("Jeju City", "KR")),
        ("뉴욕", ("New York", "US")),
        ("東京", ("Tokyo", "JP")),
        ("München", ("Munich", "DE")),
        ("Sao Paulo", ("São Paulo", "BR")),
        ("Москва", ("Moscow", "RU")),
        ("القاهرة", ("Cairo", "EG")),
    ],
)
def test_a_name_in_any_language(name: str, found: tuple[str, str]) -> None:
    assert names(name)[0] == found


def test_the_larger_city_comes_first() -> None:
    assert names("London") == [("London", "GB"), ("London", "CA")]
    assert names("광주") == [("Gwangju", "KR"), ("Gwangju", "KR")]
    assert search("Paris", 1)[0].country_code == "FR"


def test_an_exact_match_comes_before_the_beginning_of_a_larger_name() -> None:
    assert names("Rio")[0] == ("Rio de Janeiro", "BR")
    assert ("San Francisco", "US") in names("San")


def test_two_characters_match_a_whole_name_only() -> None:
    assert names("LA") == [("Los Angeles", "US")]
    assert names("Se") == []
    assert names("서") == []


@pytest.mark.parametrize("name", ["", " ", "x", "빈", "Atlantis", "아틀란티스"])
def test_no_match(name: str) -> None:
    assert names(name) == []


def test_the_language_chooses_the_names() -> None:
    (tokyo,) = search("Tokyo", 1)
    assert [describe(tokyo, language)["name"] for language in ("en", "ko", "ja", "xx")] == [
        "Tokyo",
        "도쿄",
        "東京",
        "Tokyo",
    ]
    assert describe(tokyo, "ko")["country"] == "일본"
    assert describe(tokyo, "ko")["admin1"] == "도쿄도"


def test_a_value_that_is_not_known_has_no_key() -> None:
    assert "admin1" not in describe(search("Singapore", 1)[0], "en")
    assert "elevation" not in describe(search("세종", 1)[0], "ko")
    assert "population" not in describe(search("Sokcho", 1)[0], "en")


def test_the_nearest_city() -> None:
    near = nearest(37.5, 127.0, 100)
    assert near is not None
    assert near.names["en"] == "Seoul"
    assert nearest(0, -140, 100) is None
