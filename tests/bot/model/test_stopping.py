"""An answer that stops in its middle, or is not wanted any more: nothing is left open or untold."""

import asyncio
import gc
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
