"""Nod's process as the page shows it: its state, and what the button does that kills it and starts it again."""

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

State = Literal["running", "starting", "stopped", "ended"]


class Process(Protocol):
    """What the page knows of the process, looked at anew at each request."""

    @property
    def connected(self) -> bool:
        """Whether it has a socket open."""
        ...

    @property
    def restart(self) -> Callable[[], Awaitable[None]] | None:
        """Kills it, starts it again and returns when it is connected or has ended; None where the page cannot."""
        ...

    @property
    def ended(self) -> Callable[[], str | None]:
        """Says why it has ended by itself, for whoever runs it; None while it has not."""
        ...


class Restarts:
    """Restarts a process, once at a time."""

    def __init__(self, process: Process | None) -> None:
        self._process = process
        self._busy = False

    @property
    def state(self) -> State | None:
        """The state to show; None where there is nothing that can be restarted."""
        if self._process is None or self._process.restart is None:
            return None
        if self._process.connected:
            return "running"
        if self._busy:
            return "starting"
        return "stopped" if self._process.ended() is None else "ended"

    @property
    def why(self) -> str:
        """Why it has ended by itself, "" unless it has."""
        return (self._process.ended() or "") if self.state == "ended" and self._process is not None else ""

    async def restart(self) -> None:
        """Restart it; while that goes on, a second wish is the same one. Raises TimeoutError if it stays away."""
        if self._busy or self._process is None or self._process.restart is None:
            return
        self._busy = True
        try:
            await self._process.restart()
        finally:
            self._busy = False
