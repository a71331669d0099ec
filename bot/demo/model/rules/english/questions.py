"""Reads English questions about employees."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.demo.model.rules.english.filters import read_filters, without_filters
from bot.demo.model.rules.english.words import (
    PEOPLE,
    PRONOUN,
    fields_in,
    ids_in,
    name_in,
    targets_in,
)
from bot.demo.model.rules.intents import Aggregate, Context, Field, Intent, Lookup, Query, Say, Target
from bot.demo.model.rules.numbers import COUNT, read_count

I = re.IGNORECASE  # noqa: E741 - the name that the re module gives it
LONGEST_FOLLOW_UP = 3  # words
COUNTING = re.compile(
    rf"\bhow many (?!years)|\bnumber of {PEOPLE}|\bcount\b|\bheadcount\b|\bhow big is the (?:team|company|staff)",
    I,
)
AVERAGE = re.compile(r"\b(?:average|mean|avg|averages)\b", I)
TOTAL = re.compile(r"\b(?:total|sum|altogether|combined|payroll)\b", I)
MOST = re.compile(
    r"\b(?:highest|most|max(?:imum)?|largest|biggest|greatest|top|best|richest|oldest|eldest|senior)\b", I
)
LEAST = re.compile(r"\b(?:lowest|least|min(?:imum)?|smallest|worst|fewest|poorest|youngest|bottom|junior)\b", I)
AGE_SUPERLATIVE = re.compile(r"\b(?:oldest|youngest|eldest|senior|junior)\b", I)
MONEY_SUPERLATIVE = re.compile(r"\b(?:richest|poorest|(?:best|worst)[- ]paid|payroll)\b", I)
LIMIT = re.compile(
    rf"\b(?:top|bottom|first|last|limit(?: to)?)\s+({COUNT})\b|"
    rf"\b({COUNT})\s+(?:{PEOPLE}\s+with\s+the\s+)?"
    r"(?:highest|lowest|oldest|youngest|best|worst|most|least|largest|smallest|top|richest)\b|"
    r"\b(?:highest|lowest|oldest|youngest|largest|smallest)\s+"
    rf"({COUNT})\b|\b({COUNT})\s+(?:highest|lowest)?\s*{PEOPLE}\b",
    I,
)
SORTING = re.compile(
    r"\b(?:sort(?:ed|ing)?|order(?:ed|ing)?|rank(?:ed|ing)?|arrange[d]?|ascending|descending|asc|desc|alphabetical(?:ly)?|"
    r"reverse[d]?|z (?:to|-) a|a (?:to|-) z|(?:highest|lowest|oldest|youngest|largest|smallest) first|"
    r"(?:high|low|highest|lowest|oldest|youngest) to (?:low|high|lowest|highest|oldest|youngest))\b|"
    r"\bby (?:their )?(?:salary|pay|age|name|id|income|wage)\b",
    I,
)
DESCENDING = re.compile(
    r"\b(?:desc(?:ending)?|reverse[d]?|z (?:to|-) a|(?:highest|oldest|largest) (?:first|to)|high to low|"
    r"top|best|decreasing)\b",
    I,
)
ASCENDING = re.compile(
    r"\b(?:asc(?:ending)?|a (?:to|-) z|(?:lowest|youngest|smallest) (?:first|to)|low to high|bottom|increasing)\b",
    I,
)
LISTING = re.compile(
    rf"\b(?:list|show|display|give|see|get|print|table)\b.*\b(?:{PEOPLE}|all|them)\b|\ball (?:the )?{PEOPLE}|"
    rf"^(?:the )?{PEOPLE}(?: list)?$|\bwho works\b|\bwho (?:are|is) (?:all )?(?:the |our )?{PEOPLE}|"
    rf"\blist {PEOPLE}|"
    r"\beveryone\b",
    I,
)
AS_TABLE = re.compile(r"\b(?:as|in|into) a table\b", I)
OF_THEM = re.compile(r"\b(?:of|among|from) (?:them|those|these)\b|\btheir\b", I)
OF_PERSON = [
    (re.compile(r"\bhow old (?:is|was|are)\s+(.+)", I), "age"),
    (re.compile(r"\bhow much (?:does|do|did|is)\s+(.+?)\s+(?:earn|make|get|paid|cost)", I), "salary"),
    (re.compile(r"\bwhat (?:does|do|did)\s+(.+?)\s+(?:earn|make|get)", I), "salary"),
    (re.compile(r"^(.+?)['’]s?\s+(?:current\s+)?"
                r"(?:salary|pay|wage|income|age|name|id|details|profile|data|info)\b", I), None),
    (re.compile(r"\b(?:salary|pay|wage|income|age|id|details|profile)\s+(?:of|for)\s+(.+)", I), None),
    (re.compile(r"^(?:who is|who's|find|look ?up|search(?: for)?|show(?: me)?|tell me about|"
                r"(?:info|information|details) (?:on|about)|"
                r"get)\s+(.+)", I), None),
]  # fmt: skip


def read_questions(text: str, context: Context) -> list[Intent]:
    """Return the questions about employees in one clause; [] if it holds none."""
    filters = read_filters(text)
    rest = without_filters(text) if filters else text
    fields = fields_in(rest)
    base = Query(filters=filters)
    if OF_THEM.search(text) and isinstance(context.last, Query) and not filters:
        base = Query(filters=context.last.filters)
    if COUNTING.search(text):
        if not filters and isinstance(context.last, Query) and not re.search(rf"\b{PEOPLE}\b", text, I):
            base = Query(filters=context.last.filters)
        return [replace(base, aggregate="count")]
    if AVERAGE.search(rest):
        return _aggregates(base, "average", fields, context)
    if TOTAL.search(rest) and (fields or "payroll" in rest.lower()):
        return _aggregates(base, "sum", fields or ["salary"], context)
    if (limited := LIMIT.search(rest)) and not ids_in(rest):
        return [_ranking(base, rest, fields, context, read_count(next(filter(None, limited.groups()))))]
    if SORTING.search(rest):
        return [_ranking(base, rest, fields, context, None)]
    if MOST.search(rest) or LEAST.search(rest):
        return _superlatives(base, rest, fields, context)
    if filters:
        return [base]
    if AS_TABLE.search(text):
        last = context.last
        return [replace(last, aggregate=None, field=None) if isinstance(last, Query) else Query()]
    return _about_one(text, fields, context) or ([Query()] if LISTING.search(text) else [])


def _aggregates(base: Query, kind: Aggregate, fields: list[Field], context: Context) -> list[Intent]:
    numeric: list[Field] = [field for field in fields if field in ("age", "salary")]
    if not numeric and context.field in ("age", "salary"):
        numeric = [context.field]
    return [replace(base, aggregate=kind, field=field) for field in numeric] or [Say("which_field")]


def _ranking(base: Query, text: str, fields: list[Field], context: Context, limit: int | None) -> Query:
    if AGE_SUPERLATIVE.search(text):
        fields = ["age"]
    field: Field = fields[0] if fields else context.field or "id"
    if re.search(r"\bby (?:their )?(?:the )?(\w+)", text, I):
        named = fields_in(re.findall(r"\bby (?:their )?(?:the )?(\w+)", text, I)[-1])
        field = named[0] if named else field
    elif field == "name" and "salary" in fields:
        field = "salary"
    if ASCENDING.search(text):
        descending = False
    elif DESCENDING.search(text):
        descending = True
    else:
        descending = bool(MOST.search(text))
    return replace(base, sort_by=field, descending=descending, limit=limit)


def _superlatives(base: Query, text: str, fields: list[Field], context: Context) -> list[Intent]:
    kinds: list[tuple[int, Aggregate]] = []
    for kind, pattern in (("max", MOST), ("min", LEAST)):
        if match := pattern.search(text):
            kinds.append((match.start(), "max" if kind == "max" else "min"))
    if AGE_SUPERLATIVE.search(text):
        fields = ["age"]
    elif MONEY_SUPERLATIVE.search(text):
        fields = ["salary"]
    chosen = [field for field in fields if field in ("age", "salary")] or fields
    field = chosen[0] if chosen else context.field
    if field is None:
        return [Say("which_field")]
    if not base.filters and not chosen and isinstance(context.last, Query):
        base = replace(base, filters=context.last.filters)
    return [replace(base, aggregate=kind, field=field) for _, kind in sorted(kinds)]


def _about_one(text: str, fields: list[Field], context: Context) -> list[Intent]:
    numeric = [field for field in fields if field in ("salary", "age")]
    asked: Field | None = numeric[0] if len(numeric) == 1 else None
    if ids := ids_in(text):
        if isinstance(context.last, Lookup) and len(text.split()) <= LONGEST_FOLLOW_UP:
            asked = asked or context.field
        return [Lookup(Target(employee_id=number), asked) for number in ids]
    if context.person is not None and PRONOUN.search(text) and (asked or re.match(r"who", text, I)):
        return [Lookup(context.person, asked)]
    for pattern, field in OF_PERSON:
        if not (match := pattern.search(text)):
            continue
        about = re.sub(
            r"['’]s?\s+(?:salary|pay|wage|income|age|details|profile|data|info)\b.*", "", match[1], flags=I
        )
        if targets := [target for target in targets_in(about, None) if target.name]:
            return [Lookup(target, asked or ("age" if field == "age" else "salary" if field else None))
                    for target in targets]  # fmt: skip
    named = re.search(r"[A-Z]", text[1:])
    if (
        asked
        and named
        and (name := name_in(re.sub(rf"\b(?:{asked}|pay|wage|income|salary|age)\b", " ", text, flags=I)))
    ):
        return [Lookup(Target(name=name), asked)]
    return []
