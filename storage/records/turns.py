"""Turns, and what one may be asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records.conversations import Conversation
from storage.records.inbox import InboxEntry


class TurnState(StrEnum):
    RUNNING = "running"
    ANSWERED = "answered"
    WAITING = "waiting"
    """It ended with cards only: a click goes on."""
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The process ended in the middle; its entries went back to the inbox."""


@dataclass(frozen=True)
class Usage:
    """Tokens as the provider counts them. `cached` is part of `input`, `reasoning` part of `output`."""

    input: int = 0
    output: int = 0
    cached: int = 0
    reasoning: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cached + other.cached,
            self.reasoning + other.reasoning,
        )


@dataclass(frozen=True)
class Claim:
    """A turn to run: one conversation's next entries, all of one person, in the order they came."""

    turn: int
    conversation: Conversation
    entries: tuple[InboxEntry, ...]

    @property
    def since(self) -> datetime:
        """When the first of it was received."""
        return self.entries[0].received_at


@dataclass(frozen=True)
class Note:
    """What Nod itself says at the end of a turn: a key of the catalogue and its values; `retry`: with a button
    that has the turn tried again; `goes_on`: with one that has the answer continued; `quiet`: in small print."""

    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    retry: bool = False
    goes_on: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Ended:
    """A turn whose last step was recorded, but whose end was not: it could not be shown yet, or its process
    stopped in between. `answer` is all that it said (Markdown); how much of it and of the note people saw, only
    the far end knows. `stopped`: by its person, so that nothing of it is said again; `acted`: it proposed or
    carried out an action."""

    claim: Claim
    state: TurnState
    answer: str
    note: Note | None = None
    stopped: bool = False
    acted: bool = False


class Retried(StrEnum):
    """What became of a person's wish that a turn be taken up again, or go on."""

    AGAIN = "again"
    NOT_YOURS = "not_yours"
    ALREADY = "already"
    MOVED_ON = "moved_on"
    """The conversation has gone on: what was asked then would be answered out of its place."""
    ACTED = "acted"
    """It had effects, which are not repeated."""
    UNKNOWN = "unknown"
