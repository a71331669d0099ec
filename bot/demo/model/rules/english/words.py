"""The English words for fields, and the bits of grammar that several rules share."""

from __future__ import annotations

import re

from bot.demo.model.rules.intents import Field, Target
from bot.demo.model.rules.numbers import ENGLISH_NUMBER, SIGNED_ENGLISH_NUMBER

FIELDS: dict[Field, str] = {
    "salary": r"salar(?:y|ies)|pay|paid|paycheck|earn(?:s|ed|ing|ings|er|ers)?|income|wages?|compensation|money",
    "age": r"age[ds]?|old|older|oldest|young|younger|youngest|elder|eldest|years old",
    "name": r"names?|alphabetical(?:ly)?",
    "id": r"ids?|employee numbers?",
}
FIELD_WORD = re.compile(
    "|".join(rf"(?P<{field}>\b(?:{words})\b)" for field, words in FIELDS.items()), re.IGNORECASE
)
NUMBER = ENGLISH_NUMBER
SIGNED = SIGNED_ENGLISH_NUMBER
PEOPLE = r"(?:employees?|people|persons?|staff|workers?|colleagues?|members?|everyone|everybody|anyone|guys)"
POLITE = re.compile(
    r"^(?:please|pls|kindly|also|and|so|then|now|next|ok(?:ay)?|hey|hi|hello|well|but|let'?s|go ahead and|"
    r"can (?:you|we|i)|"
    r"could (?:you|we|i)|would you|will you|i(?:'d| would) like (?:you )?to|i want (?:you )?to|"
    r"we (?:need|want) to|"
    r"i need (?:you )?to|just)\b[\s,]*",
    re.IGNORECASE,
)
PRONOUN = re.compile(
    r"\b(?:he|him|his|she|her|hers|they|them|their|(?:that|this) (?:person|employee|one|guy))\b", re.IGNORECASE
)
EMPLOYEE_IDS = re.compile(
    r"(?:(?:employees?|emp|staff|person|workers?|records?|ids?|numbers?|no\.?)[\s:]*(?:ids?|numbers?|no\.?|#)?[\s:]*"
    r"|(?=#))(#?\d+\b(?!,\d{3})(?:\s*(?:,\s*and|and|&|,|or)\s*(?:employee\s*)?#?\d+\b(?!,\d))*)",
    re.IGNORECASE,
)
NAME_NOISE = re.compile(
    rf"\b(?:the|a|an|new|our|my|this|that|mr|mrs|ms|dr|employees?|emp|record|named|called|name is|"
    rf"what['’]s|who['’]s|what|whats|who|is|he|she|they|and|are|was|how|much|many|does|do|tell|show|give|get|me|us|about|info|information|details|"
    rf"current|please|find|look up|lookup|of|for|on|data|profile|{PEOPLE})\b|['’]s\b|[?!.:,\"“”]",
    re.IGNORECASE,
)
NOT_A_NAME = re.compile(
    r"\b(?:average|mean|highest|lowest|oldest|youngest|total|sum|most|least|all|every|each|their|salar\w*|ages?|max|min|"
    r"who|which|weather|forecast|maximum|minimum|median|company|you|i|it|we|everyone|everybody|top|today|tomorrow)\b",
    re.IGNORECASE,
)


def strip_polite(text: str) -> str:
    """Drop what people say before they come to the point: "ok, could you please …"."""
    while (match := POLITE.match(text)) and match.end():
        text = text[match.end() :]
    return text.strip()


def fields_in(text: str) -> list[Field]:
    """Return the fields that a text speaks of, in order, each once."""
    found: list[Field] = []
    for match in FIELD_WORD.finditer(text):
        field = _field_of(match)
        if field not in found:
            found.append(field)
    return found


def field_of_word(word: str) -> Field | None:
    """Return the field that a word stands for."""
    match = FIELD_WORD.search(word)
    return None if match is None else _field_of(match)


def _field_of(match: re.Match[str]) -> Field:
    for field in FIELDS:
        if match.group(field):
            return field
    raise ValueError(match)


def ids_in(text: str) -> list[int]:
    """Return the employee ids of "employee 5", "employees 5, 6 and 7", "#5" …"""
    return [int(number) for match in EMPLOYEE_IDS.finditer(text) for number in re.findall(r"\d+", match[1])]


def name_in(text: str) -> str | None:
    """Return a person's name when, without small words, the text is nothing but one to four name-like words."""
    words = " ".join(NAME_NOISE.sub(" ", text).split())
    if not words or len(words.split()) > 4 or NOT_A_NAME.match(words) or re.search(r"\d", words):
        return None
    if not all(re.fullmatch(r"[^\W\d_][\w.'’-]*", word) for word in words.split()):
        return None
    return words if words != words.lower() else words.title()


def targets_in(text: str, person: Target | None) -> list[Target]:
    """Return the employees that a text names by id, by name ("A and B"), or by a pronoun."""
    if ids := ids_in(text):
        return [Target(employee_id=number) for number in ids]
    if person is not None and PRONOUN.search(text):
        return [person]
    names = [name_in(part) for part in re.split(r"\s*(?:,\s*and\b|\band\b|&|,)\s*", text)]
    return [Target(name=name) for name in names if name]
