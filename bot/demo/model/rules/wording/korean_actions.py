"""Korean, of actions: what waits, what became of it, and what was taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.demo.model.rules.particles import with_particle
from bot.demo.model.rules.wording.korean_errors import FIELDS, said
from bot.demo.model.rules.wording.korean_schedules import SCHEDULING, scheduled
from bot.demo.model.rules.wording.tables import json_block, show_value


def outcome(function: str, arguments: Mapping[str, Any], status: str, value: Any, name: str | None = None) -> str:
    """Word what became of an action, about the employee of this name; only `succeeded` is told as done."""
    action = _action(function, arguments, name)
    result = value.get("result") if isinstance(value, dict) else None
    error = value.get("error") if isinstance(value, dict) else None
    match status:
        case "succeeded":
            return _succeeded(function, arguments, result, name)
        case "failed":
            return f"{with_particle(action, '을/를')} 하지 못했습니다. {said(error)}".strip()
        case "denied":
            told = f"거절되어 {with_particle(action, '은/는')} 하지 않았습니다. 바뀐 것은 없습니다."
            return f"{told} {_reason(value)}".strip()
        case "expired":
            return f"승인 시간이 지나서 {with_particle(action, '은/는')} 하지 않았습니다. 바뀐 것은 없습니다."
        case "withdrawn":
            return f"요청이 철회되어 {with_particle(action, '은/는')} 하지 않았습니다. 바뀐 것은 없습니다."
        case _:
            return (
                f"{with_particle(action, '이/가')} 실제로 반영됐는지 알 수 없습니다. "
                "다시 시도하지 않을 테니 직접 확인해 주세요. "
                f"{said(error)}"
            ).strip()


def just_denied(function: str, arguments: Mapping[str, Any]) -> str:
    """Say that Nod did not ask again for what was denied a moment ago."""
    action = with_particle(_action(function, arguments), "은/는")
    return f"{action} 방금 거절되어 다시 여쭤보지 않았습니다. 바뀐 것은 없습니다."


def taken_back(function: str, arguments: Mapping[str, Any]) -> str:
    """Say that a waiting action was withdrawn."""
    return f"{with_particle(_action(function, arguments), '을/를')} 철회했습니다. 바뀐 것은 없습니다."


def take_back_there() -> str:
    """Say where an action can be withdrawn that the model has no reference of."""
    return "수정하신 카드가 아직 승인을 기다리고 있습니다. 그 카드는 제가 철회할 수 없으니 카드에서 철회해 주세요."


def _succeeded(function: str, arguments: Mapping[str, Any], result: Any, name: str | None) -> str:
    row = result if isinstance(result, dict) else {}
    who = f"**{row['name']}** 님" if row.get("name") else f"{arguments.get('employee_id')}번 직원"
    match function:
        case "create_employee":
            number = f" 번호는 {row['id']}번입니다." if row.get("id") is not None else ""
            return f"**{arguments.get('name')}** 님을 직원으로 추가했습니다.{number}"
        case "delete_employee":
            return f"{_employee(arguments, name and f'**{name}**')}을 삭제했습니다."
        case "update_employee":
            return f"{who}의 {_changes(arguments)} 바꿨습니다."
    if function in SCHEDULING:
        return scheduled(function, row)
    return f"`{function}` 실행을 마쳤습니다.{json_block(result)}"


def _changes(arguments: Mapping[str, Any]) -> str:
    changed = []
    for field in ("name", "salary", "age"):
        if arguments.get(field) is None:
            continue
        shown = f"{arguments[field]}세" if field == "age" else show_value(field, arguments[field])
        changed.append(f"{with_particle(FIELDS[field], '을/를')} {with_particle(shown, '으로/로')}")
    return ", ".join(changed) or "정보를"


def _action(function: str, arguments: Mapping[str, Any], name: str | None = None) -> str:
    match function:
        case "create_employee":
            return f"{arguments.get('name')} 님 추가"
        case "delete_employee":
            return f"{_employee(arguments, name)} 삭제"
        case "update_employee":
            return f"{_employee(arguments, name)} 정보 변경"
        case "create_schedule":
            return "일정 만들기"
        case "update_schedule":
            return f"{arguments.get('schedule_id')}번 일정 변경"
        case "cancel_schedule":
            return f"{arguments.get('schedule_id')}번 일정 삭제"
    return f"`{function}` 실행"


def _employee(arguments: Mapping[str, Any], name: str | None) -> str:
    number = f"{arguments.get('employee_id')}번 직원"
    return f"{number} {name} 님" if name else number


def waiting(count: int) -> str:
    """Say that cards wait for a click."""
    if count == 1:
        return "카드가 승인을 기다리고 있습니다. 승인하기 전에는 아무것도 바뀌지 않습니다."
    return f"카드 {count}장이 승인을 기다리고 있습니다. 승인하기 전에는 아무것도 바뀌지 않습니다."


def _reason(value: Any) -> str:
    reason = value.get("reason") if isinstance(value, dict) else None
    return f"거절 사유: “{reason}”" if reason else ""
