"""Korean, of schedules: which there are, and what became of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SCHEDULING = frozenset({"create_schedule", "update_schedule", "cancel_schedule"})


def scheduled(function: str, schedule: Mapping[str, Any]) -> str:
    """Say that an action about a schedule was done."""
    number = schedule.get("schedule_id")
    runs = schedule.get("next_runs") or ()
    match function:
        case "create_schedule":
            first = f" 처음 실행은 {_time(runs[0])}입니다." if runs else ""
            return f"{schedule.get('channel')} 채널에 올릴 {number}번 일정을 만들었습니다.{first}"
        case "cancel_schedule":
            return f"{number}번 일정을 삭제했습니다."
        case _ if schedule.get("state") == "paused":
            return f"{number}번 일정을 일시 중지했습니다."
    first = f" 다음 실행은 {_time(runs[0])}입니다." if runs else ""
    return f"{number}번 일정을 바꿨습니다.{first}"


def listed_schedules(value: Mapping[str, Any]) -> str:
    """List schedules in a table."""
    rows = value.get("schedules") or ()
    if not rows:
        return "아직 일정이 없습니다."
    lines = ["| 번호 | 할 일 | 언제 | 어디에 | 다음 |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        runs = row.get("next_runs") or ()
        upcoming = _time(runs[0]) if runs else "일시 중지"
        when = f"`{row.get('when')}` {row.get('timezone')}"
        cells = (row.get("schedule_id"), row.get("prompt"), when, row.get("channel"), upcoming)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _time(text: str) -> str:
    return str(text)[:16].replace("T", " ")
