"""Where the messages above a mention come from. Slack is one such place; tests have another."""

from dataclasses import dataclass
from typing import Protocol

from storage.records import Delivery, OverheardItem


@dataclass(frozen=True)
class Above:
    """What was said in a thread before a message, oldest first; `older`: there is more before that."""

    said: tuple[OverheardItem, ...] = ()
    older: bool = False


class Threads(Protocol):
    async def above(self, delivery: Delivery) -> Above | None:
        """Read the last messages of a delivery's thread before it, within bounded time; None if they are not to be
        had."""
        ...


class NoThreads:
    """For a place that has none."""

    async def above(self, delivery: Delivery) -> Above | None:
        return Above()
