"""What goes between Nod and its reading process: a line of JSON and the file's bytes in, JSON out.

What comes back was made in a process that a hostile file may have taken over: it is looked at like any input.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from bot.files.contents import LeftOut, Limits, Reason, Text, Unit, Unreadable

MOST_AROUND = 65_536
"""Bytes of an answer beside its text."""


class BadAnswer(Exception):
    """No answer of ours."""


@dataclass(frozen=True)
class Request:
    """The first line; `length` bytes of content follow."""

    name: str
    mimetype: str
    length: int
    limits: Limits


def write_request(request: Request) -> bytes:
    return json.dumps(asdict(request)).encode() + b"\n"


def read_request(line: bytes) -> Request:
    values = json.loads(line)
    return Request(**values | {"limits": Limits(**values["limits"])})


def write_answer(answer: Text | Unreadable) -> bytes:
    return json.dumps(asdict(answer), ensure_ascii=False).encode()


def longest_answer(limits: Limits) -> int:
    """Return the bytes that an answer may have: four a character, and what is around them."""
    return 4 * limits.characters + MOST_AROUND


def read_answer(answer: bytes, limits: Limits) -> Text | Unreadable:
    """Read what the process said. Raises BadAnswer."""
    try:
        values = json.loads(answer)
        if "reason" in values:
            return Unreadable(Reason(values["reason"]), _kind(values["instead"]), int(values["limit"]))
        left_out = tuple(
            LeftOut(Unit(each["unit"]), int(each["first"]), _last(each["last"]), _text(each["where"], MOST_AROUND))
            for each in values["left_out"]
        )
        return Text(_text(values["text"], limits.characters), _text(values["kind"], 10), left_out)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise BadAnswer from None


def _last(value: Any) -> int | None:
    return None if value is None else int(value)


def _kind(value: Any) -> str:
    """Read the name of a kind of file, which is shown to people as it is."""
    if value and not _text(value, 10).replace("-", "").isalnum():
        raise ValueError
    return _text(value, 10)


def _text(value: Any, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise TypeError
    value.encode()  # half a surrogate pair is a ValueError
    return value
