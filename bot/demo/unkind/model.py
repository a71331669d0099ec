"""What can go wrong with the stand-in model. Events are those of its stream, in the order they are sent."""

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Failed:
    """Answer with this HTTP status in OpenAI's shape; `retry_after` is in whole seconds. With `notes` only a
    request for a summary meets it."""

    status: int = 500
    retry_after: int | None = None
    notes: bool = False

    @property
    def kind(self) -> str:
        return str(self.status)


@dataclass(frozen=True, eq=False)
class Stalled:
    """Fall silent after so many events: for `seconds`, or with None until `released` is set."""

    after_events: int = 0
    seconds: float | None = None
    released: asyncio.Event = field(default_factory=asyncio.Event)

    kind = "stall"


@dataclass(frozen=True)
class Cut:
    """Drop the connection after so many events."""

    after_events: int = 4

    kind = "cut"


@dataclass(frozen=True)
class Empty:
    """Answer nothing: no output items, or no choices, and no error either."""

    kind = "empty"


@dataclass(frozen=True)
class BrokenArguments:
    """Write JSON that ends half-way as the arguments of the calls; an answer without calls is left as it is."""

    kind = "broken_arguments"


@dataclass(frozen=True)
class SlowDeltas:
    """Take so many seconds between two deltas."""

    seconds: float

    kind = "slow"


ModelFault = Failed | Stalled | Cut | Empty | BrokenArguments | SlowDeltas
