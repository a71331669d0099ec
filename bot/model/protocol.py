"""The seam to the model: items and functions in, events out. Adapters live beside this file."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from functions.contract import Function
from storage.records import AssistantItem, CallItem, Item, ReasoningItem, Usage


@dataclass(frozen=True)
class TextDelta:
    """Some more of the answer's text (Markdown)."""

    text: str


class Finish(StrEnum):
    STOP = "stop"
    CALLS = "calls"
    LENGTH = "length"
    FILTERED = "filtered"
    REFUSED = "refused"


@dataclass(frozen=True)
class Done:
    """The end of one request: the model's output items in order, to be appended to the history as they are.

    `model` is the one that answered: with fallbacks not always the one that was asked first.
    """

    items: tuple[AssistantItem | ReasoningItem | CallItem, ...]
    finish: Finish
    usage: Usage
    fingerprint: str | None = None
    model: str = ""

    @property
    def calls(self) -> tuple[CallItem, ...]:
        return tuple(item for item in self.items if isinstance(item, CallItem))

    @property
    def text(self) -> str:
        return "\n\n".join(item.text for item in self.items if isinstance(item, AssistantItem))


Event = TextDelta | Done


class Model(Protocol):
    @property
    def name(self) -> str:
        """The model's name or, on Azure, the deployment's; of several the one that is asked first."""
        ...

    def stream(
        self, instructions: str, items: Sequence[Item], functions: Sequence[Function]
    ) -> AsyncGenerator[Event, None]:
        """Ask the model; yields deltas, then exactly one Done, last.

        `items` are complete: each CallItem is followed by its ResultItem before the next request. Raises a
        bot.errors.ModelError: ModelBusy only while nothing has come, ModelCut only after something has, if only a
        thought; retries of requests that had not begun to answer are already spent. To stop early, close the
        iterator (`aclose`) or cancel the task: the connection is closed.
        """
        ...

    async def close(self) -> None: ...
