"""Follows actions through a conversation: which calls wait for a click, and which result is an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OUTCOMES = frozenset({"succeeded", "failed", "denied", "expired", "unknown", "withdrawn"})
WITHDRAW = "withdraw_action"


@dataclass(frozen=True)
class Waiting:
    """An action that waits for a click; without a `reference` the model has no name for it."""

    function: str
    arguments: Mapping[str, Any]
    reference: str | None = None


def follow(
    waiting: tuple[Waiting, ...], function: str, arguments: Mapping[str, Any], value: Any
) -> tuple[bool, tuple[Waiting, ...]]:
    """Return whether a call's result is an action's outcome, and what waits after it; `waiting` did before it.

    A denial of what does not wait is no outcome: Nod denies at once what a person has just denied.
    """
    told = value if isinstance(value, dict) else {}
    status, reference = told.get("status"), told.get("reference")
    if function == WITHDRAW:
        taken_back = arguments.get("reference_of_action") if status == "withdrawn" else None
        return False, tuple(each for each in waiting if taken_back is None or each.reference != taken_back)
    if status == "awaiting_confirmation":
        known = reference is not None and any(each.reference == reference for each in waiting)
        return False, waiting if known else (*waiting, Waiting(function, arguments, reference))
    if status not in OUTCOMES:
        return False, waiting
    decided = _decided(waiting, function, arguments, status)
    if decided is None:
        return status != "denied" or "reason" in told, waiting
    rest = tuple(each for each in waiting if each is not decided)
    if isinstance(edited := told.get("arguments"), dict):
        rest = (*rest, Waiting(function, edited, reference))
    return True, rest


def plain(arguments: Any) -> dict[str, Any]:
    """Return arguments without those that say nothing, so that two ways to write one call are equal."""
    given = arguments if isinstance(arguments, dict) else {}
    return {key: value for key, value in given.items() if value not in (None, False, [])}


def _decided(
    waiting: tuple[Waiting, ...], function: str, arguments: Mapping[str, Any], status: str
) -> Waiting | None:
    same = [each for each in waiting if each.function == function]
    exact = [each for each in same if plain(each.arguments) == plain(arguments)]
    # Nod may have written the arguments anew when it froze them
    return next(iter(exact or (same if status != "denied" else ())), None)
