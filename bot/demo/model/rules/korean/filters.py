"""Reads Korean conditions: "60세 이상", "연봉이 30만 넘는", "30대"."""

from __future__ import annotations

import re

from bot.demo.model.rules.intents import Field, Filter, Operator
from bot.demo.model.rules.korean.words import fields_in
from bot.demo.model.rules.numbers import KOREAN_NUMBER, read_number

OLDEST_PLAUSIBLE_AGE = 120
UNIT = r"(?P<unit>\s?(?:세|살|원|달러))?"
VALUE = rf"(?P<value>{KOREAN_NUMBER}){UNIT}"
BETWEEN = re.compile(
    rf"(?P<low>{KOREAN_NUMBER})\s?(?:세|살|원|달러)?\s?(?:에서|부터|~|-|이상)\s*{VALUE}\s?(?:사이|까지|이하)"
)
PHRASES: tuple[tuple[Operator, str], ...] = (
    ("ge", r"\s?(?:은|는|이|가|을|를)?\s?(?:이상|부터)"),
    ("le", r"\s?(?:은|는|이|가|을|를)?\s?(?:이하|까지)"),
    ("gt", r"\s?(?:은|는|이|가|을|를)?\s?(?:초과|넘|보다\s?(?:더\s?)?(?:많|높|큰|늙|나이))"),
    (
        "lt",
        r"\s?(?:은|는|이|가|을|를)?\s?(?:미만|안\s?되는|보다\s?(?:더\s?)?(?:적|낮|작|어린|어리|젊|밑|아래))",
    ),
    ("eq", r"\s?(?:인|짜리)(?=\s|$)"),
)
COMPARISONS = [(operator, re.compile(VALUE + pattern)) for operator, pattern in PHRASES]
DECADE = re.compile(r"([2-9]0)대(?!\d)")
NAME_PART = re.compile(
    r"이름(?:에|이|은|에는)?\s?['\"“‘]?(?P<part>[A-Za-z가-힣][\w-]*?)['\"”’]?\s?(?:이|가|을|를|라는|이라는|으로|로)?\s?"
    r"(?:들어|포함|있는|시작|인\s)"
)


def read_filters(text: str) -> tuple[Filter, ...]:
    """Return all conditions of a clause."""
    found: list[Filter] = []
    for match in BETWEEN.finditer(text):
        high = read_number(match["value"])
        field = _field(text, match, high)
        found += [Filter(field, "ge", read_number(match["low"])), Filter(field, "le", high)]
    text = BETWEEN.sub(lambda match: " " * len(match[0]), text)
    for match in DECADE.finditer(text):
        found += [Filter("age", "ge", int(match[1])), Filter("age", "le", int(match[1]) + 9)]
    text = DECADE.sub(" ", text)
    for operator, pattern in COMPARISONS:
        for match in pattern.finditer(text):
            value = read_number(match["value"])
            found.append(Filter(_field(text, match, value), operator, value))
    for match in NAME_PART.finditer(text):
        found.append(Filter("name", "contains", match["part"]))
    return tuple(found)


def without_filters(text: str) -> str:
    """Return the clause without its conditions, so that their words do not count twice."""
    for pattern in (BETWEEN, DECADE, *(pattern for _, pattern in COMPARISONS), NAME_PART):
        text = pattern.sub(" ", text)
    return text


def _field(text: str, match: re.Match[str], value: int | float) -> Field:
    unit = (match["unit"] or "").strip()
    if unit in ("세", "살"):
        return "age"
    if unit in ("원", "달러"):
        return "salary"
    before = [field for field in fields_in(text[: match.start()]) if field in ("age", "salary")]
    if before:
        return before[-1]
    after = [field for field in fields_in(text[match.end() : match.end() + 12]) if field in ("age", "salary")]
    if after:
        return after[0]
    return "age" if value <= OLDEST_PLAUSIBLE_AGE else "salary"
