"""An answer that stops in its middle, or is not wanted any more: nothing is left open or untold."""

import asyncio
import gc
import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.errors import ModelCut
from bot.model.protocol import Event, Model
from storage.records import UserItem

QUESTION = [UserItem("Weather in Seoul?", "U1")]

PIECES: dict[str, list[dict[str, Any]]] = {
    "chat": [{"choices": [{"index": 0, "delta": {"content": "Hel"}}]}],
    "responses": [
        {
            "type": "response.output_text.delta",
            "item_id": "m",
            "output_index": 0,
            "content_index": 0,
            "delta": "Hel",
        }
    ],
}


WHOLE: dict[str, list[Any]] = {
    "chat": [
        *PIECES["chat"],
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        "data: [DONE]\n\n",
    ],
    "responses": [
        *PIECES["responses"],
        {
            "type": "response.completed",
            "response": {
                "status": "completed",
                "output": [
                    {
                        "type": "message",
                        "id": "m",
                        "role": "assistant",
                        "content": [{"type": "output_text", "text": "Hel"}],
                    }
                ],
            },
        },
    ],
}


@pytest.fixture(params=["responses", "chat"])
def api(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def everything(model: Model) -> list[Event]:
    return [event async for event in model.stream("", QUESTION, [])]


async def test_a_pause_in_a_text_is_shorter_than_a_thought(
    build: Callable[..., Model], api: str, odd: Callable[..., Awaitable[Any]]
) -> None:
    server = await odd(*PIECES[api], stall=True)
    model = build(api=api, base_url=server.url, read_timeout=60.0, pause_timeout=0.1)
    with pytest.raises(ModelCut, match="silent"):
        await everything(model)
    async with asyncio.timeout(5):
        await server.left.wait()


@pytest.mark.parametrize("begun", [False, True])
async def test_cancelling_closes_the_connection(
    build: Callable[..., Model], api: str, odd: Callable[..., Awaitable[Any]], begun: bool
) -> None:
    noise: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: noise.append(context))
    server = await odd(*(PIECES[api] if begun else ()), stall=True)
    asking = asyncio.create_task(everything(build(api=api, base_url=server.url)))
    await server.asked.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with asyncio.timeout(5):
        await server.left.wait()
    del asking  # whoever forgot to look at an error hears of it now
    gc.collect()
    assert noise == []


def suspended() -> list[object]:
    """Return the generators of the packages below that stand in their middle."""
    found = [each for each in gc.get_objects() if inspect.isasyncgen(each) and each.ag_frame is not None]
    return [each for each in found if re.search(r"/(openai|httpx2|httpcore2)/", each.ag_code.co_filename)]


async def test_answers_go_over_one_connection(
    build: Callable[..., Model], api: str, odd: Callable[..., Awaitable[Any]]
) -> None:
    server = await odd(*WHOLE[api])
    model = build(api=api, base_url=server.url)
    for _ in range(3):
        await everything(model)
    assert len(set(server.peers)) == 1, "a new connection costs people as much as a first word"


async def test_what_was_read_to_its_end_leaves_nothing_to_collect(
    build: Callable[..., Model], api: str, odd: Callable[..., Awaitable[Any]]
) -> None:
    """Python closes a forgotten generator in whatever thread collects garbage, and complains if it is in use."""
    before = set(map(id, suspended()))
    server = await odd(*WHOLE[api])
    await everything(build(api=api, base_url=server.url))
    for _ in range(100):  # those that nothing refers to any more are closed by the loop
        await asyncio.sleep(0)
    assert [each for each in suspended() if id(each) not in before] == []


async def test_a_server_that_keeps_the_line_open_does_not_keep_the_answer(
    build: Callable[..., Model], api: str, odd: Callable[..., Awaitable[Any]]
) -> None:
    server = await odd(*WHOLE[api], stall=True)
    async with asyncio.timeout(5):
        assert [event async for event in build(api=api, base_url=server.url).stream("", QUESTION, [])]
        await server.left.wait()
