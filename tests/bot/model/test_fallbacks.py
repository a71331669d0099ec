"""While a model is busy the next one is asked, over real HTTP to the stand-in model."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from bot.demo.model.script import Script
from bot.demo.model.server import make_app
from bot.errors import ContextTooLong, ModelBusy, ModelCut, ModelRefused, OperatorError
from bot.model.fallbacks import FIRST_REST, LONGEST_REST, Fallbacks
from bot.model.options import ModelOptions
from bot.model.protocol import Done, Model
from bot.model.select import build_model
from storage.records import AssistantItem, CallItem, Item, Raw, ResultItem, UserItem

QUESTION = (UserItem("Weather in Seoul?", "U1"),)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def url(serve: Any, script: Script) -> str:
    return f"{await serve(make_app(script=script, delta_delay=0, api_key='sk-test'))}/v1"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["responses", "chat"])
def api(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def model(build: Callable[..., Model], api: str, url: str, clock: Clock) -> Fallbacks:
    """m-1, then m-2, then m-3; each is asked once."""
    models = [build(api=api, base_url=url, model=name) for name in ("m-1", "m-2", "m-3")]
    return Fallbacks(models, clock)


async def answered(model: Model, items: tuple[Item, ...] = QUESTION) -> Done:
    *_, done = [event async for event in model.stream("", items, [])]
    assert isinstance(done, Done)
    return done


def asked(script: Script) -> list[str]:
    return [request["model"] for request in script.requests]


@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_a_busy_model_is_passed_over(model: Fallbacks, script: Script, status: int) -> None:
    script.error(status)
    script.error(status)
    script.text("Sunny.")
    done = await answered(model)
    assert (done.text, done.model) == ("Sunny.", "m-3")
    assert asked(script) == ["m-1", "m-2", "m-3"]
    assert model.name == "m-1"


async def test_the_first_answers_as_long_as_it_can(model: Fallbacks, script: Script) -> None:
    for _ in range(2):
        script.text("Sunny.")
        assert (await answered(model)).model == "m-1"
    assert asked(script) == ["m-1", "m-1"]


async def test_no_connection_and_a_stream_that_did_not_begin_are_walked(
    build: Any, api: str, url: str, script: Script, unused_tcp_port: int
) -> None:
    gone = build(api=api, base_url=f"http://127.0.0.1:{unused_tcp_port}/v1", model="gone")
    silent = build(api=api, base_url=url, model="silent", read_timeout=0.2)
    script.stall()
    script.cut(after_events=1, text="never seen")
    script.text("Sunny.")
    model = Fallbacks([gone, silent, build(api=api, base_url=url), build(api=api, base_url=url, model="m-4")])
    assert (await answered(model)).model == "m-4"


async def test_an_answer_that_has_begun_is_not_asked_of_another(model: Fallbacks, script: Script) -> None:
    script.cut(after_events=7, text="Hello there, how are you? I am fine.")
    events = model.stream("", QUESTION, [])
    await anext(events)
    with pytest.raises(ModelCut):
        [event async for event in events]
    assert asked(script) == ["m-1"]


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, None, ModelRefused),
        (401, "invalid_api_key", ModelRefused),
        (404, "model_not_found", ModelRefused),
        (429, "insufficient_quota", ModelRefused),
        (400, "context_length_exceeded", ContextTooLong),
    ],
)
async def test_what_the_first_refuses_is_not_asked_of_another(
    model: Fallbacks, script: Script, status: int, code: str | None, error: type[Exception]
) -> None:
    script.error(status, code=code)
    with pytest.raises(error):
        await answered(model)
    assert asked(script) == ["m-1"]


@pytest.mark.parametrize("status", [403, 404])
async def test_a_fallback_that_is_not_there_is_the_operators_to_mend(
    model: Fallbacks, script: Script, clock: Clock, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    script.error(429)
    script.error(status)
    script.text("Sunny.")
    with caplog.at_level(logging.ERROR):
        assert (await answered(model)).model == "m-3"
    assert "m-2 of NOD_MODEL_FALLBACKS" in caplog.text
    clock.now += LONGEST_REST - 1
    script.error(429)
    script.text("Sunny.")
    assert (await answered(model)).model == "m-3"
    assert asked(script) == ["m-1", "m-2", "m-3", "m-1", "m-3"]


async def test_a_conversation_too_long_for_a_fallback_is_not_the_persons_fault(
    model: Fallbacks, script: Script
) -> None:
    script.error(429)
    script.error(400, code="context_length_exceeded")
    script.error(413)
    with pytest.raises(ModelBusy):
        await answered(model)


async def test_another_refusal_of_a_fallback_ends_the_walk(model: Fallbacks, script: Script) -> None:
    script.error(429)
    script.error(401, code="invalid_api_key")
    with pytest.raises(ModelRefused):
        await answered(model)
    assert asked(script) == ["m-1", "m-2"]


async def test_a_busy_model_rests_longer_each_time_and_is_asked_again(
    model: Fallbacks, script: Script, clock: Clock
) -> None:
    expected = []
    for rest in (FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST):
        script.error(500)
        script.text("Sunny.")
        await answered(model)
        clock.now += rest - 0.1
        script.text("Sunny.")
        await answered(model)
        clock.now += 0.2
        expected += ["m-1", "m-2", "m-2"]
    script.text("Sunny.")
    assert (await answered(model)).model == "m-1"
    script.error(500)
    script.text("Sunny.")
    await answered(model)
    clock.now += FIRST_REST + 0.1
    script.text("Back again.")
    assert (await answered(model)).model == "m-1"
    assert asked(script) == [*expected, "m-1", "m-1", "m-2", "m-1"]


@pytest.mark.parametrize(
    ("headers", "rest"),
    [
        ({"Retry-After": "40"}, 40.0),
        ({"Retry-After-Ms": "2500"}, 2.5),
        ({"Retry-After": "86400"}, LONGEST_REST),
        ({"Retry-After": "soon"}, FIRST_REST),
        ({"Retry-After": "nan"}, FIRST_REST),
    ],
)
async def test_a_server_says_how_long_to_leave_it_alone(
    model: Fallbacks, script: Script, clock: Clock, headers: dict[str, str], rest: float
) -> None:
    script.error(429, headers=headers)
    script.text("Sunny.")
    await answered(model)
    for later, name in ((rest - 0.1, "m-2"), (0.2, "m-1")):
        clock.now += later
        script.text("Sunny.")
        assert (await answered(model)).model == name


async def test_if_all_rest_the_first_is_asked_anyway(model: Fallbacks, script: Script) -> None:
    for _ in range(3):
        script.error(500)
    with pytest.raises(ModelBusy):
        await answered(model)
    script.text("Sunny.")
    assert (await answered(model)).model == "m-1"
    assert asked(script) == ["m-1", "m-2", "m-3", "m-1"]


async def test_if_the_others_fail_the_first_is_asked_though_it_rests(model: Fallbacks, script: Script) -> None:
    script.error(500)
    script.text("Sunny.")
    await answered(model)
    script.error(500)
    script.error(500)
    script.text("Sunny.")
    assert (await answered(model)).model == "m-1"
    assert asked(script) == ["m-1", "m-2", "m-2", "m-3", "m-1"]


async def test_a_bad_minute_of_many_requests_counts_once(model: Fallbacks, script: Script, clock: Clock) -> None:
    for _ in range(12):
        script.error(500)
    ends = await asyncio.gather(*(answered(model) for _ in range(4)), return_exceptions=True)
    assert [type(end) for end in ends] == [ModelBusy] * 4
    clock.now += FIRST_REST + 0.1
    script.error(500)
    script.text("Sunny.")
    assert (await answered(model)).model == "m-2"
    clock.now += 2 * FIRST_REST + 0.1
    script.text("Sunny.")
    assert (await answered(model)).model == "m-1"


async def test_raw_items_go_back_to_their_own_model_only(model: Fallbacks, script: Script, api: str) -> None:
    call = {"type": "function_call", "id": "x_1", "of_m_1": True, "call_id": "c", "name": "f", "arguments": "{}"}
    history = (
        *QUESTION,
        CallItem("c", "f", "{}", Raw(api, "m-1", call)),
        ResultItem("c", "1"),
        AssistantItem("Sunny."),
        UserItem("And now?", "U1"),
    )
    script.error(500)
    script.text("Still.")
    assert (await answered(model, history)).model == "m-2"
    first, second = (str(request) for request in script.requests)
    assert "of_m_1" in first
    assert "of_m_1" not in second
    assert "'call_id': 'c'" in second or "'tool_call_id': 'c'" in second


async def test_closing_early_closes_the_model_that_answers(build: Any, odd: Any, api: str) -> None:
    chunk = {"choices": [{"index": 0, "delta": {"content": "Hi"}}]}
    event = {"type": "response.output_text.delta", "delta": "Hi", "output_index": 0}
    server = await odd(chunk if api == "chat" else event, stall=True)
    model = build(api=api, base_url=server.url, fallbacks=("m-2",))
    events = model.stream("", QUESTION, [])
    await anext(events)
    await events.aclose()
    await server.left.wait()


async def test_a_long_wait_is_not_waited_out_where_another_can_be_asked(
    build: Any, api: str, url: str, script: Script
) -> None:
    model = build(api=api, base_url=url, fallbacks=("m-2",), retries=2)
    script.error(429, headers={"Retry-After": "100"})
    script.text("Sunny.")
    assert (await answered(model)).model == "m-2"
    assert asked(script) == ["m-1", "m-2"]


async def test_one_retry_each_where_another_can_be_asked(build: Any, api: str, url: str, script: Script) -> None:
    model = build(api=api, base_url=url, fallbacks=("m-2",), retries=2)
    for _ in range(2):
        script.error(500, headers={"Retry-After-Ms": "1"})
    script.text("Sunny.")
    assert (await answered(model)).model == "m-2"
    assert asked(script) == ["m-1", "m-1", "m-2"]


async def test_alone_a_model_is_not_waited_for_longer_than_people_are(
    build: Any, api: str, url: str, script: Script
) -> None:
    script.error(429, headers={"Retry-After": "100"})
    with pytest.raises(ModelBusy):
        await answered(build(api=api, base_url=url, retries=2))
    assert asked(script) == ["m-1"]


@pytest.mark.parametrize("names", [("",), ("a", " "), ("m",), ("a", "b", "a")])
def test_names_that_cannot_be_meant(names: tuple[str, ...]) -> None:
    with pytest.raises(OperatorError, match="NOD_MODEL_FALLBACKS"):
        build_model(ModelOptions("m", "sk-test", names))
