"""Turns intents into calls of the functions that Nod offers, and reads their results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.demo.model.conversation import ProposedCall
from bot.demo.model.rules.intents import (
    Change,
    Create,
    Delete,
    Direct,
    Filter,
    Intent,
    Lookup,
    Query,
    TakeBack,
    Target,
    Update,
    Weather,
)
from bot.demo.model.rules.waiting import WITHDRAW

ACTIONS = frozenset({"create_employee", "update_employee", "delete_employee"})
KNOWN = ACTIONS | {"query_employees", "get_employee", "get_weather", WITHDRAW}
Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """What a look-up before an action came to: exactly one employee, or the candidates (none or several)."""

    employee: Row | None
    candidates: tuple[Row, ...] = ()


def first_call(intent: Intent) -> ProposedCall | None:
    """Return the call that an intent begins with; None if it needs none."""
    match intent:
        case Query():
            return _call("query_employees", query_arguments(intent))
        case Lookup(target=target):
            return look_up(target)
        case Weather(city=str(city), days=days):
            return _call("get_weather", {"city": city, "days": days})
        case Create(name=str(name), salary=int(salary), age=int(age)):
            return _call("create_employee", {"name": name, "salary": salary, "age": age})
        case Update(target=target) | Delete(target=target):
            return look_up(target) if needs_look_up(intent) else action_call(intent, None)
        case TakeBack(waiting=waiting) if waiting.reference is not None:
            return _call(WITHDRAW, {"reference_of_action": waiting.reference})
        case Direct(function=function, arguments=arguments):
            return ProposedCall(function, arguments)
    return None


def needs_look_up(intent: Update | Delete) -> bool:
    """Return whether an action's employee has to be read first: named by name, or changed by a step."""
    if intent.target.employee_id is None:
        return True
    return isinstance(intent, Update) and any(change.kind != "set" for change in intent.changes)


def look_up(target: Target) -> ProposedCall:
    """Return the read-only call that finds one employee."""
    if target.employee_id is not None:
        return _call("get_employee", {"employee_id": target.employee_id})
    return _call("query_employees", query_arguments(Query((Filter("name", "contains", target.name or ""),))))


def action_call(intent: Update | Delete, employee: Row | None) -> ProposedCall:
    """Return the action itself, for the employee that was looked up or that the person named by id."""
    employee_id = intent.target.employee_id if employee is None else employee["id"]
    if isinstance(intent, Delete):
        return _call("delete_employee", {"employee_id": employee_id})
    arguments: dict[str, Any] = {"employee_id": employee_id, "name": None, "salary": None, "age": None}
    for change in intent.changes:
        arguments[change.field] = _changed(change, employee)
    return _call("update_employee", arguments)


def find_one(target: Target, value: Any) -> Found:
    """Read a look-up's result; an exact name wins over names that contain it."""
    if target.employee_id is not None:
        return Found(value if isinstance(value, dict) else None)
    rows = employees_of(value)
    exact = [row for row in rows if str(row.get("name", "")).casefold() == str(target.name).casefold()]
    chosen = exact or rows
    return Found(chosen[0]) if len(chosen) == 1 else Found(None, tuple(chosen))


def employees_of(value: Any) -> list[Row]:
    """Return the employees in a result of any of the functions."""
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("result"), dict):
        value = value["result"]
    rows = value.get("employees")
    if isinstance(rows, list):
        return [row for row in rows if isinstance(row, dict)]
    return [value] if "id" in value and "name" in value else []


def query_arguments(query: Query) -> dict[str, Any]:
    """Return query_employees' arguments, every one of them as strict schemas want it."""
    return {
        "filters": [
            {"field": condition.field, "operator": condition.operator, "value": condition.value}
            for condition in query.filters
        ],
        "sort_by": query.sort_by,
        "descending": query.descending,
        "limit": query.limit,
        "aggregate": query.aggregate,
        "aggregate_field": query.field if query.aggregate else None,
    }


def query_of(arguments: Mapping[str, Any]) -> Query:
    """Return the question that a call's arguments ask; the reverse of `query_arguments`."""
    filters = tuple(
        Filter(condition["field"], condition["operator"], condition["value"])
        for condition in arguments.get("filters") or ()
        if isinstance(condition, dict) and {"field", "operator", "value"} <= condition.keys()
    )
    return Query(
        filters=filters,
        sort_by=arguments.get("sort_by"),
        descending=bool(arguments.get("descending")),
        limit=arguments.get("limit"),
        aggregate=arguments.get("aggregate"),
        field=arguments.get("aggregate_field"),
    )


def read_json(text: str) -> Any:
    """Return a JSON text's value, or the text itself if it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _changed(change: Change, employee: Row | None) -> Any:
    if change.kind == "set" or isinstance(change.value, str):
        return change.value if change.field == "name" else round(float(change.value))
    before = float((employee or {}).get(change.field, 0))
    return round(before + change.value if change.kind == "add" else before * (100 + change.value) / 100)


def _call(name: str, arguments: Mapping[str, Any]) -> ProposedCall:
    return ProposedCall(name, json.dumps(arguments, ensure_ascii=False))
