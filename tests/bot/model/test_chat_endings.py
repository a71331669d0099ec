"""Chat Completions after the finish reason: the answer is whole, whatever becomes of the rest of its stream."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.errors import ModelCut
from bot.model import chat
from bot.model.protocol import Done, Finish, Model
from storage.records import Usage, UserItem

QUESTION = (UserItem("Weather in Seoul?", "U1"),)
COUNTED = {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 3}}
NOTHING: dict[str, Any] = {"choices": []}
CALL = {"index": 0, "id": "a", "function": {"name": "one", "arguments": '{"x":1}'}}
Answer = Callable[..., Awaitable[Done]]


@pytest.fixture
def answer(odd: Any, build: Callable[..., Model], ask: Any) -> Answer:
    """Ask a server that sends these chunks and is then cut off, or silent, as told; far from the end of a pause
    in the middle of an answer."""

    async def answer(*chunks: Any, pause_timeout: float = 60.0, **how: Any) -> Done:
        server = await odd(**how)
        server.events = itertools.chain(
            *(each if isinstance(each, itertools.repeat) else [each] for each in chunks)
        )
        async with asyncio.timeout(20):
            done = (await ask(build(base_url=server.url, pause_timeout=pause_timeout), QUESTION))[-1]
        assert isinstance(done, Done)
        return done

    return answer


def chunk(text: str = "", reason: str | None = None, index: int = 0, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": index, "delta": {"content": text, **delta}, "finish_reason": reason}]}


@pytest.mark.parametrize("how", [{"stall": True}, {"cut": True}, {}], ids=["silent", "cut", "ended"])
async def test_no_done_event(answer: Answer, how: dict[str, Any]) -> None:
    done = await answer(chunk("Sunny"), chunk(reason="stop"), **how)
    assert (done.text, done.finish, done.usage) == ("Sunny", Finish.STOP, Usage())


@pytest.mark.parametrize("how", [{"stall": True}, {"cut": True}], ids=["silent", "cut"])
async def test_usage_is_read_before_the_end_that_does_not_come(answer: Answer, how: dict[str, Any]) -> None:
    done = await answer(chunk("Sunny", "stop"), NOTHING, COUNTED, **how)
    assert (done.text, done.usage) == ("Sunny", Usage(10, 3))


async def test_calls_are_whole_too(answer: Answer) -> None:
    done = await answer(chunk(tool_calls=[CALL]), chunk(reason="tool_calls"), cut=True)
    assert [(call.function, call.arguments_json) for call in done.calls] == [("one", '{"x":1}')]


@pytest.mark.parametrize(
    "noise",
    ["data: {broken\n\n", {"error": {"message": "prose", "type": "server_error"}}, "data: \udcff\n\n"],
    ids=["no JSON", "error", "no text"],
)
async def test_what_goes_wrong_afterwards_is_not_the_answers(answer: Answer, noise: Any) -> None:
    noise = noise.encode(errors="surrogateescape") if isinstance(noise, str) else noise
    assert (await answer(chunk("Sunny"), chunk(reason="stop"), noise)).finish is Finish.STOP


async def test_a_filter_afterwards_is(answer: Answer) -> None:
    late = {"error": {"message": "no", "code": "content_filter"}}
    assert (await answer(chunk("Sunny", "stop"), late)).finish is Finish.FILTERED


async def test_what_never_ends_is_left(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "FOLLOWING", 0.1)
    done = await answer(chunk("Sunny", "stop"), itertools.repeat("data: {}\n\n" * 100))
    assert (done.text, done.finish) == ("Sunny", Finish.STOP)


async def test_a_flood_after_done_is_left(answer: Answer) -> None:
    done = await answer(chunk("Sunny", "stop"), "data: [DONE]\n\n", itertools.repeat(b"x" * 2**16))
    assert (done.text, done.finish) == ("Sunny", Finish.STOP)


async def test_another_choice_does_not_keep_it_open(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "FOLLOWING", 0.1)
    done = await answer(chunk("Sunny", "stop"), itertools.repeat(chunk("Rain", index=1)))
    assert (done.text, done.finish) == ("Sunny", Finish.STOP)


async def test_a_reason_that_was_not_the_end(answer: Answer) -> None:
    """Some servers give a reason in every chunk: what goes on is the answer's, and may break off."""
    assert (await answer(chunk("Sun", "stop"), chunk("ny", "stop"))).text == "Sunny"
    with pytest.raises(ModelCut):
        await answer(chunk("Sun", "stop"), chunk("ny"), cut=True)
    with pytest.raises(ModelCut, match="silent"):
        await answer(chunk("Sun", "stop"), chunk("ny"), stall=True, pause_timeout=0.1)


@pytest.mark.parametrize("how", [{"stall": True}, {"cut": True}], ids=["silent", "cut"])
async def test_without_a_reason_it_broke_off(answer: Answer, how: dict[str, Any]) -> None:
    with pytest.raises(ModelCut):
        await answer(chunk("Sunny"), pause_timeout=0.1, **how)
