"""Servers on this machine that a model's adapter is pointed at, and functions to offer."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from aiohttp import web
from pydantic import Field

from bot.model.options import ModelOptions
from bot.model.protocol import Done, Event, Model, TextDelta
from bot.model.select import build_model
from functions import Context, Function, function
from storage.records import Item

Serve = Callable[[web.Application], Awaitable[str]]
Ask = Callable[..., Awaitable[list[Event]]]
Build = Callable[..., Model]


@function(read_only=True)
async def get_weather(
    context: Context, city: Annotated[str, Field(description="City", min_length=1)], days: int = 1
) -> str:
    """Weather of a city."""
    return f"{city} {days}"


@pytest.fixture
def weather() -> Function:
    return get_weather


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start applications; returns their addresses without a slash at the end."""
    runners: list[web.AppRunner] = []

    async def start(app: web.Application) -> str:
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        return f"http://{host}:{port}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def build() -> AsyncIterator[Build]:
    """Build models that are closed at the end; no retries unless the test says so."""
    models: list[Model] = []

    def build(**options: Any) -> Model:
        model = build_model(ModelOptions(**{"model": "m-1", "api_key": "sk-test", "retries": 0, **options}))
        models.append(model)
        return model

    yield build
    for model in models:
        await model.close()


@pytest.fixture
def ask() -> Ask:
    """Ask a model and check what every answer has: deltas, then one Done that says the same."""

    async def ask(
        model: Model, items: Sequence[Item], functions: Sequence[Function] = (), instructions: str = "Be brief."
    ) -> list[Event]:
        events = [event async for event in model.stream(instructions, items, functions)]
        *deltas, done = events
        assert isinstance(done, Done)
        assert all(isinstance(delta, TextDelta) for delta in deltas)
        assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == done.text
        return events

    return ask


@dataclass
class Odd:
    """A server that sends exactly what a test gives it, to every path.

    `events` go out as server-sent events (text and bytes as they are, anything else as JSON). Then the stream
    ends, or the connection drops (`cut`), or the server is silent until the client leaves (`stall`), which sets
    `left`. A request sets `asked`; `heads` are the headers of requests and `peers` the connections that they came
    over, one for each request.
    """

    events: Iterable[Any] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "text/event-stream"
    body: str | None = None
    cut: bool = False
    stall: bool = False
    then: "Odd | None" = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    heads: list[Mapping[str, str]] = field(default_factory=list)
    peers: list[object] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(await request.json())
        self.paths.append(request.path_qs)
        self.heads.append(request.headers)
        self.peers.append(request.transport and request.transport.get_extra_info("peername"))
        self.asked.set()
        current: Odd = self
        for _ in self.requests[1:]:
            current = current.then or current
        return await current.play(request, self.left)

    async def play(self, request: web.Request, left: asyncio.Event) -> web.StreamResponse:
        if self.body is not None:
            return web.Response(
                status=self.status, headers=self.headers, text=self.body, content_type=self.content_type
            )
        response = web.StreamResponse(
            status=self.status, headers={"Content-Type": self.content_type, **self.headers}
        )
        await response.prepare(request)
        for event in self.events:
            await response.write(_written(event))
        if self.stall:
            try:
                await asyncio.Event().wait()
            finally:
                left.set()
        if self.cut and request.transport is not None:
            request.transport.close()
            raise ConnectionResetError
        await response.write_eof()
        return response


def _written(event: Any) -> bytes:
    if isinstance(event, bytes):
        return event
    return event.encode() if isinstance(event, str) else f"data: {json.dumps(event)}\n\n".encode()


@pytest.fixture
async def odd(serve: Serve) -> Callable[..., Awaitable[Odd]]:
    """Start an odd server; `url` is its base URL."""

    async def start(*events: Any, **how: Any) -> Odd:
        server = Odd(events=events, **how)
        app = web.Application()
        app.router.add_post("/{path:.*}", server.answer)
        server.url = f"{await serve(app)}/v1"
        return server

    return start
