"""English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.demo.model.rules.calls import Found, Row, employees_of
from bot.demo.model.rules.intents import Create, Field, Filter, Lookup, Query, Topic, Weather
from bot.demo.model.rules.numbers import write_number
from bot.demo.model.rules.wording.code import EXAMPLE
from bot.demo.model.rules.wording.english_actions import (
    just_denied,
    listed,
    outcome,
    said,
    take_back_there,
    taken_back,
    waiting,
)
from bot.demo.model.rules.wording.english_files import looked_at
from bot.demo.model.rules.wording.english_schedules import listed_schedules
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

HEADINGS = ("ID", "Name", "Salary", "Age")
COMPARED = {
    "eq": "{a_field} of {value}",
    "ne": "{a_field} other than {value}",
    "lt": "{a_field} under {value}",
    "le": "{a_field} of {value} or less",
    "gt": "{a_field} over {value}",
    "ge": "{a_field} of {value} or more",
    "contains": "“{value}” in the {field}",
}
AGGREGATED = {"average": "average", "sum": "total", "min": "lowest", "max": "highest", "count": "number"}
ABILITIES = (
    "I can look up employees (highest or average salary, oldest, sorted lists, conditions such as "
    "“older than 60”), tell the weather of a city, and prepare changes to employees that run only after somebody "
    "confirms them."
)
STAND_IN = "I'm a stand-in that follows rules, not a language model"
SAYINGS: dict[Topic, str] = {
    "greeting": f"Hello! {STAND_IN}. {ABILITIES}",
    "help": f"{STAND_IN}. {ABILITIES} Try “who has the highest salary?”, “weather in Paris tomorrow” or "
    "“raise Tiger Nixon's salary to 330000”.",
    "thanks": "You're welcome!",
    "code": f"I write no code myself. This is a function of your own, which I could call:\n\n{EXAMPLE}",
    "unknown": f"I didn't understand that: {STAND_IN}. {ABILITIES}",
    "which_employee": "Which employee do you mean? Please give me a name or an id.",
    "which_field": "Do you mean the salary or the age?",
    "which_change": "What should change? Please tell me the new salary, age or name.",
    "not_everyone": "I won't do that for everybody at once. Please name the employees, by name or id.",
    "nothing_waits": "Nothing is waiting for a click in this thread, so there is nothing to take back.",
    "nothing_to_confirm": "Nothing is waiting for a click in this thread. What would you like me to do?",
    "nothing_more": "That was all of it, so there is nothing to continue. Ask me something else.",
    "press_the_button": "I don't take words for a click: please press the **Confirm** button on the card.",
}
DAYS = ("Today", "Tomorrow", "The day after tomorrow")


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
    if query.aggregate == "count" or (aggregate and aggregate.get("operation") == "count"):
        total = matched if not aggregate else int(aggregate.get("value") or 0)
        verb = "is" if total == 1 else "are"
        return f"There {verb} **{write_number(total)}** {_employees(total)}{_conditions(query.filters)}."
    if matched == 0:
        return f"There is no employee{_conditions(query.filters)}."
    if isinstance(aggregate, Mapping):
        return _aggregated(query, aggregate, rows, matched)
    shown = min(len(rows), LONGEST_TABLE)
    if shown == 1 and matched == 1:
        return about_employee(None, rows[0])
    lead = f"{write_number(matched)} {_employees(matched)}{_conditions(query.filters)}{_order(query)}:"
    if query.limit is not None and shown < matched:
        lead = f"{shown} of {matched} employees{_conditions(query.filters)}{_order(query)}:"
    text = f"{lead}\n\n{employees_table(HEADINGS, rows)}"
    return text if shown == matched or query.limit else f"{text}\n\n… and {matched - shown} more."


def _aggregated(query: Query, aggregate: Mapping[str, Any], rows: Sequence[Row], matched: int) -> str:
    kind, field = str(aggregate.get("operation")), str(aggregate.get("field"))
    value = show_value(field, aggregate.get("value"))
    among = f" among the {matched} employees{_conditions(query.filters)}" if query.filters else ""
    if kind in ("min", "max") and rows:
        names = listed([f"**{row.get('name')}**" for row in rows])
        many = len(rows) > 1
        if field == "age":
            which = "oldest" if kind == "max" else "youngest"
            if many:
                return f"{names} are the {which}{among}, each **{value}** years old."
            return f"{names} is the {which}{among}, at **{value}** years old."
        return f"{names} {'have' if many else 'has'} the {AGGREGATED[kind]} {field}{among}: **{value}**."
    among = f" of the {matched} employees{_conditions(query.filters)}" if query.filters else ""
    return f"The {AGGREGATED.get(kind, kind)} {field}{among} is **{value}**."


def about_one(lookup: Lookup, found: Found) -> str:
    """Word the result of a look-up by name."""
    if found.employee is not None:
        return about_employee(lookup.field, found.employee)
    name = lookup.target.name or f"#{lookup.target.employee_id}"
    if not found.candidates:
        return f"I found no employee named “{name}”."
    return f"Several employees match “{name}”:\n\n{employees_table(HEADINGS, found.candidates)}"


def about_employee(field: Field | None, row: Row) -> str:
    """Word one employee, or the one field that was asked for."""
    name = f"**{row.get('name')}**"
    if field == "salary":
        return f"The salary of {name} is **{write_number(row.get('salary'))}**."
    if field == "age":
        return f"{name} is **{write_number(row.get('age'))}** years old."
    return (
        f"{name} (employee {row.get('id')}) is {write_number(row.get('age'))} years old and earns "
        f"{write_number(row.get('salary'))}."
    )


def weather(asked: Weather, value: Mapping[str, Any]) -> str:
    """Word the result of get_weather: now and today, one later day, or a table of days."""
    place = value.get("place") or asked.city
    daily = [day for day in value.get("daily") or () if isinstance(day, dict)]
    current = value.get("current")
    if asked.day is not None and asked.day > 0:
        if asked.day >= len(daily):
            return f"I have no forecast for that day in {place}."
        when = DAYS[asked.day] if asked.day < len(DAYS) else f"In {asked.day} days"
        return f"{when} in **{place}** ({daily[asked.day]['date']}): {_day(daily[asked.day])}."
    lines = []
    if isinstance(current, dict):
        lines.append(
            f"**{place}** now: {current.get('temperature_c')} °C, {current.get('conditions')}, humidity "
            f"{write_number(current.get('humidity_percent'))} %, wind {current.get('wind_kmh')} km/h."
        )
    if len(daily) == 1 or asked.day == 0:
        lines += [f"Today: {_day(day)}." for day in daily[:1]]
        return " ".join(lines)
    rows = [
        [str(day["date"]), str(day["conditions"]), f"{day['min_c']} °C", f"{day['max_c']} °C"] for day in daily
    ]
    lines.append(table(("Date", "Conditions", "Low", "High"), rows, numeric=(2, 3)))
    return "\n\n".join(lines)


def failed(function: str, error: str) -> str:
    """Word the error of a call."""
    subject = {"get_weather": "the weather", "query_employees": "the employees", "get_employee": "the employee"}
    if function in subject:
        return f"I couldn't get {subject[function]}. {said(error)}"
    return f"That did not work. {said(error)}"


def result_of(function: str, value: Any) -> str:
    """Show the result of a function that the rules know nothing more about."""
    if function == "list_schedules" and isinstance(value, dict):
        return listed_schedules(value)
    if isinstance(value, str | int | float):
        return f"`{function}` answered: {value}"
    return f"`{function}` answered:{json_block(value)}"


def not_offered(function: str) -> str:
    """Say that a function is needed that the request does not offer."""
    return f"I would need the function `{function}` for that, and it isn't available to me here."


def which_one(name: str, candidates: Sequence[Row]) -> str:
    """Ask which employee is meant, before an action."""
    if not candidates:
        return f"I found no employee named “{name}”, so I have prepared nothing. Which employee do you mean?"
    return f"Several employees match “{name}”. Which one do you mean?\n\n{employees_table(HEADINGS, candidates)}"


def which_city() -> str:
    """Ask for the city."""
    return "For which city would you like the weather?"


def missing_for_create(create: Create) -> str:
    """Ask for what is missing to add an employee."""
    missing = [field for field in ("name", "age", "salary") if getattr(create, field) is None]
    who = create.name or "the new employee"
    return f"To add {who} I still need the {listed(missing)}."


def first_message(found: Sequence[str]) -> str:
    """Quote the person's first message."""
    return (
        f"The first thing you asked was: “{found[0]}”"
        if found
        else "This is the first message I can see from you."
    )


def previous_message(found: Sequence[str]) -> str:
    """Quote the person's message before this one."""
    return f"Before this you asked: “{found[0]}”" if found else "This is the first message I can see from you."


def summary(texts: Sequence[str], heard: Sequence[tuple[str, str]] = ()) -> str:
    """List what was asked so far, and what was said before, by whom."""
    parts = []
    if heard:
        parts.append(f"Before I was called:\n\n{heard_list(heard)}")
    if texts:
        parts.append("So far you asked:\n\n" + "\n".join(f"- {text}" for text in texts))
    return "\n\n".join(parts) or "There is nothing to summarize yet."


def _conditions(filters: Sequence[Filter]) -> str:
    parts = [
        COMPARED[condition.operator].format(
            field=condition.field,
            a_field=f"{'a' if condition.field in ('salary', 'name') else 'an'} {condition.field}",
            value=show_value(condition.field, condition.value),
        )
        for condition in filters
    ]
    return f" with {listed(parts)}" if parts else ""


def _order(query: Query) -> str:
    if query.sort_by is None:
        return ""
    return f" by {query.sort_by}, {'descending' if query.descending else 'ascending'}"


def _employees(count: int) -> str:
    return "employee" if count == 1 else "employees"


def _day(day: Mapping[str, Any]) -> str:
    return f"{day.get('conditions')}, {day.get('min_c')} to {day.get('max_c')} °C"
