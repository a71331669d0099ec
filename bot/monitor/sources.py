"""Where the monitor looks: callables that the composition root fills in, and nothing that changes anything."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.metrics import Socket
from storage.records import Counts


@dataclass(frozen=True)
class Sources:
    """`counts` raises StorageError when the database does not do it; `turns` has the start of each running turn by
    its number; `working` tells whether the task that claims turns still runs."""

    counts: Callable[[], Awaitable[Counts]]
    sockets: Callable[[], Sequence[Socket]]
    turns: Callable[[], Mapping[int, datetime]]
    working: Callable[[], bool]
    clock: Callable[[], datetime]
    concurrency: int
    turn_seconds: int
    model: str
    functions: int
