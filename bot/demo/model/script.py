"""Lets a test say what the next requests are answered with, and shows what the model was asked."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.demo.model.conversation import ProposedCall, Reply
from bot.demo.model.errors import error_body
from bot.demo.unkind.model import ModelFault
from bot.demo.unkind.rules import Rules


@dataclass(frozen=True)
class Step:
    """How one request is answered.

    `reply` None: the rules answer. `status`: an HTTP error with `body` and `headers` instead of an answer.
    `stall_after` and `cut_after` count events that are sent before the server falls silent (until `resumed` is
    set, or for `stall_seconds`) or drops the connection; 0 means before the response's first byte.
    `delta_seconds` is another pause between two deltas than the server's own. `on_text` is called when the first
    of them goes out.
    """

    reply: Reply | None = None
    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    stall_after: int | None = None
    cut_after: int | None = None
    resumed: asyncio.Event = field(default_factory=asyncio.Event)
    stall_seconds: float | None = None
    delta_seconds: float | None = None
    on_text: Callable[[], None] | None = None


class Script:
    """A queue of answers for the next requests, first come first served. When it is empty the rules answer.

    `requests` holds the JSON body of every accepted model request, in order of arrival. `faults` go wrong with
    the answers of the rules, by the name of the model that was asked. `spoke` holds when the first token of each
    streamed answer went out, in seconds of `time.monotonic`.
    """

    def __init__(self) -> None:
        self.faults: Rules[ModelFault] = Rules("model")
        self.requests: list[dict[str, Any]] = []
        self.spoke: list[float] = []
        self._steps: deque[Step] = deque()
        self._arrived = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many scripted answers have not been used."""
        return len(self._steps)

    def add(self, step: Step) -> Step:
        """Queue any step; the other methods are short forms of this one."""
        self._steps.append(step)
        return step

    def text(self, text: str, *, cut_by: Literal["length", "content_filter"] | None = None) -> Step:
        """Answer with this text; `cut_by` makes it incomplete."""
        return self.add(Step(Reply(text=text, cut_by=cut_by)))

    def calls(self, *calls: tuple[str, Mapping[str, Any] | str], text: str = "") -> Step:
        """Answer with calls of (name, arguments). Arguments given as a string go out as they are, even broken."""
        proposed = tuple(
            ProposedCall(name, given if isinstance(given, str) else json.dumps(given, ensure_ascii=False))
            for name, given in calls
        )
        return self.add(Step(Reply(text=text, calls=proposed)))

    def refusal(self, text: str) -> Step:
        """Answer with a refusal, as OpenAI's models do for a request against policy."""
        return self.add(Step(Reply(refusal=text)))

    def error(
        self,
        status: int,
        message: str = "The server had an error while processing your request.",
        *,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Step:
        """Answer with an HTTP error in OpenAI's shape, such as 429 with `{"Retry-After": "1"}`."""
        return self.raw(status, error_body(status, message, code=code), headers=headers)

    def raw(self, status: int, body: Any, *, headers: Mapping[str, str] | None = None) -> Step:
        """Answer with an HTTP status and any body: a string goes out as it is, anything else as JSON."""
        return self.add(Step(status=status, body=body, headers=headers or {}))

    def stall(self, *, after_events: int = 0, text: str | None = None) -> Step:
        """Fall silent until the returned step's `resumed` is set or the caller leaves; then go on."""
        return self.add(Step(None if text is None else Reply(text=text), stall_after=after_events))

    def cut(self, *, after_events: int, text: str | None = None) -> Step:
        """Drop the connection after so many events."""
        return self.add(Step(None if text is None else Reply(text=text), cut_after=after_events))

    def rules(self) -> Step:
        """Let the rules answer one request before the next scripted one."""
        return self.add(Step())

    def take(self, body: dict[str, Any]) -> Step | None:
        """Record a request and return how to answer it; None when nothing is scripted."""
        self.requests.append(body)
        self._arrived.set()
        return self._steps.popleft() if self._steps else None

    async def wait_for_requests(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many requests in all have arrived, and return them."""
        while len(self.requests) < count:
            self._arrived.clear()
            await self._arrived.wait()
        return self.requests
