"""POST /v1/chat/completions through the real client."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionChunk

from bot.demo.model.script import Script

WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city"],
        },
    },
}
USER: Any = {"role": "user", "content": "weather in Seoul and Tokyo"}
CALLS: Any = {
    "role": "assistant",
    "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}],
}
RESULT: Any = {"role": "tool", "tool_call_id": "call_1", "content": "{}"}


async def chunks_of(client: AsyncOpenAI, **request: Any) -> list[ChatCompletionChunk]:
    stream = await client.chat.completions.create(model="demo", stream=True, **request)
    return [chunk async for chunk in stream]


async def test_a_streamed_text(client: AsyncOpenAI) -> None:
    chunks = await chunks_of(client, messages=[{"role": "user", "content": "안녕하세요"}])
    choices = [chunk.choices[0] for chunk in chunks]
    assert choices[0].delta.role == "assistant"
    assert "".join(choice.delta.content or "" for choice in choices).startswith("안녕하세요!")
    assert [choice.finish_reason for choice in choices] == [None] * (len(choices) - 1) + ["stop"]
    assert all(chunk.usage is None for chunk in chunks)
    assert len({chunk.id for chunk in chunks}) == 1


async def test_usage_comes_only_when_asked_for_and_last(client: AsyncOpenAI) -> None:
    chunks = await chunks_of(client, messages=[USER], stream_options={"include_usage": True})
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.prompt_tokens_details is not None
    assert chunks[-1].usage.prompt_tokens_details.cached_tokens == 0


async def test_streamed_calls(client: AsyncOpenAI) -> None:
    chunks = await chunks_of(client, messages=[USER], tools=[WEATHER])
    calls: dict[int, dict[str, str]] = {}
    for chunk in chunks:
        for delta in chunk.choices[0].delta.tool_calls or ():
            assert delta.function is not None
            call = calls.setdefault(delta.index, {"id": delta.id or "", "name": "", "arguments": ""})
            call["name"] += delta.function.name or ""
            call["arguments"] += delta.function.arguments or ""
    assert [json.loads(call["arguments"])["city"] for call in calls.values()] == ["Seoul", "Tokyo"]
    assert {call["name"] for call in calls.values()} == {"get_weather"}
    assert all(call["id"].startswith("call_") for call in calls.values())
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


async def test_the_answer_from_results(client: AsyncOpenAI, script: Script) -> None:
    first = await client.chat.completions.create(model="demo", messages=[USER], tools=[WEATHER])
    message = first.choices[0].message
    assert first.choices[0].finish_reason == "tool_calls"
    assert message.content is None
    assert message.tool_calls is not None
    results: list[Any] = [
        {"role": "tool", "tool_call_id": call.id, "content": '{"error": "too busy"}'}
        for call in message.tool_calls
    ]
    messages: list[Any] = [USER, message.model_dump(exclude_none=True), *results]
    second = await client.chat.completions.create(model="demo", messages=messages, tools=[WEATHER])
    assert "too busy" in str(second.choices[0].message.content)
    assert second.choices[0].finish_reason == "stop"
    assert script.requests[-1]["messages"] == messages


@pytest.mark.parametrize(
    ("request_body", "message"),
    [
        ({"model": None, "messages": [USER]}, "Missing required parameter: 'model'"),
        ({}, "Missing required parameter: 'messages'"),
        ({"messages": []}, "empty array"),
        ({"messages": [USER, RESULT]}, "must be a response to a preceeding message with 'tool_calls'"),
        ({"messages": [USER, CALLS]}, "did not have response messages: call_1"),
        ({"messages": [USER, CALLS, USER, RESULT]}, "did not have response messages: call_1"),
        ({"messages": [USER, CALLS, RESULT, CALLS, RESULT]}, "Duplicate tool call id 'call_1'"),
        ({"messages": [{"role": "robot", "content": ""}]}, "Invalid value: 'robot'"),
        ({"messages": [{"role": "assistant", "content": None}]}, "expected a string, got null"),
        ({"messages": [USER], "tool_choice": "auto"}, "only allowed when 'tools' are specified"),
        ({"messages": [USER], "stream_options": {"include_usage": True}}, "only allowed when 'stream' is enabled"),
        (
            {"messages": [USER], "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]},
            "Invalid schema for function 'f'",
        ),
    ],
)
async def test_broken_input_is_refused(request_body: dict[str, Any], message: str, client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.post("/chat/completions", cast_to=object, body={"model": "demo", **request_body})
    assert message in caught.value.message
    assert caught.value.type == "invalid_request_error"


async def test_the_token_limit_is_a_finish_reason(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="demo", messages=[{"role": "user", "content": "hello"}], max_completion_tokens=5
    )
    assert answer.choices[0].finish_reason == "length"
