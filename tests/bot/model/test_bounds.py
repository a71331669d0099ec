"""What a server sends without an end, or small for what it becomes: the answer ends, and others go on."""

import asyncio
import itertools
import json
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import httpx2
import openai
import pytest
from aiohttp import web

from bot.errors import ModelBusy, ModelCut, ModelRefused, OperatorError
from bot.model import bounds, wire
from bot.model.bounds import BoundedStream, TooMuch
from bot.model.check import check_model
from bot.model.options import ModelOptions
from bot.model.protocol import Model
from storage.records import UserItem

QUESTION = (UserItem("Weather in Seoul?", "U1"),)
BEGUN = {
    "choices": [{"index": 0, "delta": {"content": "Hel"}}],
    "type": "response.output_text.delta",
    "delta": "Hel",
}
"""The beginning of an answer in both APIs."""

ENDLESS = itertools.repeat(b"x" * 2**16)


@pytest.fixture(params=["responses", "chat"])
def api(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def packed(*events: Any) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    written = "".join(event if isinstance(event, str) else f"data: {json.dumps(event)}\n\n" for event in events)
    return packer.compress(written.encode()) + packer.flush(zlib.Z_SYNC_FLUSH)


class Body(httpx2.AsyncByteStream):
    """A body that is there at once."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


async def read(*pieces: bytes, is_events: bool = True) -> bytes:
    return b"".join([piece async for piece in BoundedStream(Body(*pieces), is_events=is_events)])


async def test_a_server_is_asked_not_to_compress(odd: Any, build: Callable[..., Model], api: str) -> None:
    server = await odd(BEGUN)
    with pytest.raises(ModelCut):
        [event async for event in build(base_url=server.url, api=api).stream("", QUESTION, [])]
    assert [head["Accept-Encoding"] for head in server.heads] == ["identity"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, GZIP", "novelty"])
async def test_what_is_compressed_all_the_same_is_not_read(
    odd: Any, build: Callable[..., Model], api: str, encoding: str
) -> None:
    bomb = packed(BEGUN, ": x\n" * 2**20)
    server = await odd(bomb, headers={"Content-Encoding": encoding}, stall=True)
    with pytest.raises(ModelRefused, match="OPENAI_BASE_URL compresses") as caught:
        [event async for event in build(base_url=server.url, api=api, retries=2).stream("", QUESTION, [])]
    assert not caught.value.request
    assert len(server.requests) == 1
    await server.left.wait()


async def test_identity_is_no_compression(odd: Any, build: Callable[..., Model], ask: Any) -> None:
    whole = {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}
    server = await odd(whole, headers={"Content-Encoding": "Identity"})
    assert (await ask(build(base_url=server.url), QUESTION))[-1].text == "Hi"


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [(400, ModelRefused, "compresses"), (401, ModelRefused, "does not accept"), (503, ModelBusy, "status 503")],
)
async def test_a_compressed_error_is_told_by_its_status(
    odd: Any, build: Callable[..., Model], api: str, status: int, error: type[Exception], words: str
) -> None:
    bomb = packed(json.dumps({"error": {"message": "prose" * 2**20}}))
    server = await odd(bomb, status=status, headers={"Content-Encoding": "gzip"}, stall=True)
    with pytest.raises(error, match=words):
        [event async for event in build(base_url=server.url, api=api).stream("", QUESTION, [])]
    await server.left.wait()


async def test_the_start_says_who_compresses(serve: Any) -> None:
    async def listed(request: web.Request) -> web.Response:
        return web.Response(body=packed("{}"), headers={"Content-Encoding": "gzip"})

    app = web.Application()
    app.router.add_get("/v1/models", listed)
    with pytest.raises(OperatorError, match="OPENAI_BASE_URL compresses"):
        await check_model(ModelOptions("m-1", api_key="sk-test", base_url=f"{await serve(app)}/v1"))


@pytest.mark.parametrize(
    "endless",
    [
        ENDLESS,
        itertools.repeat((b"data: " + b"x" * 2**14 + b"\r\n") * 4),
        [b'data: {"choices": [' + b"{}," * 300_000],
    ],
    ids=["line", "lines", "values"],
)
async def test_an_event_without_an_end(odd: Any, build: Callable[..., Model], api: str, endless: Any) -> None:
    server = await odd(stall=True)
    server.events = itertools.chain([BEGUN], endless)
    with pytest.raises(ModelCut, match="more than an answer has"):
        [event async for event in build(base_url=server.url, api=api).stream("", QUESTION, [])]


@pytest.mark.parametrize(("status", "kind"), [(200, "text/html"), (400, "application/json")])
async def test_a_body_without_an_end(
    odd: Any, build: Callable[..., Model], api: str, status: int, kind: str
) -> None:
    server = await odd(status=status, content_type=kind)
    server.events = itertools.repeat(b"<p>\n\n" + b"x" * 2**16)
    with pytest.raises(ModelBusy, match="more than an answer has"):
        [event async for event in build(base_url=server.url, api=api).stream("", QUESTION, [])]


async def test_calls_without_an_end(odd: Any, build: Callable[..., Model], api: str) -> None:
    item = {"type": "function_call", "call_id": "c", "name": "one", "arguments": "{}"}
    many = (
        {
            "type": "response.output_item.done",
            "item": item,
            "choices": [
                {"index": 0, "delta": {"tool_calls": [{"index": at, "id": "c", "function": {"name": "one"}}]}}
            ],
        }
        for at in range(wire.MOST_ITEMS + 1)
    )
    server = await odd(*many)
    with pytest.raises(ModelCut, match="cannot be read"):
        [event async for event in build(base_url=server.url, api=api).stream("", QUESTION, [])]


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\r\r"])
@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_many_events_are_no_long_one(monkeypatch: pytest.MonkeyPatch, end: bytes, size: int) -> None:
    monkeypatch.setattr(bounds, "LONGEST_EVENT", 40)
    monkeypatch.setattr(bounds, "MOST_VALUES", 4)
    whole = (b'data: {"a":[1,2]}' + end) * 50
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert await read(*pieces) == whole
    for more in (b"x" * 41, b",,,,,"):
        with pytest.raises(TooMuch):
            await read(*pieces, more)


async def test_a_whole_answer_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LONGEST_ANSWER", 100)
    assert await read(*[b"data: 1\n\n"] * 11)
    with pytest.raises(TooMuch):
        await read(*[b"data: 1\n\n"] * 12)


@pytest.mark.parametrize("pieces", [[b":\n"] * 1000, [b":\n" * 2**16]], ids=["many", "long"])
async def test_others_have_a_turn_between_pieces_that_are_there(pieces: list[bytes]) -> None:
    turns: list[int] = []
    other = asyncio.create_task(_take_turns(turns))
    await read(*pieces)
    other.cancel()
    assert len(turns) > 10


async def test_others_have_a_turn_between_events_that_are_there() -> None:
    async def there() -> AsyncIterator[object]:
        for _ in range(1000):
            yield {}

    turns: list[int] = []
    other = asyncio.create_task(_take_turns(turns))
    stream = cast("openai.AsyncStream[object]", there())
    assert len([event async for event in wire.events(stream, lambda: None)]) == 1000
    other.cancel()
    assert len(turns) > 10


async def _take_turns(turns: list[int]) -> None:
    while True:
        turns.append(1)
        await asyncio.sleep(0)
