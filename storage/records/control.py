"""What people may ask of a turn that runs, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum


class Stopping(StrEnum):
    """What became of a person's wish that a running turn stop."""

    STOPPED = "stopped"
    NOT_YOURS = "not_yours"
    OVER = "over"
    """Nothing runs that it could be about: the turn has ended, or its last step is recorded."""
    ALREADY = "already"
    """This very wish was kept before: Slack delivers some things twice."""


@dataclass(frozen=True)
class Stop:
    """The ruling on a wish to stop. `turn` and `user` name the turn and whose it is; 0 and empty if none runs."""

    verdict: Stopping
    turn: int = 0
    user: str = ""
