"""English, of schedules: which there are, and what became of one."""

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
            first = f" It runs first at {_time(runs[0])}." if runs else ""
            return f"Done: schedule {number} is made, for {schedule.get('channel')}.{first}"
        case "cancel_schedule":
            return f"Done: schedule {number} is deleted."
        case _ if schedule.get("state") == "paused":
            return f"Done: schedule {number} is paused."
    first = f" It runs next at {_time(runs[0])}." if runs else ""
    return f"Done: schedule {number} is changed.{first}"


def listed_schedules(value: Mapping[str, Any]) -> str:
    """List schedules in a table."""
    rows = value.get("schedules") or ()
    if not rows:
        return "You have no schedules yet."
    lines = ["| # | What | When | Where | Next |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        runs = row.get("next_runs") or ()
        upcoming = _time(runs[0]) if runs else str(row.get("state"))
        when = f"`{row.get('when')}` {row.get('timezone')}"
        cells = (row.get("schedule_id"), row.get("prompt"), when, row.get("channel"), upcoming)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _time(text: str) -> str:
    return str(text)[:16].replace("T", " ")
