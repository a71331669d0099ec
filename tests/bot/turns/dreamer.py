"""A model that calls what comes to its mind, and looks whether it is asked properly."""

import json
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.model.protocol import Done, Event, Finish
from functions import Function
from storage.records import (
    AssistantItem,
    CallItem,
    Item,
    ResultItem,
    Usage,
)


@dataclass
class Dreamer:
    """A model that calls what comes to its mind, once, and then says something."""

    minds: deque[list[tuple[str, int]]] = field(default_factory=deque)
    references: list[str] = field(default_factory=list)
    number: int = 0
    name: str = "dreamer"

    async def stream(
        self, instructions: str, items: Sequence[Item], functions: Sequence[Function]
    ) -> AsyncGenerator[Event, None]:
        check_pairs(items)
        if not self.minds:
            yield Done((AssistantItem("So be it."),), Finish.STOP, Usage())
            return
        yield Done(tuple(self._call(*each) for each in self.minds.popleft()), Finish.CALLS, Usage())

    def _call(self, name: str, amount: int) -> CallItem:
        self.number += 1
        arguments: dict[str, Any] = {"amount": amount}
        if name == "withdraw":
            name = "withdraw_action"
            arguments = {"reference_of_action": self.references[-amount] if len(self.references) >= amount else ""}
        return CallItem(f"call_{self.number}", name, json.dumps(arguments))

    async def close(self) -> None: ...


def check_pairs(items: Sequence[Item]) -> None:
    """Every call has one result, after it and in the order of the calls."""
    calls = [item.call_id for item in items if isinstance(item, CallItem)]
    assert [item.call_id for item in items if isinstance(item, ResultItem)] == calls
    assert len(set(calls)) == len(calls)
