"""Reads English conditions: "older than 60", "salary over 300,000", "between 30 and 40"."""

from __future__ import annotations

import re

from bot.demo.model.rules.english.words import FIELD_WORD, NUMBER, fields_in
from bot.demo.model.rules.intents import Field, Filter, Operator
from bot.demo.model.rules.numbers import read_number

OLDEST_PLAUSIBLE_AGE = 120
BETWEEN = re.compile(rf"\b(?:between|from)\s+({NUMBER})\s+(?:and|to)\s+({NUMBER})", re.IGNORECASE)
PHRASES: tuple[tuple[Operator, str], ...] = (
    ("ge", r"(?:\bat least|\bno less than|\bnot (?:less|younger) than|\bminimum of|>=|≥)\s*N"),
    ("ge", r"N\s*(?:years?(?: old)?\s*)?(?:(?:or|and)\s+(?:more|older|above|over|higher|up)\b|\+)"),
    ("le", r"(?:\bat most|\bno more than|\bnot (?:more|older) than|\bup to|\bmaximum of|<=|≤)\s*N"),
    ("le", r"N\s*(?:years?(?: old)?\s*)?(?:or|and)\s+(?:less|younger|under|below|lower|fewer)\b"),
    ("gt", r"(?:\b(?:more|older|greater|higher|bigger) than|\bover|\babove|\bexceed(?:s|ing)?|\bpast|>)"
           r"(?:\s+the age of)?\s*N"),
    ("lt", r"(?:\b(?:less|younger|lower|fewer|smaller) than|\bunder|\bbelow|<)(?:\s+the age of)?\s*N"),
    ("eq", r"\b(?:aged|exactly|equals?(?: to)?|(?:age|salary|pay) (?:is|of|=))\s*N"),
    ("eq", r"\b(?:is|are)\s+N\s*(?:years old|yo\b)"),
)  # fmt: skip
COMPARISONS = [
    (operator, re.compile(pattern.replace("N", f"({NUMBER})"), re.IGNORECASE)) for operator, pattern in PHRASES
]
DECADE = re.compile(r"\bin (?:their|his|her) ([2-9]0)['’]?s\b", re.IGNORECASE)
NAME_PART = re.compile(
    r"\bnames?\s+(?:that\s+)?(?:contain(?:s|ing)?|includ(?:es|ing)|with|has|have|having|like)\s+['\"“‘]?([\w'-]+)|"
    r"\b(?:named|called)\s+['\"“‘]?([\w'-]+(?: [A-Z][\w'-]+)*)"
)


def read_filters(text: str) -> tuple[Filter, ...]:
    """Return all conditions of a clause, in the order of the kinds above."""
    found: list[Filter] = []
    for match in BETWEEN.finditer(text):
        low, high = read_number(match[1]), read_number(match[2])
        field = _field(text, match, high)
        found += [Filter(field, "ge", low), Filter(field, "le", high)]
    text = BETWEEN.sub(lambda match: " " * len(match[0]), text)
    for match in DECADE.finditer(text):
        found += [Filter("age", "ge", int(match[1])), Filter("age", "le", int(match[1]) + 9)]
    for operator, pattern in COMPARISONS:
        for match in pattern.finditer(text):
            value = read_number(match[1])
            found.append(Filter(_field(text, match, value), operator, value))
        text = pattern.sub(lambda match: re.sub(r"[\d<>=]", " ", match[0]), text)
    for match in NAME_PART.finditer(text):
        found.append(Filter("name", "contains", match[1] or match[2]))
    return tuple(found)


def without_filters(text: str) -> str:
    """Return the clause without its numeric conditions, so that their words do not count twice."""
    for pattern in (BETWEEN, DECADE, *(pattern for _, pattern in COMPARISONS), NAME_PART):
        text = pattern.sub(" ", text)
    return text


def _field(text: str, match: re.Match[str], value: int | float) -> Field:
    if re.search(r"older|younger|age", match[0], re.IGNORECASE):
        return "age"
    if re.match(r"\s*(?:years?|yrs?|yo\b)", text[match.end() :], re.IGNORECASE):
        return "age"
    before = [found for found in FIELD_WORD.finditer(text[: match.start()]) if not found.group("name")]
    near = fields_in(before[-1][0]) if before else fields_in(text[match.end() : match.end() + 20])
    numeric = [field for field in near if field in ("age", "salary", "id")]
    if numeric and (numeric[0] != "salary" or value > OLDEST_PLAUSIBLE_AGE):
        return numeric[0]
    return "age" if value <= OLDEST_PLAUSIBLE_AGE else "salary"
