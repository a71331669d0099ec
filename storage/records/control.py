"""What people may ask of a turn, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records.turns import Retried


class Stopping(StrEnum):
    """What became of a person's wish that a running turn stop."""

    STOPPED = "stopped"
    NOT_YOURS = "not_yours"
    OVER = "over"
    """Nothing runs that it could be about: the turn has ended, or its last step is recorded."""
    ALREADY = "already"
    """This very wish was kept before: Slack delivers some things twice, and people press twice."""


@dataclass(frozen=True)
class Stop:
    """The ruling on a wish to stop. `turn` and `user` name the turn and whose it is; 0 and empty if none runs."""

    verdict: Stopping
    turn: int = 0
    user: str = ""


@dataclass(frozen=True)
class Continued:
    """The ruling on a word that an answer go on. `turn` is the one whose answer it continues or finds continued
    (0 for a message like any other), `since` when that began, if it is continued now."""

    verdict: Retried
    turn: int = 0
    since: datetime | None = None
