"""English, of actions: what waits, what became of it, and what was taken back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.demo.model.rules.calls import ACTIONS
from bot.demo.model.rules.wording.english_schedules import SCHEDULING, scheduled
from bot.demo.model.rules.wording.tables import json_block, show_value

FOR_THE_MODEL = re.compile(
    r"\s*(?:Say so and do not try again in this answer|Look the id up with query_employees)\."
)


def outcome(function: str, arguments: Mapping[str, Any], status: str, value: Any, name: str | None = None) -> str:
    """Word what became of an action, about the employee of this name; only `succeeded` is told as done."""
    action = _action(function, arguments, name)
    result = value.get("result") if isinstance(value, dict) else None
    error = value.get("error") if isinstance(value, dict) else None
    match status:
        case "succeeded":
            return _succeeded(function, arguments, result, name)
        case "failed":
            return f"That did not work: {action} failed. {said(error)}".strip()
        case "denied":
            told = f"All right: {action} was denied, so nothing was changed."
            return f"{told} {_reason(value)}".strip()
        case "expired":
            return f"Nobody confirmed in time, so {action} has expired and nothing was changed."
        case "withdrawn":
            return f"The request was withdrawn, so nothing was changed: {action}."
        case _:
            what = "the employee" if function in ACTIONS else "whether it was done"
            return (
                f"I can't tell whether {action} took effect, and I won't try it again. Please check {what}. "
                f"{said(error)}"
            ).strip()


def just_denied(function: str, arguments: Mapping[str, Any]) -> str:
    """Say that Nod did not ask again for what was denied a moment ago."""
    return f"I didn't ask again: {_action(function, arguments)} was denied a moment ago. Nothing was changed."


def taken_back(function: str, arguments: Mapping[str, Any]) -> str:
    """Say that a waiting action was withdrawn."""
    return f"I took it back: {_action(function, arguments)} waits no longer, and nothing was changed."


def take_back_there() -> str:
    """Say where an action can be withdrawn that the model has no reference of."""
    return "The card that you edited still waits. I can't take that one back; please withdraw it on the card."


def _succeeded(function: str, arguments: Mapping[str, Any], result: Any, name: str | None) -> str:
    row = result if isinstance(result, dict) else {}
    who = f"**{row['name']}**" if row.get("name") else f"employee {arguments.get('employee_id')}"
    match function:
        case "create_employee":
            number = f" with id {row['id']}" if row.get("id") is not None else ""
            return f"Done: **{arguments.get('name')}** was added{number}."
        case "delete_employee":
            return f"Done: {_employee(arguments, name and f'**{name}**')} was deleted."
        case "update_employee":
            return f"Done: {_changes(arguments, who)}."
    if function in SCHEDULING:
        return scheduled(function, row)
    return f"Done: `{function}` succeeded.{json_block(result)}"


def _changes(arguments: Mapping[str, Any], who: str) -> str:
    changed = [
        f"the {field} of {who} is now {show_value(field, arguments[field])}"
        for field in ("name", "salary", "age")
        if arguments.get(field) is not None
    ]
    return listed(changed) or f"{who} was changed"


def _action(function: str, arguments: Mapping[str, Any], name: str | None = None) -> str:
    match function:
        case "create_employee":
            return f"adding {arguments.get('name')}"
        case "delete_employee":
            return f"deleting {_employee(arguments, name)}"
        case "update_employee":
            return f"changing {_employee(arguments, name)}"
        case "create_schedule":
            return "making the schedule"
        case "update_schedule":
            return f"changing schedule {arguments.get('schedule_id')}"
        case "cancel_schedule":
            return f"deleting schedule {arguments.get('schedule_id')}"
    return f"`{function}`"


def _employee(arguments: Mapping[str, Any], name: str | None) -> str:
    number = f"employee {arguments.get('employee_id')}"
    return f"{name} ({number})" if name else number


def waiting(count: int) -> str:
    """Say that cards wait for a click."""
    if count == 1:
        return "The card waits for a click: nothing is changed before that."
    return f"The {count} cards wait for a click: nothing is changed before that."


def said(error: Any) -> str:
    """Quote an error, without what is meant for the model; "" without one."""
    told = FOR_THE_MODEL.sub("", str(error or "")).replace("Value error, ", "").strip()
    return f"The message was: “{told}”" if told else ""


def _reason(value: Any) -> str:
    reason = value.get("reason") if isinstance(value, dict) else None
    return f"The reason given: “{reason}”" if reason else ""


def listed(parts: Sequence[str]) -> str:
    """Join words as in "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
