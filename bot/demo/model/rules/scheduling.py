"""What both languages share of schedules: how a run's message is told apart, and how calls are put together."""

from __future__ import annotations

import json
import re

from bot.demo.model.rules.intents import Direct

FRAME = re.compile(r"^\s*\(Scheduled run\b[^)]*\)\s*")
"""Nod's own words above what a schedule's owner wants done."""

CHANNEL = r"(?:<#[A-Z0-9]+\|(?P<called>[^>]*)>|<#(?P<id>[A-Z0-9]+)>|#(?P<name>[\w-]+?)(?=\W|{particle}|$))"
"""`particle`: what may be written right behind a name."""


def make(prompt: str, when: str, channel: re.Match[str] | None) -> Direct:
    """Return the call that makes a schedule."""
    where = None
    if channel is not None:
        named = channel["called"] or channel["name"]
        where = f"#{named}" if named else channel["id"]
    return _call("create_schedule", prompt=prompt, when=when, channel=where)


def change(number: int, *, paused: bool) -> Direct:
    return _call("update_schedule", schedule_id=number, prompt=None, when=None, channel=None, paused=paused)


def cancel(number: int) -> Direct:
    return _call("cancel_schedule", schedule_id=number)


def listing() -> Direct:
    return _call("list_schedules")


def cron(hour: int, minute: int, weekdays: str) -> str:
    return f"{minute} {hour} * * {weekdays}"


def _call(function: str, **arguments: object) -> Direct:
    return Direct(function, json.dumps(arguments, ensure_ascii=False))
