"""Reads Korean questions about employees."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.demo.model.rules.intents import Aggregate, Context, Field, Intent, Lookup, Query, Say, Target
from bot.demo.model.rules.korean.filters import read_filters, without_filters
from bot.demo.model.rules.korean.words import FIELD_WORD, PEOPLE, PRONOUN, fields_in, ids_in, name_in
from bot.demo.model.rules.numbers import KOREAN_COUNT, read_count

LONGEST_FOLLOW_UP = 2  # words
COUNTING = re.compile(
    rf"몇\s?명|명수|인원\s?수|{PEOPLE}\s?(?:의\s?)?수(?:는|를|가|\s|$|\?)|총\s?인원|몇\s?사람|몇이나"
)
AVERAGE = re.compile(r"평균")
TOTAL = re.compile(
    r"총합|합계|총액|총\s?(?:연봉|급여|임금)|합(?:은|을|이|\s|$|\?)|모두\s?(?:더|합)|전부\s?(?:더|합)|인건비"
)
VERY = re.compile(r"제일|가장|젤|최고|최저|최대|최소|최고령|최연소|최연장|막내|최상위|최하위|1위|꼴찌")
LEAST = re.compile(
    r"적은|적게|적어|적지|적나|적니|적습|낮|작은|작아|최저|최소|덜|어린|젊은|최연소|막내|꼴찌|하위|어려|젊"
)
AGE_SUPERLATIVE = re.compile(r"최고령|최연소|최연장|연장자|막내|어린|젊은|늙은|늙|나이")
LIMIT = re.compile(
    rf"(?:상위|하위|톱|top)\s?({KOREAN_COUNT})(?!\d)|({KOREAN_COUNT})\s?(?:명|사람)(?!수)", re.IGNORECASE
)
SORTING = re.compile(
    r"정렬|내림\s?차순|오름\s?차순|역순|순으로|순서|순위|거꾸로|"
    r"(?:높은|낮은|많은|적은|어린|젊은|큰|작은|늙은|나이|이름|연봉|급여|번호|사번|가나다|알파벳)\s?순"
)
DESCENDING = re.compile(r"내림\s?차순|역순|거꾸로|(?:높은|많은|큰|늙은)\s?(?:순|사람부터|직원부터)|상위|순위")
ASCENDING = re.compile(r"오름\s?차순|(?:낮은|적은|어린|젊은|작은)\s?(?:순|사람부터|직원부터)|하위")
COMPARATIVE = re.compile(r"(?:높|많|적|낮|젊|어린|늙|큰|작)")
LISTING = re.compile(
    rf"(?:전체|모든|전|모두|전부)\s?{PEOPLE}|{PEOPLE}\s?(?:전체|모두|전부|목록|명단|리스트|다\s)|누가\s?(?:일하|근무)|"
    rf"{PEOPLE}(?:을|를)?\s?(?:좀\s?)?(?:보여|알려|나열|출력)|(?:목록|명단)(?:을|를)?\s?(?:좀\s?)?(?:보여|알려|줘|주세요)|^(?:직원\s?)?(?:목록|명단)$"
)
OF_THEM = re.compile(r"(?:그|이)\s?(?:중|사람들|직원들)|그들|이들|그\s?가운데")
NEXT_TO_FIELD = re.compile(
    r"^(?P<who>.+?)\s*(?:의|은|는|이|가)?\s*(?P<field>연봉|급여|월급|봉급|임금|나이|연령|사번|번호|정보|프로필|몇\s?살|몇\s?세|얼마)"
)
WHO_IS = re.compile(
    r"^(?P<who>.+?)\s*(?:은|는|이|가|을|를|에 대해서?)?\s*(?:누구|찾아|검색|조회|어떤 사람|"
    r"(?:알려|보여)\s?(?:줘|주세요|줄래))"
)
AS_TABLE = re.compile(r"^(?:\S+\s){0,3}표로\s?(?:좀\s?)?(?:다시\s?)?(?:보여|정리|만들|알려|해)")
AMONG = re.compile(rf"{PEOPLE}?\s?(?:들)?\s?(?:중에서|중에|중|가운데)\s")


def read_questions(text: str, context: Context) -> list[Intent]:
    """Return the questions about employees in one clause; [] if it holds none."""
    filters = read_filters(text)
    rest = without_filters(text) if filters else text
    fields = fields_in(rest)
    base = Query(filters=filters)
    if OF_THEM.search(text) and isinstance(context.last, Query) and not filters:
        base = Query(filters=context.last.filters)
    if COUNTING.search(text):
        if not filters and isinstance(context.last, Query) and not re.search(PEOPLE, text):
            base = Query(filters=context.last.filters)
        return [replace(base, aggregate="count")]
    if AVERAGE.search(rest):
        return _aggregates(base, "average", fields, context)
    if TOTAL.search(rest):
        return _aggregates(base, "sum", fields or ["salary"], context)
    limited = LIMIT.search(rest)
    if limited and (
        VERY.search(rest) or COMPARATIVE.search(rest) or DESCENDING.search(rest) or ASCENDING.search(rest)
    ):
        count = read_count(limited[1] or limited[2])
        if count > 1 or not VERY.search(rest):
            return [_ranking(base, rest, fields, context, count)]
    if SORTING.search(rest):
        return [_ranking(base, rest, fields, context, None)]
    if VERY.search(rest):
        return _superlatives(base, rest, fields, context)
    if filters:
        return [base]
    if limited and re.search(PEOPLE, rest):
        return [replace(base, limit=read_count(limited[1] or limited[2]))]
    if AS_TABLE.search(text):
        last = context.last
        return [replace(last, aggregate=None, field=None) if isinstance(last, Query) else Query()]
    if LISTING.search(text):
        return [Query()]
    return _about_one(text, fields, context)


def _aggregates(base: Query, kind: Aggregate, fields: list[Field], context: Context) -> list[Intent]:
    numeric: list[Field] = [field for field in fields if field in ("age", "salary")]
    if not numeric and context.field in ("age", "salary"):
        numeric = [context.field]
    return [replace(base, aggregate=kind, field=field) for field in numeric] or [Say("which_field")]


def _ranking(base: Query, text: str, fields: list[Field], context: Context, limit: int | None) -> Query:
    field = fields[0] if fields else context.field or "id"
    if ASCENDING.search(text):
        descending = False
    elif DESCENDING.search(text):
        descending = True
    elif limit is not None or VERY.search(text):
        descending = not LEAST.search(text)
    else:
        descending = False
    return replace(base, sort_by=field, descending=descending, limit=limit)


def _superlatives(base: Query, text: str, fields: list[Field], context: Context) -> list[Intent]:
    chosen = next((field for field in fields if field in ("age", "salary")), None)
    if chosen is None and AGE_SUPERLATIVE.search(text):
        chosen = "age"
    field = chosen or context.field
    if field is None:
        return [Say("which_field")]
    if chosen is None and not base.filters and isinstance(context.last, Query):
        base = replace(base, filters=context.last.filters)
    both = re.search(r"최고", text) and re.search(r"최저", text)
    both = both or (re.search(r"많|높", text) and re.search(r"적|낮", text))
    if both:
        return [replace(base, aggregate="max", field=field), replace(base, aggregate="min", field=field)]
    return [replace(base, aggregate="min" if LEAST.search(text) else "max", field=field)]


def _about_one(text: str, fields: list[Field], context: Context) -> list[Intent]:
    numeric = [field for field in fields if field in ("salary", "age")]
    asked: Field | None = numeric[0] if len(numeric) == 1 else None
    if not numeric and "얼마" in text:
        asked = "salary"
    if ids := ids_in(text):
        if isinstance(context.last, Lookup) and len(text.split()) <= LONGEST_FOLLOW_UP:
            asked = asked or context.field
        return [Lookup(Target(employee_id=number), asked) for number in ids]
    if context.person is not None and PRONOUN.search(text):
        return [Lookup(context.person, asked)]
    if re.search(r"날씨|기온|예보", text):
        return []
    match = NEXT_TO_FIELD.search(text) or WHO_IS.search(text)
    if match is None:
        asking = FIELD_WORD.search(text)
        name = name_in(text[: asking.start()]) if asking else None
    else:
        name = name_in(AMONG.sub(" ", match["who"]))
    return [Lookup(Target(name=name), asked)] if name else []
