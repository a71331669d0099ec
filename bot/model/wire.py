"""Reads a provider's JSON without trusting its shape: what is missing or of another type is empty."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

import openai

from storage.records import CallItem, Item, Usage


def plain(event: object) -> Mapping[str, Any]:
    """Return a streamed object as the JSON object it came from."""
    return event.to_dict(warnings=False) if isinstance(event, openai.BaseModel) else {}


def content_type(stream: openai.AsyncStream[Any]) -> str:
    return str(stream.response.headers.get("content-type", ""))


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def listing(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a string; half a surrogate pair, which neither SQLite nor HTTP can carry, becomes a question mark."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def usage(value: object, given: str, written: str) -> Usage:
    """Read token counts; `given` and `written` are what the API calls the input and the output."""
    counts = mapping(value)
    return Usage(
        input=_count(counts.get(f"{given}_tokens")),
        output=_count(counts.get(f"{written}_tokens")),
        cached=_count(mapping(counts.get(f"{given}_tokens_details")).get("cached_tokens")),
        reasoning=_count(mapping(counts.get(f"{written}_tokens_details")).get("reasoning_tokens")),
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


class CallIds:
    """Hands out call ids that are unique in a conversation: some servers give none, or count from 0 every time."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._taken = {item.call_id for item in items if isinstance(item, CallItem)}

    def unique(self, given: str) -> str:
        base = given or f"call_{secrets.token_hex(12)}"
        call_id, number = base, 1
        while call_id in self._taken:
            number += 1
            call_id = f"{base}_{number}"
        self._taken.add(call_id)
        return call_id
