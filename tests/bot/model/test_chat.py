"""Chat Completions as other servers read it: odd streams over real HTTP, and the messages sent to them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.errors import ModelBusy, ModelCut, ModelRefused
from bot.model.chat_messages import build_messages
from bot.model.protocol import Done, Finish, Model, TextDelta
from storage.records import (
    AssistantItem,
    CallItem,
    Raw,
    ReasoningItem,
    ResultItem,
    SummaryItem,
    Usage,
    UserItem,
)

QUESTION = (UserItem("Weather in Seoul?", "U1"),)
Answer = Callable[..., Awaitable[Done]]


@pytest.fixture
def answer(odd: Any, build: Callable[..., Model], ask: Any) -> Answer:
    """Ask a server that sends these chunks, then `[DONE]` unless told otherwise."""

    async def answer(*chunks: Any, last: str = "data: [DONE]\n\n", items: Any = QUESTION, **how: Any) -> Done:
        server = await odd(*chunks, last, **how)
        events = await ask(build(base_url=server.url), items)
        done = events[-1]
        assert isinstance(done, Done)
        return done

    return answer


def chunk(delta: Any = None, reason: str | None = None, **more: Any) -> dict[str, Any]:
    choices = [] if delta is None and reason is None else [{"index": 0, "delta": delta, "finish_reason": reason}]
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}


def call(index: int | None, call_id: str | None, name: str | None, arguments: Any, **more: Any) -> dict[str, Any]:
    whole = {
        "index": index,
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
        **more,
    }
    return chunk({"tool_calls": [{key: value for key, value in whole.items() if value is not None}]})


def written(done: Done) -> list[tuple[str, str]]:
    return [(item.function, item.arguments_json) for item in done.calls]


async def test_empty_choices_nulls_and_late_usage(answer: Answer) -> None:
    counts = {"prompt_tokens": 10, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 4}}
    done = await answer(
        chunk(prompt_filter_results=[]),
        {"choices": None},
        chunk({"role": "assistant", "content": None}),
        chunk({"content": "Sun"}, usage=None),
        {"choices": [{"index": 0, "delta": None}]},
        chunk({"content": "ny"}),
        chunk({}, "stop"),
        chunk(usage={**counts, "completion_tokens_details": None}, system_fingerprint="fp_1"),
    )
    assert done == Done((AssistantItem("Sunny"),), Finish.STOP, Usage(10, 3, 4, 0), "fp_1", "m-1")


async def test_no_usage_at_all_is_zero(answer: Answer) -> None:
    assert (await answer(chunk({"content": "Hi"}, "stop"))).usage == Usage()


async def test_the_end_without_a_finish_reason(answer: Answer) -> None:
    counts = {"prompt_tokens": 10, "completion_tokens": 3}
    assert (await answer(chunk({"content": "Hi"}), chunk(usage=counts))).finish is Finish.STOP
    with pytest.raises(ModelCut):
        await answer(chunk({"content": "Hi"}, usage=counts), last="")


async def test_noise_between_events(answer: Answer) -> None:
    done = await answer(
        ": keep-alive\n\n",
        "garbage without a colon\n\n",
        '"text"',
        "data: 17\n\n",
        chunk({"content": "Hi"}, "stop"),
    )
    assert done.text == "Hi"


async def test_half_a_surrogate_pair_does_no_harm(answer: Answer) -> None:
    done = await answer(
        'data: {"choices":[{"index":0,"delta":{"content":"a\\ud83d"},"finish_reason":"stop"}]}\n\n'
    )
    assert done.text == "a?"


async def test_content_in_parts(answer: Answer) -> None:
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "Hi"}]
    assert (await answer(chunk({"content": parts}, "stop"))).text == "Hi"


async def test_calls_in_pieces_and_interleaved(answer: Answer) -> None:
    done = await answer(
        call(0, "a", "one", ""),
        call(1, "b", "two", ""),
        call(1, None, None, '{"y":'),
        call(0, None, None, '{"x":'),
        call(0, None, None, "1}"),
        call(1, None, None, "2}"),
        chunk({}, "tool_calls"),
    )
    assert written(done) == [("one", '{"x":1}'), ("two", '{"y":2}')]
    assert [item.call_id for item in done.calls] == ["a", "b"]
    assert done.finish is Finish.CALLS


async def test_names_and_ids_repeated_in_every_piece(answer: Answer) -> None:
    done = await answer(
        call(0, "a", "one", '{"x":'), call(0, "a", "one", "1"), call(0, "a", "one", "}"), chunk({}, "tool_calls")
    )
    assert written(done) == [("one", '{"x":1}')]


async def test_missing_ids_are_made(answer: Answer) -> None:
    done = await answer(call(0, None, "one", "{}"), call(1, "", "two", "{}"), chunk({}, "stop"))
    first, second = (item.call_id for item in done.calls)
    assert first
    assert second
    assert first != second
    assert done.finish is Finish.CALLS


async def test_equal_ids_are_told_apart(answer: Answer) -> None:
    earlier = (CallItem("call_0", "one", "{}"), ResultItem("call_0", "1"))
    done = await answer(
        call(0, "call_0", "one", "{}"),
        call(1, "call_0", "two", "{}"),
        chunk({}, "tool_calls"),
        items=(*QUESTION, *earlier),
    )
    assert [item.call_id for item in done.calls] == ["call_0_2", "call_0_3"]


async def test_every_call_has_index_zero(answer: Answer) -> None:
    done = await answer(call(0, "a", "one", '{"x":1}'), call(0, "b", "one", '{"x":2}'), chunk({}, "tool_calls"))
    assert written(done) == [("one", '{"x":1}'), ("one", '{"x":2}')]


async def test_no_index(answer: Answer) -> None:
    done = await answer(
        call(None, None, "one", '{"x":'),
        call(None, None, "one", "1}"),
        call(None, None, "one", '{"x":2}'),
        call(None, "c", "two", {"서": 3}),
        chunk({}, "tool_calls"),
    )
    assert written(done) == [("one", '{"x":1}'), ("one", '{"x":2}'), ("two", '{"서": 3}')]


async def test_calls_without_a_finish_reason(answer: Answer) -> None:
    done = await answer(call(0, "a", "one", '{"x":1}'))
    assert (written(done), done.finish) == ([("one", '{"x":1}')], Finish.CALLS)


async def test_half_a_call_without_a_finish_reason_is_a_cut(answer: Answer) -> None:
    with pytest.raises(ModelCut):
        await answer(call(0, "a", "one", '{"x":'), last="")


async def test_calls_of_a_cut_answer_are_left_out(answer: Answer) -> None:
    done = await answer(chunk({"content": "Let me"}), call(0, "a", "one", '{"x":1}'), chunk({}, "length"))
    assert done.items == (AssistantItem("Let me"),)
    assert done.finish is Finish.LENGTH


async def test_what_stands_beside_a_call_comes_back(answer: Answer, odd: Any, build: Any, ask: Any) -> None:
    extra = {"google": {"thought_signature": "sig"}}
    done = await answer(call(0, "a", "one", "{}", extra_content=extra), chunk({}, "tool_calls"))
    assert done.calls[0].raw == Raw("chat", "m-1", {"extra_content": extra})

    server = await odd(chunk({"content": "ok"}, "stop"))
    await ask(build(base_url=server.url), (*QUESTION, *done.items, ResultItem("a", "1")))
    assert server.requests[0]["messages"][2]["tool_calls"][0] == {
        "extra_content": extra,
        "id": "a",
        "type": "function",
        "function": {"name": "one", "arguments": "{}"},
    }


@pytest.mark.parametrize("how", [{"cut": True}, {"last": ""}, {"last": "data: {broken\n\n"}])
async def test_a_stream_that_breaks(answer: Answer, how: dict[str, Any]) -> None:
    with pytest.raises(ModelCut):
        await answer(chunk({"content": "Hel"}), **{"last": "", **how})
    with pytest.raises(ModelBusy):
        await answer(chunk({"role": "assistant"}), **{"last": "", **how})


async def test_an_error_in_the_stream(answer: Answer) -> None:
    error = {"error": {"message": "prose", "type": "server_error", "code": "overloaded"}}
    with pytest.raises(ModelBusy, match="overloaded"):
        await answer(error)
    with pytest.raises(ModelCut, match="overloaded"):
        await answer(chunk({"content": "Hel"}), error)
    with pytest.raises(ModelRefused, match="NOD_MODEL"):
        await answer({"error": {"message": "prose", "type": "invalid_request_error"}})


async def test_a_web_page_in_place_of_an_api(answer: Answer) -> None:
    with pytest.raises(ModelRefused, match=r"text/html.*OPENAI_BASE_URL"):
        await answer(body="<html><p>Welcome</p></html>", content_type="text/html")


async def test_a_filter_in_the_stream(answer: Answer) -> None:
    done = await answer(chunk({"content": "Hel"}), {"error": {"message": "no", "code": "content_filter"}})
    assert (done.text, done.finish) == ("Hel", Finish.FILTERED)


async def test_closing_early_closes_the_connection(odd: Any, build: Callable[..., Model]) -> None:
    server = await odd(chunk({"content": "Hel"}), stall=True)
    events = build(base_url=server.url).stream("", QUESTION, [])
    assert await anext(events) == TextDelta("Hel")
    await events.aclose()
    async with asyncio.timeout(5):
        await server.left.wait()


async def test_settings_reach_the_request(odd: Any, build: Any, ask: Any) -> None:
    server = await odd(chunk({"content": "ok"}, "stop"))
    await ask(build(base_url=server.url, max_output_tokens=9, temperature=0.5, reasoning_effort="low"), QUESTION)
    (sent,) = server.requests
    assert sent == {
        "model": "m-1",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Weather in Seoul?"},
        ],
        "stream": True,
        "max_tokens": 9,
        "temperature": 0.5,
        "reasoning_effort": "low",
    }


def test_one_step_is_one_message() -> None:
    foreign = Raw("responses", "m-1", {"id": "x"})
    messages = build_messages(
        "",
        [
            SummaryItem("Before."),
            UserItem("Hi", "U1", "Lee"),
            ReasoningItem(foreign),
            AssistantItem("Let me", foreign),
            AssistantItem("look.", foreign),
            CallItem("a", "one", '{"x": 1}', foreign),
            CallItem("b", "two", "", foreign),
            ResultItem("a", "1"),
            ResultItem("b", '"[INST] <s>"'),
            AssistantItem("Done."),
        ],
        "m-1",
    )
    assert [message["role"] for message in messages] == ["user", "user", "assistant", "tool", "tool", "assistant"]
    assert messages[1]["content"] == "[Lee] Hi"
    assert messages[2]["content"] == "Let me\n\nlook."
    assert [each["id"] for each in messages[2]["tool_calls"]] == ["a", "b"]
    assert messages[2]["tool_calls"][1]["function"] == {"name": "two", "arguments": "{}"}
    assert messages[4] == {"role": "tool", "tool_call_id": "b", "content": '"\\u005bINST] \\u003cs>"'}
    assert json.loads(messages[4]["content"]) == "[INST] <s>"
