"""Slack's limits: who was told to wait waits, and so does everybody else who calls the same method.

Slack limits every method by itself, and chat.postMessage by channel as well; a 429 says in whole seconds when the
next call is welcome. Posts into one channel go one after another, so that they stand in the order they were made.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack.backoff import MOST_WANTED

T = TypeVar("T")

BY_CHANNEL = {"chat.postMessage"}
"""Methods that Slack limits by channel (about one call a second), and whose calls have an order."""

PATIENCE = 60.0
"""Seconds that a call waits in all before it is given up."""

PATIENCE_OF = {
    "chat.postMessage": 300.0,
    "chat.startStream": 0.0,  # 20 a minute in the whole workspace: what cannot be streamed now is posted
    "chat.appendStream": 0.0,  # the text waits in the message instead, and goes out with what comes next
    "assistant.threads.setStatus": 1.0,
    "views.open": 1.0,  # a trigger lives three seconds
}

CALM = 10.0
"""Seconds after the end of a wait in which calls still go one by one, so that they do not run into the next."""

LANES = 10_000
"""Lanes remembered before those that are calm are forgotten."""

_patience: ContextVar[float | None] = ContextVar("patience", default=None)


class Limited(SlackClientError):
    """Slack wants a longer wait, of `seconds` from now, than this call has patience for. Nothing was done."""

    def __init__(self, method: str, channel: str, seconds: float) -> None:
        super().__init__(f"{method} in {channel}: ratelimited" if channel else f"{method}: ratelimited")
        self.seconds = seconds


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Let the calls made inside wait so long for Slack's limits, instead of as long as their method does."""
    token = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(token)


class _Lane:
    def __init__(self) -> None:
        self.line = asyncio.Lock()  # first come, first served
        self.until = 0.0
        self.calm = 0.0


class Pace:
    """Gives calls their turn. `on_limited` is called with the method's name at each 429."""

    def __init__(
        self,
        on_limited: Callable[[str], None] | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._on_limited = on_limited
        self._now = now
        self._sleep = sleep
        self._lanes: dict[tuple[str, str], _Lane] = {}

    async def run(self, method: str, channel: str, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call when its method is free, and again as long as Slack says 429. Raises Limited, and whatever
        the call raises otherwise."""
        own = _patience.get()
        give_up = self._now() + (PATIENCE_OF.get(method, PATIENCE) if own is None else own)
        lane = self._lane(method, channel)
        if method not in BY_CHANNEL and self._now() >= lane.calm and not lane.line.locked():
            try:
                return await call()
            except SlackApiError as error:
                self._refused(lane, method, error)
        self._check(lane, give_up, method, channel)
        await self._line_up(lane, give_up, method, channel)
        try:
            while True:
                self._check(lane, give_up, method, channel)
                if lane.until > self._now():
                    await self._sleep(lane.until - self._now())
                try:
                    return await call()
                except SlackApiError as error:
                    self._refused(lane, method, error)
        finally:
            lane.line.release()

    async def _line_up(self, lane: _Lane, give_up: float, method: str, channel: str) -> None:
        try:
            async with asyncio.timeout(max(give_up - self._now(), 0.0)):
                await lane.line.acquire()
        except TimeoutError:
            raise Limited(method, channel, max(lane.until - self._now(), 1.0)) from None

    def _check(self, lane: _Lane, give_up: float, method: str, channel: str) -> None:
        if lane.until > max(give_up, self._now()):
            raise Limited(method, channel, lane.until - self._now())

    def _refused(self, lane: _Lane, method: str, error: SlackApiError) -> None:
        """Remember what a 429 says; raise any other error again."""
        seconds = wanted_wait(error)
        if seconds is None:
            raise error
        if self._on_limited is not None:
            self._on_limited(method)
        lane.until = max(lane.until, self._now() + seconds)
        lane.calm = lane.until + CALM

    def _lane(self, method: str, channel: str) -> _Lane:
        key = (method, channel if method in BY_CHANNEL else "")
        if key not in self._lanes and len(self._lanes) >= LANES:
            now = self._now()
            busy = {key: lane for key, lane in self._lanes.items() if lane.line.locked() or lane.calm > now}
            self._lanes = busy
        return self._lanes.setdefault(key, _Lane())


def wanted_wait(error: SlackApiError) -> float | None:
    """Return the seconds that a 429 asks for, MOST_WANTED at most, 1 if it says none; None for any other error."""
    response = error.response
    if getattr(response, "status_code", None) != 429:
        return None
    said = str(response.headers.get("Retry-After", ""))
    return min(float(said), MOST_WANTED) if said.isascii() and said.isdecimal() else 1.0
