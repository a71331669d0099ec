"""Korean, in 합니다체 throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.demo.model.rules.calls import Found, Row, employees_of
from bot.demo.model.rules.intents import Create, Field, Filter, Lookup, Query, Topic, Weather
from bot.demo.model.rules.numbers import write_number
from bot.demo.model.rules.particles import particle, with_particle
from bot.demo.model.rules.wording.code import EXAMPLE
from bot.demo.model.rules.wording.conditions import korean_conditions
from bot.demo.model.rules.wording.korean_actions import just_denied, outcome, take_back_there, taken_back, waiting
from bot.demo.model.rules.wording.korean_errors import FIELDS, said
from bot.demo.model.rules.wording.korean_files import looked_at
from bot.demo.model.rules.wording.korean_schedules import listed_schedules
from bot.demo.model.rules.wording.tables import (
    LONGEST_TABLE,
    employees_table,
    heard_list,
    json_block,
    show_value,
    table,
)

__all__ = [
    "about_employee",
    "about_many",
    "about_one",
    "failed",
    "first_message",
    "just_denied",
    "looked_at",
    "missing_for_create",
    "not_offered",
    "outcome",
    "previous_message",
    "result_of",
    "say",
    "summary",
    "take_back_there",
    "taken_back",
    "unknown",
    "waiting",
    "weather",
    "which_city",
    "which_one",
]

HEADINGS = ("번호", "이름", "연봉", "나이")
COMPARED = {"lt": "미만", "le": "이하", "gt": "초과", "ge": "이상"}
AGGREGATED = {"average": "평균 {}", "sum": "{} 합계", "min": "최저 {}", "max": "최고 {}"}
ABILITIES = (
    "직원 정보(최고·평균 연봉, 나이, 정렬, “60세 이상” 같은 조건)와 도시 날씨를 알려 드리고, "
    "직원 정보 변경은 카드로 준비해 드립니다. "
    "변경은 요청하신 분이 카드에서 승인을 눌러야만 실행됩니다."
)
STAND_IN = "저는 언어 모델이 아니라 정해진 규칙대로 답하는 데모용 대역입니다."
SAYINGS: dict[Topic, str] = {
    "greeting": f"안녕하세요! {STAND_IN} {ABILITIES}",
    "help": f"{STAND_IN} {ABILITIES} “연봉이 제일 높은 사람은?”, “내일 부산 날씨는?”, "
    "“Tiger Nixon의 연봉을 330000으로 올려줘”처럼 "
    "물어보세요.",
    "thanks": "천만에요! 더 궁금한 게 있으면 말씀해 주세요.",
    "code": f"저는 코드를 직접 짜지는 않습니다. 제가 부를 수 있는 함수는 이렇게 만듭니다.\n\n{EXAMPLE}",
    "unknown": f"무슨 말씀인지 이해하지 못했습니다. {STAND_IN} {ABILITIES}",
    "which_employee": "어느 직원을 말씀하십니까? 이름이나 번호를 알려주세요.",
    "which_field": "연봉과 나이 중 어느 쪽을 말씀하십니까?",
    "which_change": "무엇을 바꿀까요? 새 연봉이나 나이, 이름을 알려주세요.",
    "not_everyone": "전 직원을 한꺼번에 바꾸거나 지우지는 않습니다. 직원의 이름이나 번호를 알려주세요.",
    "nothing_waits": "이 스레드에는 승인을 기다리는 작업이 없어서 철회할 것이 없습니다.",
    "nothing_to_confirm": "이 스레드에는 승인을 기다리는 작업이 없습니다. 무엇을 할지 말씀해 주세요.",
    "nothing_more": "답이 이미 끝나서 더 이어 갈 내용이 없습니다. 다른 것을 물어봐 주세요.",
    "press_the_button": "말씀만으로는 아무것도 실행하지 않습니다. 카드에서 **승인** 버튼을 눌러 주세요.",
}
THE_FIRST = "제가 볼 수 있는 메시지 중에는 이번이 처음입니다."
DAYS = ("오늘", "내일", "모레", "글피")


def say(topic: Topic) -> str:
    """Say one of the fixed sentences."""
    return SAYINGS.get(topic) or SAYINGS["unknown"]


def unknown() -> str:
    """Say that the rules do not cover this, and what they do."""
    return SAYINGS["unknown"]


def about_many(query: Query, value: Mapping[str, Any]) -> str:
    """Word the result of query_employees."""
    rows = employees_of(value)
    matched = int(value.get("matched", len(rows)))
    aggregate = value.get("aggregate")
    conditions = _conditions(query.filters)
    if query.aggregate == "count" or (aggregate and aggregate.get("operation") == "count"):
        total = matched if not aggregate else int(aggregate.get("value") or 0)
        return f"{conditions}직원은 모두 **{write_number(total)}명**입니다."
    if matched == 0:
        return f"{conditions}직원이 없습니다." if conditions else "등록된 직원이 없습니다."
    if isinstance(aggregate, Mapping):
        return _aggregated(query, aggregate, rows, matched)
    shown = min(len(rows), LONGEST_TABLE)
    if shown == 1 and matched == 1:
        return about_employee(None, rows[0])
    lead = f"{conditions}직원 {write_number(matched)}명을 {_order(query)}보여 드립니다."
    if query.limit is not None and query.limit < matched:
        lead = f"{_order(query)}{conditions}직원 {matched}명 중 {shown}명을 보여 드립니다."
    text = f"{lead}\n\n{employees_table(HEADINGS, rows)}"
    return text if shown == matched or query.limit else f"{text}\n\n이 밖에 {matched - shown}명이 더 있습니다."


def _aggregated(query: Query, aggregate: Mapping[str, Any], rows: Sequence[Row], matched: int) -> str:
    kind, field = str(aggregate.get("operation")), str(aggregate.get("field"))
    value = aggregate.get("value")
    conditions = _conditions(query.filters)
    among = f"{conditions}직원 {matched}명 중에서 " if query.filters else ""
    if kind in ("min", "max") and rows:
        names = _names(rows)
        each = "모두 " if len(rows) > 1 else ""
        if field == "age":
            which = "많은" if kind == "max" else "어린"
            return f"{among}나이가 가장 {which} 사람은 {names}이고, {each}**{write_number(value)}세**입니다."
        which = "높은" if kind == "max" else "낮은"
        label, shown = FIELDS.get(field, field), show_value(field, value)
        return (
            f"{among}{with_particle(label, '이/가')} 가장 {which} 사람은 {names}이고, "
            f"{with_particle(label, '은/는')} {each}**{shown}**입니다."
        )
    label = AGGREGATED.get(kind, kind + " {}").format(FIELDS.get(field, field))
    of = f"{conditions}직원 {matched}명의 " if query.filters else "직원들의 "
    if field == "age":
        return f"{of}{with_particle(label, '은/는')} **{write_number(value)}세**입니다."
    shown = show_value(field, value)
    return f"{of}{with_particle(label, '은/는')} **{shown}**입니다."


def about_one(lookup: Lookup, found: Found) -> str:
    """Word the result of a look-up by name."""
    if found.employee is not None:
        return about_employee(lookup.field, found.employee)
    name = lookup.target.name or f"{lookup.target.employee_id}번"
    if not found.candidates:
        return f"“{name}”{particle(name, '이라는/라는')} 직원을 찾지 못했습니다."
    return f"“{name}”에 해당하는 직원이 여러 명입니다.\n\n{employees_table(HEADINGS, found.candidates)}"


def about_employee(field: Field | None, row: Row) -> str:
    """Word one employee, or the one field that was asked for."""
    name = f"**{row.get('name')}**"
    salary, age = write_number(row.get("salary")), write_number(row.get("age"))
    if field == "salary":
        return f"{name} 님의 연봉은 **{salary}**입니다."
    if field == "age":
        return f"{name} 님은 **{age}세**입니다."
    return f"{name} 님({row.get('id')}번)은 {age}세이고, 연봉은 {salary}입니다."


def weather(asked: Weather, value: Mapping[str, Any]) -> str:
    """Word the result of get_weather: now and today, one later day, or a table of days."""
    place = _place(asked.city, str(value.get("place") or ""))
    daily = [day for day in value.get("daily") or () if isinstance(day, dict)]
    current = value.get("current")
    if asked.day is not None and asked.day > 0:
        if asked.day >= len(daily):
            return f"{place}의 그날 예보는 아직 없습니다."
        when = DAYS[asked.day] if asked.day < len(DAYS) else f"{asked.day}일 뒤"
        return f"{when}({daily[asked.day]['date']}) {place} 날씨입니다. {_day(daily[asked.day])}."
    lines = []
    if isinstance(current, dict):
        conditions = korean_conditions(str(current.get("conditions")))
        lines.append(
            f"{place} 날씨입니다. 지금은 {current.get('temperature_c')}°C, {conditions}, "
            f"습도 {write_number(current.get('humidity_percent'))}%, "
            f"바람은 시속 {current.get('wind_kmh')}km입니다."
        )
    if len(daily) == 1 or asked.day == 0:
        lines += [f"오늘은 {_day(day)}." for day in daily[:1]]
        return " ".join(lines)
    rows = [
        [str(day["date"]), korean_conditions(str(day["conditions"])), f"{day['min_c']}°C", f"{day['max_c']}°C"]
        for day in daily
    ]
    lines.append(table(("날짜", "날씨", "최저", "최고"), rows, numeric=(2, 3)))
    return "\n\n".join(lines)


def _place(asked: str | None, taken: str) -> str:
    """Name the place as it was asked for, and beside it what of the place that was taken says more."""
    if not asked:
        return f"**{taken}**"
    more = ", ".join(part for part in taken.split(", ") if part != asked)
    return f"**{asked}**({more})" if more else f"**{asked}**"


def failed(function: str, error: str) -> str:
    """Word the error of a call."""
    subject = {"get_weather": "날씨를", "query_employees": "직원 정보를", "get_employee": "직원 정보를"}
    if function in subject:
        return f"{subject[function]} 가져오지 못했습니다. {said(error)}"
    return f"요청하신 일을 하지 못했습니다. {said(error)}"


def result_of(function: str, value: Any) -> str:
    """Show the result of a function that the rules know nothing more about."""
    if function == "list_schedules" and isinstance(value, dict):
        return listed_schedules(value)
    if isinstance(value, str | int | float):
        return f"`{function}`의 결과입니다: {value}"
    return f"`{function}`의 결과입니다.{json_block(value)}"


def not_offered(function: str) -> str:
    """Say that a function is needed that the request does not offer."""
    return f"그 일에는 `{function}` 함수가 필요한데, 지금은 제가 쓸 수 없습니다."


def which_one(name: str, candidates: Sequence[Row]) -> str:
    """Ask which employee is meant, before an action."""
    if not candidates:
        return (
            f"“{name}”{particle(name, '이라는/라는')} 직원을 찾지 못해서 아무것도 준비하지 않았습니다. "
            "어느 직원을 말씀하십니까?"
        )
    lead = f"“{name}”에 해당하는 직원이 여러 명입니다. 어느 분을 말씀하십니까?"
    return f"{lead}\n\n{employees_table(HEADINGS, candidates)}"


def which_city() -> str:
    """Ask for the city."""
    return "어느 도시의 날씨를 알려 드릴까요?"


def missing_for_create(create: Create) -> str:
    """Ask for what is missing to add an employee."""
    missing = [FIELDS[field] for field in ("name", "age", "salary") if getattr(create, field) is None]
    who = f"{create.name} 님을" if create.name else "새 직원을"
    return f"{who} 추가하려면 {with_particle(_joined(missing), '이/가')} 더 필요합니다. 알려 주시겠습니까?"


def first_message(found: Sequence[str]) -> str:
    """Quote the person's first message."""
    return (
        f"처음에는 “{found[0]}”라고 하셨습니다." if found else "제가 볼 수 있는 메시지 중에는 이번이 처음입니다."
    )


def previous_message(found: Sequence[str]) -> str:
    """Quote the person's message before this one."""
    return (
        f"바로 전에는 “{found[0]}”라고 하셨습니다."
        if found
        else "제가 볼 수 있는 메시지 중에는 이번이 처음입니다."
    )


def summary(texts: Sequence[str], heard: Sequence[tuple[str, str]] = ()) -> str:
    """List what was asked so far, and what was said before, by whom."""
    parts = []
    if heard:
        parts.append(f"저를 부르시기 전에는 이런 이야기가 있었습니다.\n\n{heard_list(heard)}")
    if texts:
        parts.append("지금까지 이렇게 물어보셨습니다.\n\n" + "\n".join(f"- {text}" for text in texts))
    return "\n\n".join(parts) or "아직 요약할 내용이 없습니다."


def _conditions(filters: Sequence[Filter]) -> str:
    """Return conditions before a noun: "나이가 30세 이상 39세 이하이고 연봉이 100,000 초과인 "."""
    phrases: list[str] = []
    before: Filter | None = None
    for condition in filters:
        compared = condition.operator in COMPARED
        if before and before.field == condition.field and compared and before.operator in COMPARED:
            phrases[-1] += f" {_amount(condition)} {COMPARED[condition.operator]}"
        else:
            phrases.append(_condition(condition))
        before = condition
    if not phrases:
        return ""
    linked = [f"{phrase}이고" if _is_open(phrase) else f"{phrase}," for phrase in phrases[:-1]]
    return " ".join([*linked, f"{phrases[-1]}인" if _is_open(phrases[-1]) else phrases[-1]]) + " "


def _condition(condition: Filter) -> str:
    subject = with_particle(FIELDS[condition.field], "이/가")
    amount = _amount(condition)
    match condition.operator:
        case "contains":
            return f"{FIELDS[condition.field]}에 “{amount}”{particle(amount, '이/가')} 들어가는"
        case "ne":
            return f"{subject} {with_particle(amount, '이/가')} 아닌"
        case "eq":
            return f"{subject} {amount}"
    return f"{subject} {amount} {COMPARED[condition.operator]}"


def _is_open(phrase: str) -> bool:
    return not phrase.endswith(("들어가는", "아닌"))


def _amount(condition: Filter) -> str:
    shown = show_value(condition.field, condition.value)
    return f"{shown}세" if condition.field == "age" else shown


def _order(query: Query) -> str:
    if query.sort_by is None:
        return ""
    return f"{FIELDS[query.sort_by]} {'내림차순' if query.descending else '오름차순'}으로 "


def _names(rows: Sequence[Row]) -> str:
    return _joined([f"**{row.get('name')}** 님" for row in rows])


def _joined(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return ", ".join([*words[:-2], f"{with_particle(words[-2], '과/와')} {words[-1]}"])


def _day(day: Mapping[str, Any]) -> str:
    conditions = korean_conditions(str(day.get("conditions")))
    return f"{conditions}, 최저 {day.get('min_c')}°C, 최고 {day.get('max_c')}°C로 예상됩니다"
