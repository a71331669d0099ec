"""Numbers as people write them in English and Korean, and as they like to read them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

DIGITS = r"\d[\d,]{0,24}"
"""Bounded: somebody may say 40,000 digits, and an open end would be tried from each of them."""

ENGLISH_NUMBER = rf"[$₩€£]?\s?{DIGITS}(?:\.\d{{1,12}})?\s?(?:k|m|thousand|million)?(?![\w])"
SIGN = r"(?:(?<![A-Za-z\d.-])(?:-|−|minus\s|마이너스\s?))?"
SIGNED_ENGLISH_NUMBER = rf"{SIGN}\s?{ENGLISH_NUMBER}"
KOREAN_UNITS = {
    "억": 100_000_000,
    "천만": 10_000_000,
    "백만": 1_000_000,
    "십만": 100_000,
    "만": 10_000,
    "천": 1_000,
    "백": 100,
}
_UNIT = "(?:억|천만|백만|십만|만|천|백)"
KOREAN_NUMBER = rf"{DIGITS}(?:\.\d{{1,12}})?(?:\s?{_UNIT}(?:\s?{DIGITS}\s?{_UNIT})?)?"
SIGNED_KOREAN_NUMBER = rf"{SIGN}{KOREAN_NUMBER}"
ENGLISH_UNITS = {"k": 1_000, "thousand": 1_000, "m": 1_000_000, "million": 1_000_000}
ENGLISH_WORDS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
}
KOREAN_WORDS = {
    "한": 1,
    "하나": 1,
    "두": 2,
    "둘": 2,
    "세": 3,
    "셋": 3,
    "네": 4,
    "넷": 4,
    "다섯": 5,
    "여섯": 6,
    "일곱": 7,
    "여덟": 8,
    "아홉": 9,
    "열": 10,
}
COUNT = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
KOREAN_COUNT = r"(?:\d+|한|하나|두|둘|세|셋|네|넷|다섯|여섯|일곱|여덟|아홉|열)"
NEGATIVE = ("-", "−", "minus", "마이너스")
_PART = re.compile(rf"(\d[\d,]*(?:\.\d+)?)\s?({_UNIT}|k|m|thousand|million)?", re.IGNORECASE)


_ENDLESS = re.compile(r"\d{19,}")


def without_endless(text: str) -> str:
    """Leave out digits in a row that number nothing here; Python itself refuses to read 5,000 of them."""
    return _ENDLESS.sub("…", text)


def read_number(text: str) -> int | float:
    """Read a number such as "330,000", "330k", "33만", "1억 2천만", "41.5" or "-5"."""
    total = 0.0
    for digits, unit in _PART.findall(text):
        scale = KOREAN_UNITS.get(unit) or ENGLISH_UNITS.get(unit.lower(), 1)
        total += float(digits.replace(",", "")) * scale
    if text.strip().lower().startswith(NEGATIVE):
        total = -total
    return int(total) if total.is_integer() else total


def read_count(text: str) -> int:
    """Read a small whole number in digits or words of either language."""
    word = text.strip().lower()
    return int(word) if word.isdigit() else ENGLISH_WORDS.get(word) or KOREAN_WORDS[word]


def write_number(value: object) -> str:
    """Write a number with thousands separators and at most three decimals: "330,000", "42.125"."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    rounded = Decimal(repr(value)).quantize(Decimal("0.001"), ROUND_HALF_UP)
    return f"{rounded:,.3f}".rstrip("0").rstrip(".")
