"""The stand-in model as it sums a conversation up, and as it reads its own summary again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.demo.model.conversation import Conversation, Instruction, UserMessage

ASKED = re.compile(r"\AYou write the notes by which .* at most (\d+) characters", re.DOTALL)
OPENING = "[Summary of the conversation so far"
LINE = re.compile(r"^- (?P<who>[^:\n]{1,80}): (?P<said>.+)$")
USER_ID = re.compile(r"[UW][A-Z0-9]{6,}")
NOD = "Nod"
LONGEST = 160
FIRST = 3


def summary(conversation: Conversation) -> str | None:
    """Return the notes that a request asks for; None if it asks for something else."""
    asked = next(
        (match for item in conversation if isinstance(item, Instruction) if (match := ASKED.match(item.text))),
        None,
    )
    if asked is None:
        return None
    told = [item.text for item in conversation if isinstance(item, UserMessage)]
    lines = [note for text in told for line in text.splitlines() for note in _notes(_object(line))]
    return "\n".join(_fitting(lines, int(asked[1]))) or "- Nod: (nothing)"


def remembered(text: str) -> list[tuple[str | None, str]]:
    """Return what people said by a summary: (speaker, text), the speaker None where their name was not known."""
    found = (LINE.match(line) for line in text.splitlines())
    said = [(match["who"], match["said"]) for match in found if match and match["who"] != NOD]
    return [(None if USER_ID.fullmatch(who) else who, text) for who, text in said]


def is_summary(text: str) -> bool:
    return text.startswith(OPENING)


def _notes(told: Mapping[str, Any]) -> Iterable[str]:
    if "notes" in told:
        yield from (line for line in str(told["notes"]).splitlines() if line.startswith("- "))
    elif "said" in told:
        yield f"- {told.get('person') or told.get('before_nod_was_called')}: {_short(told['said'])}"
    elif "nod_said" in told:
        yield f"- {NOD}: {_short(told['nod_said'])}"


def _short(text: Any) -> str:
    return " ".join(str(text).split())[:LONGEST]


def _fitting(lines: list[str], most: int) -> list[str]:
    """Keep the first lines and as many of the last as fit: Korean letters count three."""
    first, rest = lines[:FIRST], lines[FIRST:]
    left = most - sum(len(line.encode()) + 1 for line in first)
    last: list[str] = []
    for line in reversed(rest):
        left -= len(line.encode()) + 1
        if left < 0:
            break
        last.insert(0, line)
    return first + last


def _object(line: str) -> Mapping[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
