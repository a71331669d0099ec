"""What both languages share of schedules: how a run's message is told apart, and how calls are put together."""

from __future__ import annotations

import json
import re

from bot.demo.model.rules.intents import Direct

FRAME = re.compile(r"^\s*\(Scheduled run\b[^)]*\)\s*")
"""Nod's own words above what a schedule's owner wants done."""

CHANNEL = r"(?:<#[A-Z0-9]+\|(?P<called>[^>]*)>|<#(?P<id>[A-Z0-9]+)>|#(?P<name>[\w-]+?)(?=\W|{particle}|$))"
"""`particle`: what may be written right behind a name."""

LITERAL = re.compile(
    r"(?<!\S)`?(?P<when>(?:[\d*][\d*/,#-]{0,20}\s){4}[\d*][\d*/,#-]{0,20}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d)`?(?!\S)"
)
"""A time in a form that create_schedule takes, or would take if it came true."""


def literal(text: str) -> re.Match[str] | None:
    """Find such a time. Five numbers in a row without a star are something else."""
    found = LITERAL.search(text)
    return found if found and ("*" in found["when"] or "-" in found["when"]) else None


def stepped(unit: str, count: int) -> str:
    """Write "every so many minutes" as it is to be asked for; whether it may be is Nod's to say."""
    if unit == "second":
        return f"every {count} seconds"
    every = "*" if count == 1 else f"*/{count}"
    return f"{every} * * * *" if unit == "minute" else f"0 {every} * * *"


def without(text: str, *found: re.Match[str] | None) -> str:
    """Return a text without what was found in it."""
    for match in sorted(filter(None, found), key=lambda each: -each.start()):
        text = text[: match.start()] + " " + text[match.end() :]
    return text


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
