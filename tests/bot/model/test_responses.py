"""The Responses API: odd streams over real HTTP, and the input sent to it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.errors import ContextTooLong, ModelBusy, ModelCut, ModelRefused
from bot.model.protocol import Done, Finish, Model, TextDelta
from bot.model.responses_input import build_input
from storage.records import AssistantItem, CallItem, Item, Raw, ReasoningItem, ResultItem, Usage, UserItem

QUESTION = (UserItem("Weather in Seoul?", "U1"),)
Answer = Callable[..., Awaitable[Done]]


@pytest.fixture
def answer(odd: Any, build: Callable[..., Model], ask: Any) -> Answer:
    async def answer(*events: Any, items: Any = QUESTION, **how: Any) -> Done:
        server = await odd(*events, **how)
        done = (await ask(build(base_url=server.url, api="responses"), items))[-1]
        assert isinstance(done, Done)
        return done

    return answer


def delta(text: str, index: int = 0) -> dict[str, Any]:
    return {"type": "response.output_text.delta", "output_index": index, "content_index": 0, "delta": text}


def finished(item: dict[str, Any], index: int = 0) -> dict[str, Any]:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def ended(status: str = "completed", **more: Any) -> dict[str, Any]:
    return {"type": f"response.{status}", "response": {"id": "r", "status": status, "output": [], **more}}


def message(text: str, **more: Any) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [part],
        **more,
    }


def function_call(call_id: str, name: str = "one") -> dict[str, Any]:
    return {"type": "function_call", "id": f"fc_{call_id}", "call_id": call_id, "name": name, "arguments": "{}"}


def reasoning(**more: Any) -> dict[str, Any]:
    return {"type": "reasoning", "id": "rs_1", "summary": [], **more}


def raw(value: Any) -> Raw:
    return Raw("responses", "m-1", value)


async def test_items_are_kept_as_they_came(answer: Answer) -> None:
    thought, said = reasoning(encrypted_content="x", novelty=[1]), message("Hi", phase="final_answer", novelty={})
    done = await answer(delta("H"), delta("i"), finished(thought), finished(said, 1), ended())
    assert done.items == (ReasoningItem(raw(thought)), AssistantItem("Hi", raw(said)))
    assert done.usage == Usage()


async def test_two_messages_are_two_paragraphs(answer: Answer) -> None:
    done = await answer(
        delta("One"), finished(message("One")), delta("Two", 1), finished(message("Two"), 1), ended()
    )
    assert done.text == "One\n\nTwo"


async def test_output_in_the_last_event_only(answer: Answer) -> None:
    counts = {"input_tokens": 5, "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 1}}
    done = await answer(ended(output=[message("Hi")], usage=counts))
    assert (done.text, done.usage) == ("Hi", Usage(5, 2, 0, 1))


async def test_deltas_only(answer: Answer) -> None:
    assert (await answer(delta("Hi"), ended())).items == (AssistantItem("Hi"),)


async def test_unknown_events_and_items_are_passed_over(answer: Answer) -> None:
    done = await answer(
        {"type": "response.novelty"},
        "data: 17\n\n",
        {"no": "type"},
        finished({"type": "web_search_call", "id": "w"}),
        finished(message("Hi"), 1),
        ended(),
    )
    assert done.text == "Hi"


async def test_equal_and_missing_call_ids(answer: Answer) -> None:
    nameless = {"type": "function_call", "name": "two", "arguments": "{}"}
    done = await answer(
        finished(function_call("c")), finished(function_call("c"), 1), finished(nameless, 2), ended()
    )
    assert [item.call_id for item in done.calls][:2] == ["c", "c_2"]
    assert len({item.call_id for item in done.calls}) == 3
    assert [item.raw.value["call_id"] for item in done.calls if item.raw] == [item.call_id for item in done.calls]


async def test_calls_of_a_cut_answer_are_left_out(answer: Answer) -> None:
    done = await answer(
        finished(function_call("c")), ended("incomplete", incomplete_details={"reason": "max_output_tokens"})
    )
    assert (done.items, done.finish) == ((), Finish.LENGTH)


@pytest.mark.parametrize("how", [{"cut": True}, {}])
async def test_a_stream_that_breaks(answer: Answer, how: dict[str, Any]) -> None:
    with pytest.raises(ModelCut):
        await answer(delta("Hel"), **how)
    with pytest.raises(ModelBusy):
        await answer({"type": "response.created", "response": {}}, **how)


@pytest.mark.parametrize("nested", [True, False])
async def test_errors_in_the_stream(answer: Answer, nested: bool) -> None:
    def failure(code: str, text: str = "prose") -> dict[str, Any]:
        error = {"code": code, "message": text}
        return ended("failed", error=error) if nested else {"type": "error", "param": None, **error}

    with pytest.raises(ModelBusy, match="server_error"):
        await answer(failure("server_error"))
    with pytest.raises(ModelCut):
        await answer(delta("Hel"), failure("server_error"))
    with pytest.raises(ContextTooLong):
        await answer(failure("context_length_exceeded"))
    with pytest.raises(ModelRefused, match="NOD_MODEL"):
        await answer(failure("model_not_found"))
    done = await answer(delta("Hel"), failure("bio_policy"))
    assert (done.text, done.finish) == ("Hel", Finish.FILTERED)


async def test_closing_early_closes_the_connection(odd: Any, build: Callable[..., Model]) -> None:
    server = await odd(delta("Hel"), stall=True)
    events = build(base_url=server.url, api="responses").stream("", QUESTION, [])
    assert await anext(events) == TextDelta("Hel")
    await events.aclose()
    async with asyncio.timeout(5):
        await server.left.wait()


async def test_nothing_is_waited_for_after_the_last_event(odd: Any, build: Any, ask: Any) -> None:
    server = await odd(delta("Hi"), finished(message("Hi")), ended(), stall=True)
    assert (await ask(build(base_url=server.url, api="responses"), QUESTION))[-1].text == "Hi"


async def test_a_server_that_refuses_include(odd: Any, build: Any, ask: Any) -> None:
    from_conftest = type(await odd())
    error = '{"error": {"message": "Encrypted content is not supported with this model.", "param": "include"}}'
    server = await odd(
        status=400, body=error, content_type="application/json", then=from_conftest(events=[delta("Hi"), ended()])
    )
    model = build(base_url=server.url, api="responses")
    await ask(model, QUESTION)
    await ask(model, QUESTION)
    assert ["include" in request for request in server.requests] == [True, False, False]
    assert all(request["store"] is False for request in server.requests)


async def test_reasoning_that_can_no_longer_be_read(odd: Any, build: Any, ask: Any) -> None:
    from_conftest = type(await odd())
    error = '{"error": {"message": "could not be verified", "code": "invalid_encrypted_content"}}'
    server = await odd(
        status=400, body=error, content_type="application/json", then=from_conftest(events=[delta("Hi"), ended()])
    )
    history = (
        *QUESTION,
        ReasoningItem(raw(reasoning(encrypted_content="x"))),
        AssistantItem("a", raw(message("a"))),
    )
    await ask(build(base_url=server.url, api="responses"), history)
    assert [item["type"] for item in server.requests[0]["input"]] == ["message", "reasoning", "message"]
    assert server.requests[1]["input"][1] == {"type": "message", "role": "assistant", "content": "a"}


async def test_settings_reach_the_request(odd: Any, build: Any, ask: Any) -> None:
    server = await odd(delta("ok"), ended())
    settings = {"max_output_tokens": 9, "temperature": 0.5, "reasoning_effort": "low"}
    await ask(build(base_url=server.url, api="responses", **settings), QUESTION)
    assert server.requests == [
        {
            "model": "m-1",
            "input": [{"type": "message", "role": "user", "content": "Weather in Seoul?"}],
            "store": False,
            "stream": True,
            "include": ["reasoning.encrypted_content"],
            "instructions": "Be brief.",
            "max_output_tokens": 9,
            "temperature": 0.5,
            "reasoning": {"effort": "low"},
        }
    ]


def test_reasoning_is_sent_only_before_its_own_output() -> None:
    sealed, bare = reasoning(encrypted_content="x"), reasoning()
    own_call, own_text = function_call("c"), message("a")
    items: list[Item] = [
        UserItem("1", "U"),
        ReasoningItem(raw(sealed)),
        ReasoningItem(raw(bare)),
        CallItem("c", "one", "{}", raw(own_call)),
        ResultItem("c", "1"),
        ReasoningItem(raw(sealed)),
        UserItem("2", "U"),
        ReasoningItem(raw(sealed)),
        AssistantItem("neutral"),
        ReasoningItem(Raw("responses", "other", sealed)),
        AssistantItem("a", raw(own_text)),
    ]
    built = build_input(items, "m-1")
    assert built[1:3] == [sealed, own_call]
    assert [item["type"] for item in built] == [
        "message",
        "reasoning",
        "function_call",
        "function_call_output",
        "message",
        "message",
        "message",
    ]
    assert built[-1] == own_text
