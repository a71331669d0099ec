"""POST /v1/responses through the real client."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from openai.types.responses import ResponseStreamEvent

from bot.demo.model.script import Script

WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
        "additionalProperties": False,
    },
}
CALL: Any = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"}
OUTPUT: Any = {"type": "function_call_output", "call_id": "call_1", "output": "{}"}


def user(text: str) -> Any:
    return {"role": "user", "content": text}


async def events_of(client: AsyncOpenAI, **request: Any) -> list[ResponseStreamEvent]:
    stream = await client.responses.create(model=request.pop("model", "demo"), stream=True, **request)
    return [event async for event in stream]


async def test_a_streamed_text(client: AsyncOpenAI) -> None:
    events = await events_of(client, input="hello", store=False)
    kinds = [event.type for event in events]
    assert kinds[:4] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert kinds[-4:] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert set(kinds[4:-4]) == {"response.output_text.delta"}
    assert [event.sequence_number for event in events] == list(range(len(events)))
    final = events[-1]
    assert final.type == "response.completed"
    deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert deltas == final.response.output_text
    assert "not a language model" in deltas
    usage = final.response.usage
    assert usage is not None
    assert usage.input_tokens + usage.output_tokens == usage.total_tokens
    assert usage.input_tokens_details.cached_tokens == 0


async def test_streamed_calls_and_the_answer_from_their_raw_items(client: AsyncOpenAI, script: Script) -> None:
    history = [user("weather in Seoul and Tokyo")]
    events = await events_of(client, input=history, tools=[WEATHER], store=False)
    final = events[-1]
    assert final.type == "response.completed"
    calls = [item for item in final.response.output if item.type == "function_call"]
    assert [json.loads(call.arguments)["city"] for call in calls] == ["Seoul", "Tokyo"]
    for index, call in enumerate(calls):
        pieces = [
            event.delta
            for event in events
            if event.type == "response.function_call_arguments.delta" and event.output_index == index
        ]
        assert len(pieces) > 1
        assert "".join(pieces) == call.arguments
    assert [event.type for event in events].count("response.function_call_arguments.done") == 2
    place: Any = {"place": "Seoul, South Korea", "current": None, "daily": []}
    history += [item.model_dump() for item in final.response.output]
    history += [
        {"type": "function_call_output", "call_id": call.call_id, "output": json.dumps(place)} for call in calls
    ]
    await client.responses.create(model="demo", input=history, tools=[WEATHER], store=False)
    assert script.requests[-1]["input"] == history


async def test_the_library_accumulates_the_stream(client: AsyncOpenAI, script: Script) -> None:
    script.calls(("get_weather", {"city": "서울", "days": 1}), text="잠깐만요.")
    async with client.responses.stream(model="demo", input="?", tools=[WEATHER]) as stream:
        final = await stream.get_final_response()
    assert final.output_text == "잠깐만요."
    assert [item.type for item in final.output] == ["message", "function_call"]


async def test_without_streaming(client: AsyncOpenAI) -> None:
    response = await client.responses.create(model="demo", input="안녕하세요", instructions="Be kind.")
    assert response.status == "completed"
    assert response.output_text.startswith("안녕하세요!")


async def test_a_prompt_cache_hits_on_an_equal_beginning(client: AsyncOpenAI) -> None:
    instructions = "Be kind. " * 1000
    first = await client.responses.create(model="demo", input="hello", instructions=instructions)
    second = await client.responses.create(
        model="demo", input=[user("hello"), user("hello again")], instructions=instructions
    )
    other = await client.responses.create(model="demo", input="hello", instructions=f"Now. {instructions}")
    usages = [response.usage for response in (first, second, other)]
    cached = [usage.input_tokens_details.cached_tokens for usage in usages if usage]
    assert cached[0] == cached[2] == 0
    assert cached[1] > 1024
    assert cached[1] % 128 == 0


async def test_reasoning_items_come_back_unaltered(client: AsyncOpenAI) -> None:
    request: Any = {
        "model": "nod-stand-in-reasoning",
        "tools": [WEATHER],
        "store": False,
        "include": ["reasoning.encrypted_content"],
    }
    events = await events_of(client, input="weather in Seoul", **request)
    final = events[-1]
    assert final.type == "response.completed"
    reasoning, call = final.response.output
    assert reasoning.type == "reasoning"
    assert call.type == "function_call"
    assert reasoning.encrypted_content
    usage = final.response.usage
    assert usage is not None
    assert usage.output_tokens_details.reasoning_tokens > 0
    thought: Any = reasoning.model_dump(exclude_none=True)
    rest: list[Any] = [
        call.model_dump(),
        {"type": "function_call_output", "call_id": call.call_id, "output": '{"error": "busy"}'},
    ]
    again = await client.responses.create(input=[user("weather in Seoul"), thought, *rest], **request)
    assert "busy" in again.output_text
    altered: list[Any] = [
        thought | {"encrypted_content": reasoning.encrypted_content[:-8] + "AAAAAAA="},
        thought | {"id": "rs_other"},
        thought | {"summary": [{"type": "summary_text", "text": "I thought of something else."}]},
        thought | {"encrypted_content": "한글"},
    ]
    for item in altered:
        with pytest.raises(openai.BadRequestError) as caught:
            await client.responses.create(input=[user("weather in Seoul"), item, *rest], **request)
        assert caught.value.code == "invalid_encrypted_content"
    bare: Any = {key: value for key, value in thought.items() if key != "encrypted_content"}
    with pytest.raises(openai.NotFoundError, match="not persisted"):
        await client.responses.create(input=[user("weather in Seoul"), bare, *rest], **request)
    with pytest.raises(openai.BadRequestError, match="required following item"):
        await client.responses.create(input=[user("weather in Seoul"), thought], **request)


async def test_reasoning_is_sealed_only_on_request(client: AsyncOpenAI) -> None:
    response = await client.responses.create(model="a-reasoning-model", input="hello")
    assert response.output[0].type == "reasoning"
    assert response.output[0].encrypted_content is None


@pytest.mark.parametrize(
    ("request_body", "message", "param"),
    [
        ({"model": "", "input": "hi"}, "Missing required parameter: 'model'", "model"),
        ({"model": None, "input": "hi"}, "Missing required parameter: 'model'", "model"),
        ({"input": None}, "Missing required parameter: 'input'", "input"),
        ({"input": [OUTPUT]}, "No tool call found for function call output with call_id call_1", "input"),
        ({"input": [OUTPUT, CALL]}, "No tool call found", "input"),
        ({"input": [CALL]}, "No tool output found for function call call_1", "input"),
        ({"input": [CALL, CALL, OUTPUT]}, "Duplicate function call with call_id call_1", "input"),
        ({"input": [CALL, OUTPUT, OUTPUT]}, "Duplicate output", "input"),
        ({"input": [{"role": "robot", "content": "hi"}]}, "Invalid value: 'robot'", "input[0].role"),
        ({"input": [{"type": "song"}]}, "Invalid value: 'song'", "input[0].type"),
        ({"input": [{"role": "user"}]}, "Missing required parameter", "input[0].content"),
        ({"input": [{**CALL, "arguments": {}}]}, "Missing required parameter", "input[0].arguments"),
        (
            {"input": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]},
            "Invalid value: 'text'",
            "input[0].content[0].type",
        ),
        ({"input": "hi", "tools": [WEATHER, WEATHER]}, "Duplicate function name", "tools[1]"),
        (
            {"input": "hi", "tools": [{**WEATHER, "name": "get weather"}]},
            "does not match pattern",
            "tools[0].name",
        ),
        ({"input": "hi", "previous_response_id": "resp_1"}, "not found", "previous_response_id"),
    ],
)
async def test_broken_input_is_refused(
    request_body: dict[str, Any], message: str, param: str, client: AsyncOpenAI, script: Script
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.post("/responses", cast_to=object, body={"model": "demo", **request_body})
    assert message in caught.value.message
    assert caught.value.param == param
    assert caught.value.type == "invalid_request_error"
    assert script.requests == []


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"type": "string"}, "schema must be a JSON Schema of 'type: \"object\"'"),
        ({"type": "object", "properties": {}, "required": []}, "'additionalProperties' is required"),
        (
            {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": [],
                "additionalProperties": False,
            },
            "Missing 'city'",
        ),
        (
            {
                "type": "object",
                "properties": {"city": {"type": "text"}},
                "required": ["city"],
                "additionalProperties": False,
            },
            "'text' is not valid",
        ),
        (
            {
                "type": "object",
                "properties": {"cities": {"type": "array"}},
                "required": ["cities"],
                "additionalProperties": False,
            },
            "array schema missing items",
        ),
        (
            {
                "type": "object",
                "properties": {"city": {"$ref": "#/$defs/City"}},
                "required": ["city"],
                "additionalProperties": False,
            },
            "can not be resolved",
        ),
        (
            {
                "type": "object",
                "properties": {"extra": {"type": "object", "additionalProperties": True}},
                "required": ["extra"],
                "additionalProperties": False,
            },
            "In context=('properties', 'extra')",
        ),
    ],
)
async def test_an_invalid_schema_is_refused(parameters: dict[str, Any], problem: str, client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.post(
            "/responses",
            cast_to=object,
            body={"model": "demo", "input": "hi", "tools": [{**WEATHER, "parameters": parameters}]},
        )
    assert caught.value.code == "invalid_function_parameters"
    assert problem in caught.value.message


async def test_tool_choice_none_offers_nothing(client: AsyncOpenAI) -> None:
    response = await client.responses.create(
        model="demo", input="weather in Rome", tools=[WEATHER], tool_choice="none"
    )
    assert "`get_weather`" in response.output_text


async def test_one_call_a_step_without_parallel_calls(client: AsyncOpenAI) -> None:
    history = [user("weather in Seoul and Tokyo")]
    cities = []
    for _ in range(2):
        response = await client.responses.create(
            model="demo", input=history, tools=[WEATHER], parallel_tool_calls=False
        )
        (call,) = response.output
        assert call.type == "function_call"
        cities.append(json.loads(call.arguments)["city"])
        history += [call.model_dump(), {**OUTPUT, "call_id": call.call_id}]
    assert cities == ["Seoul", "Tokyo"]


async def test_the_token_limit_makes_a_response_incomplete(client: AsyncOpenAI) -> None:
    events = await events_of(client, input="hello", max_output_tokens=16)
    final = events[-1]
    assert final.type == "response.incomplete"
    assert final.response.incomplete_details is not None
    assert final.response.incomplete_details.reason == "max_output_tokens"
