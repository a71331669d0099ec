"""Replies of the stand-in model, recorded, and a server that plays them back mutated."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
from aiohttp import web

from bot.demo.model.script import Script
from bot.demo.model.server import make_app
from bot.demo.serving import serve
from tests.fuzz.json_mutations import changed, written

SECRET = "the provider's own prose"
"""Stands in what the provider says of its errors: nobody may read it."""

Event = tuple[str | None, Any]
"""The event's name and its JSON, or a text that goes out as it is."""

ODD_LINES = (
    ": keep-alive\n\n",
    "data: [DONE]\n\n",
    "data: 17\n\n",
    "data: null\n\n",
    'data: "text"\n\n',
    "data: [1, 2]\n\n",
    "data: {\n\n",
    "data:\n\n",
    "no colon\n\n",
    "event: thread.run\ndata: {}\n\n",
    "event: error\ndata: {}\n\n",
    f'event: error\ndata: {{"type":"error","code":"server_error","message":"{SECRET}"}}\n\n',
    f'data: {{"error":{{"message":"{SECRET}","code":17,"type":["x"]}}}}\n\n',
    f'data: {{"error":{{"message":["{SECRET}"],"code":"content_filter"}}}}\n\n',
    f'data: {{"error":"{SECRET}"}}\n\n',
    'data: {"choices":[]}\n\n',
    'data: {"choices":[{"index":0,"delta":{},"finish_reason":"because"}]}\n\n',
    'data: {"type":"response.something_new","delta":"x"}\n\n',
    'data: {"type":"response.completed","response":null}\n\n',
    f'data: {{"type":"response.failed","response":{{"error":{{"code":"x","message":"{SECRET}"}}}}}}\n\n',
)

STATUSES = (200, 200, 200, 201, 204, 400, 401, 403, 404, 408, 413, 418, 422, 429, 500, 529, 599)
TYPES = ("text/event-stream", "application/json", "text/html; charset=utf-8", "")
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Retry-After": "1e999"},
    {"Retry-After": "-1"},
    {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"},
    {"Retry-After-Ms": "nan"},
    {"x-should-retry": "perhaps"},
    {"x-request-id": SECRET},
    {"Content-Encoding": "gzip"},
)
WHAT = ("drop", "double", "swap", "change", "change", "change", "odd", "odd", "name")


@dataclass(frozen=True)
class Play:
    """How the next request is answered."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


def played(bodies: Sequence[bytes], random: Random) -> Play:
    """Choose a recorded body and mutate it: mostly in its events, sometimes in its bytes or around it."""
    body = random.choice(bodies)
    events = parsed(body)
    for _ in range(random.randint(1, 4)):
        events = mutated(events, random)
    body = b"".join(sent(event) for event in events)
    how = random.randrange(10)
    if how == 0:
        for _ in range(random.randint(1, 3)):
            place, taken = random.randrange(len(body) + 1), random.randrange(40)
            body = body[:place] + random.randbytes(random.randrange(5)) + body[place + taken :]
    if how == 1:
        return Play(body, cut=True)
    if how == 2:
        headers = {"Content-Type": random.choice(TYPES), **random.choice(HEADERS)}
        error = {"error": {"message": SECRET, "code": random.choice(["x", None, 17]), "type": "t"}}
        told = written(changed(error, random)).encode()
        return Play(random.choice([told, body, b""]), random.choice(STATUSES), headers)
    return Play(body)


def parsed(body: bytes) -> list[Event]:
    """Take a recorded body apart; an event whose data is no JSON stays as it is."""
    events: list[Event] = []
    for block in body.decode().split("\n\n"):
        name, data = None, ""
        for line in block.splitlines():
            head, _, rest = line.partition(": ")
            name, data = (rest, data) if head == "event" else (name, rest)
        if data == "[DONE]":
            events.append((None, "data: [DONE]\n\n"))
        elif data:
            events.append((name, json.loads(data)))
    return events


def mutated(events: list[Event], random: Random) -> list[Event]:
    what = random.choice(WHAT)
    events = list(events)
    if what == "odd" or not events:
        events.insert(random.randrange(len(events) + 1), (None, random.choice(ODD_LINES)))
        return events
    first, second = random.randrange(len(events)), random.randrange(len(events))
    name, data = events[first]
    match what:
        case "drop":
            del events[first : max(first + 1, random.choice((0, 0, 0, second)))]
        case "double":
            events.insert(second, events[first])
        case "swap":
            events[first], events[second] = events[second], events[first]
        case "name":
            events[first] = (events[second][0], data)
        case _ if not isinstance(data, str):
            events[first] = (name, changed(data, random))
    return events


def sent(event: Event) -> bytes:
    name, data = event
    if name is None and isinstance(data, str) and data in (*ODD_LINES, "data: [DONE]\n\n"):
        return data.encode()
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {written(data)}\n\n".encode()


class Player:
    """A server's handler that answers with `next`, whatever is asked."""

    def __init__(self) -> None:
        self.next = Play(b"")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        play = self.next
        headers = {"Content-Type": "text/event-stream"} | play.headers
        response = web.StreamResponse(status=play.status, headers=headers)
        response.content_length = len(play.body) + play.cut
        await response.prepare(request)
        await response.write(play.body)
        if play.cut and request.transport is not None:
            request.transport.close()
            return response
        await response.write_eof()
        return response


async def recorded(api: str) -> list[bytes]:
    """Ask the real stand-in model for an answer of each kind and return the bytes of its streams."""
    script = Script()
    script.text("It is *sunny* in 서울, at 21 °C 🌞.")
    script.calls(("get_weather", {"city": "서울", "days": 2}))
    script.calls(("get_weather", {"city": "A"}), ("get_weather", {"city": "B"}), text="Let me look.")
    script.calls(("get_weather", '{"city": "Se'))
    script.refusal("I cannot help with that.")
    script.text("Once upon a time", cut_by="length")
    script.text("Once upon", cut_by="content_filter")
    path = "responses" if api == "responses" else "chat/completions"
    asked: dict[str, Any] = {"model": "m-reasoning", "stream": True}
    said = [{"role": "user", "content": "Hi"}]
    asked |= (
        {"input": said} if api == "responses" else {"messages": said, "stream_options": {"include_usage": True}}
    )
    bodies = []
    async with serve(make_app(script=script, delta_delay=0)) as origin, httpx.AsyncClient() as client:
        while script.waiting:
            response = await client.post(f"{origin}/v1/{path}", json=asked)
            response.raise_for_status()
            bodies.append(response.content)
    return bodies
