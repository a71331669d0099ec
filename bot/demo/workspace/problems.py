"""What Slack says of an invalid payload: where (a JSON pointer), what, and a code. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.demo.workspace.state import Json


@dataclass(frozen=True)
class Problem:
    pointer: str
    message: str
    code: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


def refusal(problems: list[Problem]) -> Json:
    """Build what an `invalid_blocks` answer says besides its code."""
    return {
        "errors": [str(problem) for problem in problems],
        "response_metadata": {"messages": [f"[ERROR] {problem}" for problem in problems]},
    }


def missing(name: str, pointer: str) -> Problem:
    return Problem(pointer, f"missing required field: {name}", "missing_field")


def at_most(value: Any, limit: int, pointer: str) -> Iterator[Problem]:
    if isinstance(value, str) and len(value) > limit:
        yield Problem(pointer, f"must be less than {limit + 1} characters", "failed_constraint")
    elif isinstance(value, list) and len(value) > limit:
        yield Problem(pointer, f"no more than {limit} items allowed", "failed_constraint")


def one_of(value: Any, expected: Sequence[str], pointer: str) -> Iterator[Problem]:
    if value not in expected:
        yield Problem(pointer, f"must be a valid enum value: {', '.join(expected)}", "failed_constraint")
