"""What fits into a request, and what has to give way to it. Pure: the history goes in, a cut comes out."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel

from bot.turns.history import estimate, tokens
from functions.contract import Function
from storage.outcomes import OUTCOME, reference
from storage.records import (
    Action,
    AssistantItem,
    CallItem,
    Counted,
    ReasoningItem,
    ResultItem,
    StoredItem,
    SummaryItem,
    UserItem,
)

REACHED = 0.85
"""The part of the room from which on a conversation has reached its budget: the next question needs some, too."""

SUMMARY_SHARE, LONGEST_SUMMARY = 6, 3_000
"""A summary has a sixth of the room, and so many tokens at most."""

TRUST = (0.5, 3.0)
"""How far a provider's count may be from the estimate before it is taken for a mistake."""


@dataclass(frozen=True)
class Budget:
    """`total` tokens a request may have; `front` of them are, by the estimate, the instructions and schemas that
    every request begins with; `scale` is how many tokens the provider counts for one that is estimated."""

    total: int
    front: int
    scale: float = 1.0

    @property
    def room(self) -> int:
        """Estimated tokens that the history may have: at least a fifth of all, however long the schemas are."""
        return max(int(self.total / self.scale) - self.front, least_room(self.total))

    @property
    def summary(self) -> int:
        """Estimated tokens that a summary may have."""
        return min(self.room // SUMMARY_SHARE, LONGEST_SUMMARY)


def least_room(total: int) -> int:
    """Return the estimated tokens that a history may have in any case."""
    return total // 5


@dataclass(frozen=True)
class Cut:
    """What gives way, oldest first, with the id up to which all but `kept` is gone; and what stays: `kept` as ids,
    `shown` as items."""

    gone: tuple[StoredItem, ...]
    covers: int
    kept: tuple[int, ...]
    shown: tuple[StoredItem, ...]


def front_of(instructions: str, functions: Iterable[Function]) -> int:
    """Estimate what every request begins with."""
    offered = (tokens(each.name + each.description) + _schema(each.arguments) for each in functions)
    return tokens(instructions) + sum(40 + size for size in offered)


@cache
def _schema(arguments: type[BaseModel]) -> int:
    return tokens(json.dumps(arguments.model_json_schema(), ensure_ascii=False))


def measured(total: int, front: int, items: Sequence[StoredItem], counted: Counted | None) -> Budget:
    """Make a budget whose estimates are set right by what the provider counted of the same items."""
    if counted is None:
        return Budget(total, front)
    estimated = front + sum(estimate(stored.item) for stored in items if stored.id <= counted.to)
    least, most = TRUST
    return Budget(total, front, min(max(counted.tokens / estimated, least), most))


def weight(items: Iterable[StoredItem]) -> int:
    return sum(estimate(stored.item) for stored in items)


def _as_it_is(stored: StoredItem) -> StoredItem:
    return stored


def cut(
    items: Sequence[StoredItem],
    covers: int,
    open_calls: Collection[str],
    most: int,
    until: int | None = None,
    brief: Callable[[StoredItem], StoredItem] = _as_it_is,
) -> Cut | None:
    """Find the first place at which what stays has no more than `most` estimated tokens; the last place if none
    has. `covers` is how far the summary reaches that stands first, if one does.

    A place is before a question or an outcome, so that the last question always stays with all that followed it;
    so does the item `until`, with which the running turn begins: it may have been asked several things. The steps
    of `open_calls` stay too, as `brief` shows them. None if there is no place.
    """
    kept = _steps_of(items, open_calls)
    weights = [estimate(stored.item) for stored in items]
    shown = {stored.id: brief(stored) for stored in items if stored.id in kept}
    found, before, after = None, 0, sum(weights)
    first = 1 if items and isinstance(items[0].item, SummaryItem) else 0
    for place, stored in enumerate(items):
        if until is not None and stored.id > until:
            break
        if place > first and _begins(stored):
            found = place
            if before + after <= most:
                break
        before += estimate(shown[stored.id].item) if stored.id in kept else 0
        after -= weights[place]
    return None if found is None else _cut_at(items, found, covers, shown)


def _begins(stored: StoredItem) -> bool:
    item = stored.item
    return isinstance(item, UserItem) or (isinstance(item, CallItem) and item.call_id.startswith(OUTCOME))


def _cut_at(items: Sequence[StoredItem], place: int, covers: int, kept: Mapping[int, StoredItem]) -> Cut:
    before = items[:place]
    gone = tuple(stored for stored in before if stored.id not in kept)
    last = max((stored.id for stored in before if not isinstance(stored.item, SummaryItem)), default=covers)
    stays = tuple(kept[stored.id] for stored in before if stored.id in kept)
    return Cut(gone, max(covers, last), tuple(stored.id for stored in stays), (*stays, *items[place:]))


def _steps_of(items: Sequence[StoredItem], calls: Collection[str]) -> set[int]:
    """Return the ids of the whole steps that hold these calls: a provider wants a call back with the reasoning
    that led to it, and with the calls beside it, each with its result. No place is inside a step."""
    ids: set[int] = set()
    step: list[StoredItem] = []
    wanted: set[str] = set()
    for stored in items:
        item = stored.item
        if step and (_begins(stored) or not isinstance(item, ReasoningItem | AssistantItem | CallItem)):
            called = _called(step, calls)
            wanted |= called
            ids.update(each.id for each in step if called)
            step = []
        if isinstance(item, ReasoningItem | AssistantItem | CallItem):
            step.append(stored)
        elif isinstance(item, ResultItem) and item.call_id in wanted:
            ids.add(stored.id)
    if _called(step, calls):
        ids.update(each.id for each in step)
    return ids


def _called(step: Sequence[StoredItem], calls: Collection[str]) -> set[str]:
    """Return all calls of a step that holds one of `calls`."""
    called = {stored.item.call_id for stored in step if isinstance(stored.item, CallItem)}
    return called if called & set(calls) else set()


def open_calls(items: Sequence[StoredItem], unfinished: Iterable[Action]) -> set[str]:
    """Return the ids of the calls that tell of unfinished actions: that proposed them, and that say by which
    reference an edited one is known now."""
    actions = list(unfinished)
    names = [reference(action.id) for action in actions]
    told = (stored.item for stored in items if isinstance(stored.item, ResultItem))
    return {action.call_id for action in actions} | {
        item.call_id for item in told if any(name in item.output_json for name in names)
    }
