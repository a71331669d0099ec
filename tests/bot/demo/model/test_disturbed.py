"""Each fault of the stand-in model, met by the real openai package on both wires."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI

from bot.demo.model.script import Script
from bot.demo.model.server import make_app
from bot.demo.serving import serve
from bot.demo.unkind.model import BrokenArguments, Cut, Empty, Failed, SlowDeltas, Stalled
from bot.turns.summary import INSTRUCTIONS

WIRES = ("responses", "chat")
PARAMETERS = {"type": "object", "properties": {}}
TOOLS: dict[str, Any] = {
    "responses": {"type": "function", "name": "query_employees", "parameters": PARAMETERS},
    "chat": {"type": "function", "function": {"name": "query_employees", "parameters": PARAMETERS}},
}


async def events(
    client: AsyncOpenAI, wire: str, text: str = "hello", *, tools: bool = False, model: str = "demo"
) -> list[Any]:
    """Ask for a streamed answer and return its events."""
    messages: Any = [{"role": "user", "content": text}]
    given: Any = {"tools": [TOOLS[wire]]} if tools else {}
    create: Any = client.responses.create if wire == "responses" else client.chat.completions.create
    key = "input" if wire == "responses" else "messages"
    async with await create(model=model, stream=True, **{key: messages}, **given) as stream:
        return [event async for event in stream]


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Failed(429, retry_after=7), openai.RateLimitError),
        (Failed(500), openai.InternalServerError),
        (Failed(503), openai.InternalServerError),
    ],
)
async def test_an_error_comes_as_often_as_asked(
    client: AsyncOpenAI, script: Script, wire: str, fault: Failed, error: type[openai.APIStatusError]
) -> None:
    script.faults.add(fault)
    with pytest.raises(error) as caught:
        await events(client, wire)
    assert caught.value.status_code == fault.status
    assert caught.value.response.headers.get("Retry-After") == ("7" if fault.retry_after else None)
    assert await events(client, wire)
    assert script.faults.counts == {f"model.{fault.status}": 1}


async def test_one_model_fails_and_another_answers(client: AsyncOpenAI, script: Script) -> None:
    script.faults.add(Failed(500), match="first", times=None)
    with pytest.raises(openai.InternalServerError):
        await events(client, "responses", model="first")
    assert await events(client, "responses", model="second")


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("after", [0, 3])
async def test_a_stream_is_cut(client: AsyncOpenAI, script: Script, wire: str, after: int) -> None:
    script.faults.add(Cut(after))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError, openai.APIConnectionError)):
        await events(client, wire)


@pytest.mark.parametrize("wire", WIRES)
async def test_a_stall_ends_by_itself_or_when_it_is_released(
    client: AsyncOpenAI, script: Script, wire: str
) -> None:
    script.faults.add(Stalled(2, seconds=0.01))
    assert await events(client, wire)
    stalled = Stalled(2)
    script.faults.add(stalled)
    asking = asyncio.create_task(events(client, wire))
    await script.wait_for_requests(2)
    script.faults.release()
    assert await asking


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_response_without_output(client: AsyncOpenAI, script: Script, streamed: bool) -> None:
    script.faults.add(Empty())
    if streamed:
        final = (await events(client, "responses"))[-1]
        assert (final.type, final.response.status, final.response.output) == (
            "response.completed",
            "completed",
            [],
        )
    else:
        whole = await client.responses.create(model="demo", input="hello")
        assert (whole.status, whole.output) == ("completed", [])


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_completion_without_choices(client: AsyncOpenAI, script: Script, streamed: bool) -> None:
    script.faults.add(Empty())
    if streamed:
        assert {len(chunk.choices) for chunk in await events(client, "chat")} == {0}
    else:
        whole = await client.chat.completions.create(model="demo", messages=[{"role": "user", "content": "hello"}])
        assert whole.choices == []


async def test_arguments_are_broken_when_there_are_some(client: AsyncOpenAI, script: Script) -> None:
    script.faults.add(BrokenArguments())
    assert await events(client, "responses")  # a text has no arguments: the fault waits
    assert script.faults.counts == {}
    done = await events(client, "responses", "what is the average age?", tools=True)
    [call] = done[-1].response.output
    with pytest.raises(json.JSONDecodeError):
        json.loads(call.arguments)
    assert script.faults.counts == {"model.broken_arguments": 1}


async def test_a_summary_fails_and_an_answer_does_not(client: AsyncOpenAI, script: Script) -> None:
    script.faults.add(Failed(400, notes=True))
    assert await events(client, "chat")
    assert script.faults.counts == {}
    asked: Any = [
        {"role": "system", "content": INSTRUCTIONS.format(characters=1_000)},
        {"role": "user", "content": json.dumps({"person": "Lee", "said": "hello"})},
    ]
    with pytest.raises(openai.BadRequestError):
        await client.chat.completions.create(model="demo", messages=asked)
    whole = await client.chat.completions.create(model="demo", messages=asked)
    assert whole.choices[0].message.content == "- Lee: hello"
    assert script.faults.counts == {"model.400": 1}


async def test_deltas_take_the_time_of_the_fault() -> None:
    script = Script()
    script.faults.add(SlowDeltas(0.001))
    async with (
        serve(make_app(delta_delay=600, script=script)) as origin,
        AsyncOpenAI(base_url=f"{origin}/v1", api_key="any", max_retries=0, timeout=10) as client,
    ):
        assert (await events(client, "responses"))[-1].type == "response.completed"


async def test_what_a_test_has_scripted_is_left_alone(client: AsyncOpenAI, script: Script) -> None:
    script.faults.add(Failed(500))
    script.text("as written")
    assert (await client.responses.create(model="demo", input="hello")).output_text == "as written"
    with pytest.raises(openai.InternalServerError):
        await client.responses.create(model="demo", input="hello")
