"""Keys, models, and what a script can make the server do, on both wires."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from bot.demo.model.conversation import Reply
from bot.demo.model.script import Script, Step
from bot.demo.model.server import make_app
from bot.demo.serving import serve

WIRES = ("responses", "chat")


async def text_of(client: AsyncOpenAI, wire: str) -> AsyncIterator[str]:
    """Yield the text deltas of an answer to "hello"."""
    messages: Any = [{"role": "user", "content": "hello"}]
    if wire == "responses":
        async with await client.responses.create(model="demo", input=messages, stream=True) as events:
            async for event in events:
                if event.type in ("response.output_text.delta", "response.refusal.delta"):
                    yield event.delta
    else:
        async with await client.chat.completions.create(model="demo", messages=messages, stream=True) as chunks:
            async for chunk in chunks:
                delta = chunk.choices[0].delta
                yield delta.content or delta.refusal or ""


async def whole(client: AsyncOpenAI, wire: str) -> str:
    return "".join([piece async for piece in text_of(client, wire)])


async def test_models(client: AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["nod-stand-in", "nod-stand-in-reasoning"]
    assert (await client.models.retrieve("nod-stand-in")).owned_by == "nod"
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("gpt-0")


@pytest.mark.parametrize("wire", WIRES)
async def test_a_wrong_key_is_refused(wire: str, base_url: str, script: Script) -> None:
    async with AsyncOpenAI(base_url=base_url, api_key="sk-wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as caught:
            await whole(client, wire)
        assert caught.value.code == "invalid_api_key"
    assert script.requests == []


async def test_any_key_is_taken_without_one_configured() -> None:
    async with (
        serve(make_app(delta_delay=0)) as origin,
        AsyncOpenAI(base_url=f"{origin}/v1", api_key="anything") as client,
    ):
        assert "stand-in" in await whole(client, "responses")


async def test_an_unknown_address_and_broken_json(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="Invalid URL"):
        await client.post("/embeddings", cast_to=object, body={})
    with pytest.raises(openai.BadRequestError, match="could not parse"):
        await client.post("/responses", cast_to=object, content=b"{")
    with pytest.raises(openai.BadRequestError, match="has to be an object"):
        await client.post("/responses", cast_to=object, body=[])
    with pytest.raises(openai.APIStatusError) as caught:
        await client.get("/responses", cast_to=object)
    assert caught.value.status_code == 405


@pytest.mark.parametrize("wire", WIRES)
async def test_scripted_texts_come_in_order_and_then_the_rules(
    wire: str, client: AsyncOpenAI, script: Script
) -> None:
    script.text("one  two\nthree")
    script.rules()
    script.text("둘")
    assert await whole(client, wire) == "one  two\nthree"
    assert "stand-in" in await whole(client, wire)
    assert script.waiting == 1
    assert await whole(client, wire) == "둘"
    assert len(script.requests) == 3
    assert script.requests[0]["model"] == "demo"


@pytest.mark.parametrize("wire", WIRES)
async def test_a_scripted_refusal(wire: str, client: AsyncOpenAI, script: Script) -> None:
    script.refusal("I can't help with that.")
    assert await whole(client, wire) == "I can't help with that."


@pytest.mark.parametrize("wire", WIRES)
async def test_scripted_errors_are_openais(wire: str, client: AsyncOpenAI, script: Script) -> None:
    script.error(429, "Slow down.", code="rate_limit_exceeded", headers={"Retry-After": "7"})
    with pytest.raises(openai.RateLimitError) as caught:
        await whole(client, wire)
    assert caught.value.code == "rate_limit_exceeded"
    assert caught.value.response.headers["Retry-After"] == "7"
    script.raw(502, "<html>Bad gateway</html>", headers={"Content-Type": "text/html"})
    with pytest.raises(openai.InternalServerError) as broken:
        await whole(client, wire)
    assert broken.value.status_code == 502
    assert broken.value.body == "<html>Bad gateway</html>"


async def test_the_clients_retry_gets_the_next_step(base_url: str, script: Script) -> None:
    script.error(500, headers={"Retry-After-Ms": "1"})
    script.text("better")
    async with AsyncOpenAI(base_url=base_url, api_key="sk-demo") as client:
        assert await whole(client, "responses") == "better"
    assert len(script.requests) == 2


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("after", [0, 3, 6])
async def test_a_cut_stream(wire: str, after: int, client: AsyncOpenAI, script: Script) -> None:
    script.cut(after_events=after, text="a long text that is never told to its end")
    with pytest.raises((openai.APIConnectionError, openai.APIError)):
        await whole(client, wire)
    assert "stand-in" in await whole(client, wire)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("after", [0, 5])
async def test_a_stalled_stream_goes_on(wire: str, after: int, client: AsyncOpenAI, script: Script) -> None:
    step = script.stall(after_events=after, text="one two three four five six")
    answer = asyncio.create_task(whole(client, wire))
    await script.wait_for_requests(1)
    assert not answer.done()
    step.resumed.set()
    assert await answer == "one two three four five six"


async def test_a_caller_that_leaves_a_stalled_stream(client: AsyncOpenAI, script: Script) -> None:
    script.stall(after_events=6, text="one two three four five six")
    pieces = text_of(client, "responses")
    assert await anext(pieces) == "one"
    await pieces.aclose()  # type: ignore[attr-defined]
    assert "stand-in" in await whole(client, "responses")


@pytest.mark.parametrize(
    ("cut_by", "reason"), [("length", "max_output_tokens"), ("content_filter", "content_filter")]
)
async def test_incomplete_answers(cut_by: Any, reason: str, client: AsyncOpenAI, script: Script) -> None:
    script.text("half an ans", cut_by=cut_by)
    response = await client.responses.create(model="demo", input="hello")
    assert response.status == "incomplete"
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == reason
    script.text("half an ans", cut_by=cut_by)
    answer = await client.chat.completions.create(model="demo", messages=[{"role": "user", "content": "hello"}])
    assert answer.choices[0].finish_reason == cut_by
    assert answer.choices[0].message.content == "half an ans"


async def test_broken_arguments_and_unknown_functions(client: AsyncOpenAI, script: Script) -> None:
    script.calls(("no_such_function", {"a": 1}), ("get_weather", '{"city": '))
    response = await client.responses.create(model="demo", input="hello")
    assert [(item.name, item.arguments) for item in response.output if item.type == "function_call"] == [
        ("no_such_function", '{"a": 1}'),
        ("get_weather", '{"city": '),
    ]


async def test_any_step_can_be_queued(client: AsyncOpenAI, script: Script) -> None:
    script.add(Step(Reply(text="hi"), headers={"x-request-id": "req_fixed"}))
    response = await client.responses.with_raw_response.create(model="demo", input="hello")
    assert response.headers["x-request-id"] == "req_fixed"
