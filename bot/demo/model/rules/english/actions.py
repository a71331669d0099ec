"""Reads English orders: hire, change, delete."""

from __future__ import annotations

import re

from bot.demo.model.rules.english.words import (
    NUMBER,
    PRONOUN,
    SIGNED,
    field_of_word,
    ids_in,
    name_in,
    strip_polite,
    targets_in,
)
from bot.demo.model.rules.intents import Change, Context, Create, Delete, Field, Intent, Say, Target, Update
from bot.demo.model.rules.numbers import read_number

I = re.IGNORECASE  # noqa: E741 - the name that the re module gives it
DELETE = re.compile(r"^(?:delete|remove|fire|dismiss|terminate|lay off|let go(?: of)?|erase|drop)\b\s*", I)
UP = r"raise|increase|bump(?: up)?|lift|up"
DOWN = r"lower|cut|reduce|decrease"
UPDATE = re.compile(rf"^(?P<verb>{UP}|{DOWN}|set|change|update|make|adjust|edit|correct|fix|give|rename)\b\s*", I)
CREATE = re.compile(
    r"^(?:hire|add|create|register|onboard|new (?:employee|hire)\b:?|we (?:hired|are hiring))\s*", I
)
EVERYONE = re.compile(r"\b(?:all|every|each|everyone|everybody)\b", I)
VALUE = rf"(?P<value>{SIGNED})(?P<percent>\s?(?:%|percent))?"
CHANGED = re.compile(
    rf"\b(?P<field>salary|pay|wage|income|age|raise)\b(?:(?!\b(?:salary|pay|wage|income|age)\b)[^\d%$])*?{VALUE}",
    I,
)
YEARS = re.compile(r"(\d{1,3})[\s-]*(?:years?[\s-]*old|yrs?\b|y/?o\b)", I)
PLAIN_VALUE = re.compile(rf"(?:\b(?P<how>to|by|of|at)\s+|(?P<is>=)\s*){VALUE}", I)
NEW_NAME = re.compile(r"\bname\b.*?\b(?:to|as|=)\s+[\"“']?(.+?)[\"”']?[.!?]*$", I)
RENAMED = re.compile(r"^(.*?)\s*\b(?:to|as)\s+[\"“']?(.+?)[\"”']?[.!?]*$", I)
TARGET_END = re.compile(
    r"['’]s?\s+(?:salary|pay|wage|income|age|name)\b|\s+(?:salary|pay|age|name)\b|"
    r"\s+(?:to|by|a raise|from)\b|:|\s+\d",
    I,
)
FIELD_OF = re.compile(
    r"^(?:the\s+)?(?:salary|pay|wage|income|age|name)\s+(?:of|for)\s+(.+?)(?:\s+(?:to|by|from|at|=)\b|$)", I
)


def read_actions(text: str, context: Context) -> list[Intent]:
    """Return the orders in one clause; [] if it holds none."""
    text = strip_polite(text)
    if match := DELETE.match(text):
        return _deletions(text[match.end() :], context)
    if match := CREATE.match(text):
        return [read_create(text[match.end() :])]
    if match := UPDATE.match(text):
        return _updates(match["verb"].lower(), text[match.end() :], context)
    return []


def _deletions(rest: str, context: Context) -> list[Intent]:
    rest = re.sub(r"\bfrom\s+(?:the|our|this)\b.*", "", rest, flags=I)
    targets = targets_in(rest, context.person)
    if not targets and (numbers := re.findall(r"\d+", rest)):
        targets = [Target(employee_id=int(number)) for number in numbers]
    if targets:
        return [Delete(target) for target in targets]
    return [Say("not_everyone" if EVERYONE.search(rest) else "which_employee")]


def _updates(verb: str, rest: str, context: Context) -> list[Intent]:
    targets, described = _targets_of_update(verb, rest, context)
    changes = read_changes(verb, described)
    if EVERYONE.search(rest) and not targets:
        return [Say("not_everyone")]
    if not changes and (verb in ("give", "make") or not targets):
        return []
    if not targets:
        return [Say("which_employee")]
    return [Update(target, changes) for target in targets] if changes else [Say("which_change")]


def _targets_of_update(verb: str, rest: str, context: Context) -> tuple[list[Target], str]:
    if ids := ids_in(rest):
        described = re.sub(
            r"(?:employees?|staff|number|no\.?|id)?\s*#?\b\d+\b(?:['’]s)?", " ", rest, count=1, flags=I
        )
        for number in ids[1:]:
            described = re.sub(rf"\b{number}\b", " ", described, count=1)
        return [Target(employee_id=number) for number in ids], described
    if context.person is not None and PRONOUN.search(rest):
        return [context.person], rest
    if verb == "rename" and (match := RENAMED.match(rest)):
        return targets_in(match[1], None), rest
    if match := FIELD_OF.match(rest):
        return targets_in(match[1], None), rest
    end = TARGET_END.search(rest)
    return targets_in(rest[: end.start()] if end else rest, None), rest


def read_changes(verb: str, text: str) -> tuple[Change, ...]:
    """Return the changes of an order, such as "salary to 330000" or "age to 40 and salary by 5%"."""
    if verb == "rename" and (match := RENAMED.match(text.strip())):
        return (Change("name", "set", match[2].strip()),)
    text = re.sub(rf"\bfrom\s+{NUMBER}\s*(?=to\b)", " ", text, flags=I)
    changes: dict[Field, Change] = {}
    sign = -1 if re.match(DOWN, verb, I) else 1
    for match in CHANGED.finditer(text):
        field = field_of_word(match["field"]) or "salary"
        by = re.search(r"\bby\b", match[0], I) or (
            match["field"].lower() == "raise" and not re.search(r"\bto\b", match[0])
        )
        changes[field] = _change(field, match, bool(by), sign)
    if not changes and (years := YEARS.search(text)):
        changes["age"] = Change("age", "set", int(years[1]))
    if not changes and (match := PLAIN_VALUE.search(text)):
        changes["salary"] = _change("salary", match, (match["how"] or "").lower() == "by", sign)
    if not changes and (named := NEW_NAME.search(text)):
        changes["name"] = Change("name", "set", named[1].strip())
    return tuple(changes.values())


def _change(field: Field, match: re.Match[str], by: bool, sign: int) -> Change:
    value = read_number(match["value"])
    if match["percent"]:
        return Change(field, "percent", sign * value)
    return Change(field, "add", sign * value) if by else Change(field, "set", value)


def read_create(rest: str) -> Create:
    """Return what is said of a new employee; what is missing stays None."""
    salary = age = None
    if match := re.search(rf"\b(?:salary|pay(?:ing)?|earning|paid|wage|income)\b[^\d$]*?({SIGNED})", rest, I):
        salary = int(read_number(match[1]))
        rest = rest.replace(match[0], " , ", 1)
    if match := YEARS.search(rest) or re.search(r"\bage[d]?\b[^\d]*(\d{1,3})\b", rest, I):
        age = int(match[1])
        rest = rest.replace(match[0], " , ", 1)
    for number in re.findall(NUMBER, rest):
        value = int(read_number(number))
        if age is None and value <= 120:
            age = value
        elif salary is None and value > 120:
            salary = value
    head = re.split(
        r"[,(]|\bwith\b|\bat\b|\bfor\b|\bas\b|\bwho\b|\band\b|\bto (?:the|our)\b|\d", rest, maxsplit=1, flags=I
    )
    name = name_in(head[0])
    if name is None and (match := re.search(r"\b(?:named|called|name(?: is|:)?)\s+([^\W\d][^,\d]*)", rest, I)):
        name = name_in(match[1])
    return Create(name, salary, age)
