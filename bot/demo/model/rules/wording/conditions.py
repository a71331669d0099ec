"""Weather conditions in Korean, for the English words that get_weather uses."""

from __future__ import annotations

import re

WHOLE = {
    "clear": "맑음",
    "clear sky": "맑음",
    "sunny": "맑음",
    "mainly clear": "대체로 맑음",
    "mostly clear": "대체로 맑음",
    "partly cloudy": "구름 조금",
    "cloudy": "흐림",
    "overcast": "흐림",
    "fog": "안개",
    "rime fog": "서리 안개",
    "depositing rime fog": "서리 안개",
    "freezing fog": "서리 안개",
    "snow grains": "싸락눈",
    "rain and snow": "진눈깨비",
    "thunderstorm with hail": "우박을 동반한 뇌우",
    "unknown": "알 수 없음",
}
STRENGTH = {
    "light": "약한",
    "slight": "약한",
    "moderate": "보통",
    "heavy": "강한",
    "dense": "강한",
    "violent": "매우 강한",
}
KIND = [
    ("freezing drizzle", "어는 이슬비"),
    ("freezing rain", "어는 비"),
    ("rain shower", "소나기"),
    ("snow shower", "소낙눈"),
    ("shower", "소나기"),
    ("drizzle", "이슬비"),
    ("thunderstorm", "뇌우"),
    ("rain", "비"),
    ("snow", "눈"),
    ("fog", "안개"),
    ("hail", "우박"),
]


def korean_conditions(english: str) -> str:
    """Return conditions in Korean: "light rain" is "약한 비". Words that are not known stay English."""
    lowered = " ".join(re.sub(r"[^a-z ]", " ", english.lower()).split())
    if lowered in WHOLE:
        return WHOLE[lowered]
    if "thunderstorm" in lowered and "hail" in lowered:
        return "우박을 동반한 뇌우"
    kind = next((korean for word, korean in KIND if word in lowered), None)
    if kind is None:
        return english
    strength = next((korean for word, korean in STRENGTH.items() if word in lowered.split()), "")
    return kind if strength in ("", "보통") else f"{strength} {kind}"
