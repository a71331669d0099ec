"""Scripted faults: what a data service does wrong on the next requests, and a record of all requests.

Both services behave well unless a test, or a curious person, queues a fault here.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.demo.unkind.rules import Rules

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Status:
    """Answer with this HTTP status and body; the request has no effect."""

    status: int
    retry_after: str | None = None
    body: str = '{"message": "Too Many Attempts."}'

    @property
    def kind(self) -> str:
        return str(self.status)


@dataclass(frozen=True)
class NullData:
    """Answer as usual, but with `null` under this top-level key."""

    key: str = "data"

    kind = "null_data"


@dataclass(frozen=True)
class Without:
    """Answer as usual, but leave these keys out at every depth."""

    keys: frozenset[str]

    kind = "without"


@dataclass(frozen=True)
class NumbersAsStrings:
    """Answer as usual, but with every number written as a string."""

    kind = "numbers_as_strings"


@dataclass(frozen=True)
class BrokenBody:
    """Answer 200 and application/json with JSON that ends half-way; the effect has happened."""

    kind = "broken_body"


@dataclass(frozen=True, eq=False)
class Stall:
    """Hold the request until `released` is set, `seconds` at the most; `arrived` is set when it waits.

    The effect happens after the release, or before the wait with `after_effect`. A client that gives up
    does not undo it.
    """

    after_effect: bool = False
    seconds: float | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def kind(self) -> str:
        return "stall_after" if self.after_effect else "stall"

    async def wait(self) -> None:
        self.arrived.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.released.wait(), self.seconds)


@dataclass(frozen=True)
class Drop:
    """Close the connection without an answer, before the effect or, with `after_effect`, after it."""

    after_effect: bool = False

    @property
    def kind(self) -> str:
        return "drop_after" if self.after_effect else "drop"


Fault = Status | NullData | Without | NumbersAsStrings | BrokenBody | Stall | Drop


@dataclass(frozen=True)
class RecordedRequest:
    """A request as it came in: header names compare without case; `body` is parsed JSON, else text, else None."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


class Faults:
    """The faults of one service, by whose name they are counted, and the requests it has seen, oldest first."""

    def __init__(self, service: str = "service") -> None:
        self.requests: list[RecordedRequest] = []
        self.rules: Rules[Fault] = Rules(service)

    def add(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        path: str = "*",
        times: int | None = 1,
        rate: float = 1.0,
    ) -> None:
        """Queue `fault` for the next `times` requests with this method and a path like this shell pattern.

        A request takes the oldest fault that matches it, and one only. `times` None: all requests, each with the
        probability `rate`.
        """
        self.rules.add(fault, match=f"{method or '*'} {path}", times=times, rate=rate)

    @property
    def pending(self) -> int:
        """Tell how many requests will still meet a fault; those of a fault without a number count as none."""
        return sum(rule.times or 0 for rule in self.rules.scripted)

    def install(self, app: web.Application) -> None:
        """Record and disturb the requests of `app`; stalled requests are released when it shuts down."""
        app.middlewares.append(self._serve)
        app.on_shutdown.append(self._release_stalls)

    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests.append(await _record(request))
        match fault := self.rules.take(f"{request.method} {request.path}"):
            case None:
                return await handler(request)
            case Status():
                headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
                return web.Response(
                    status=fault.status, text=fault.body, headers=headers, content_type="application/json"
                )
            case Drop():
                if fault.after_effect:
                    await handler(request)
                return _drop(request)
            case Stall():
                return await self._stall(fault, request, handler)
            case _:
                return _disturb(fault, await handler(request))

    async def _stall(self, stall: Stall, request: web.Request, handler: Handler) -> web.StreamResponse:
        if stall.after_effect:
            response = await handler(request)
            await stall.wait()
            return response
        await stall.wait()
        return await handler(request)

    async def _release_stalls(self, _app: web.Application) -> None:
        self.rules.release()


async def _record(request: web.Request) -> RecordedRequest:
    text = (await request.read()).decode("utf-8", "replace")
    body: Any
    try:
        body = json.loads(text) if text else None
    except ValueError:
        body = text
    return RecordedRequest(request.method, request.path, request.query, request.headers, body)


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _disturb(
    fault: NullData | Without | NumbersAsStrings | BrokenBody, response: web.StreamResponse
) -> web.StreamResponse:
    if not isinstance(response, web.Response) or response.text is None:
        return response
    if isinstance(fault, BrokenBody):
        broken = response.text[: len(response.text) // 2]
        return web.Response(text=broken, content_type="application/json")
    payload = json.loads(response.text)
    match fault:
        case NullData():
            payload = {**payload, fault.key: None}
        case Without():
            payload = _without(payload, fault.keys)
        case NumbersAsStrings():
            payload = _numbers_as_strings(payload)
    return web.json_response(payload, status=response.status)


def _without(value: Any, keys: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, keys) for key, item in value.items() if key not in keys}
    if isinstance(value, list):
        return [_without(item, keys) for item in value]
    return value


def _numbers_as_strings(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbers_as_strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers_as_strings(item) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value
