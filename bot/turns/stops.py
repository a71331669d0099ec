"""The turns that run and can be stopped, and the waits that a stop ends."""

import asyncio


class Stopped(Exception):
    """Its person has stopped the turn. `said` is what it has said since its last recorded step."""

    def __init__(self, said: str = "") -> None:
        self.said = said
        super().__init__("the turn was stopped")


class Halt:
    """One turn's: `call` ends the waits that are under way, and every later one before it begins."""

    def __init__(self) -> None:
        self.called = False
        self._waits: set[asyncio.Timeout] = set()

    def call(self) -> None:
        self.called = True
        now = asyncio.get_running_loop().time()
        for wait in self._waits:
            if not wait.expired():
                wait.reschedule(now)

    def within(self, until: float | None = None) -> "Wait":
        """Bound what is awaited inside, in one task: raises Stopped once called, and TimeoutError at `until` (the
        loop's clock)."""
        return Wait(self, self._waits, until)


class Wait:
    def __init__(self, halt: Halt, waits: set[asyncio.Timeout], until: float | None) -> None:
        self._halt = halt
        self._waits = waits
        self._timeout = asyncio.timeout_at(until)

    async def __aenter__(self) -> None:
        if self._halt.called:
            raise Stopped
        await self._timeout.__aenter__()
        self._waits.add(self._timeout)

    async def __aexit__(self, *raised: object) -> None:
        self._waits.discard(self._timeout)
        try:
            await self._timeout.__aexit__(*raised)  # type: ignore[arg-type]
        except TimeoutError:
            if self._halt.called and self._timeout.expired():
                raise Stopped from None
            raise

    @property
    def expired(self) -> bool:
        """Whether the end of the time, or a stop, ended it."""
        return self._timeout.expired()


class Stops:
    """The halts of the turns that run here, by the turns' numbers."""

    def __init__(self) -> None:
        self._halts: dict[int, Halt] = {}

    def of(self, turn: int) -> Halt:
        """Return a running turn's."""
        return self._halts.setdefault(turn, Halt())

    def call(self, turn: int) -> None:
        """End the waits of a turn whose stop is committed; nothing if it does not run here (any more)."""
        if turn in self._halts:
            self._halts[turn].call()

    def forget(self, turn: int) -> None:
        """The turn has ended."""
        self._halts.pop(turn, None)
