import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic import BaseModel

from functions import Context, Function, FunctionProblem, OutcomeUnknown, function
from functions.safe_call import MAX_OUTPUT, MAX_READ, CallOutcome, Ending, call

NewContext = Callable[..., Awaitable[Context]]
SECRET = "xoxb-secret"


class Row(BaseModel):
    id: int
    name: str


def declare(run: Callable[[], Awaitable[Any]], *, read_only: bool, timeout: float = 5.0) -> Function:
    @function(read_only=read_only, timeout=timeout)
    async def act(context: Context) -> Any:
        """Act."""
        return await run()

    return act


async def run(new_context: NewContext, declared: Function, frozen: str = "{}") -> CallOutcome:
    return await call(declared, await new_context(), frozen)


def raising(error: BaseException) -> Callable[[], Awaitable[Any]]:
    async def run() -> Any:
        raise error

    return run


def returning(value: Any) -> Callable[[], Awaitable[Any]]:
    async def run() -> Any:
        return value

    return run


async def never() -> Any:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        ("김민수", '"김민수"'),
        ({"id": 1, "tags": ("a", "b")}, '{"id":1,"tags":["a","b"]}'),
        (Row(id=1, name="김"), '{"id":1,"name":"김"}'),
        ([Row(id=1, name="김")], '[{"id":1,"name":"김"}]'),
        ({"ratio": float("nan")}, '{"ratio":null}'),
    ],
)
async def test_a_value_becomes_json(new_context: NewContext, value: Any, text: str) -> None:
    outcome = await run(new_context, declare(returning(value), read_only=True))
    assert outcome == CallOutcome(Ending.SUCCEEDED, value=text)


async def test_arguments_arrive_as_their_types(new_context: NewContext) -> None:
    seen: list[Any] = []

    @function()
    async def rename(context: Context, row: Row, note: str | None = None) -> None:
        """Rename."""
        seen.append((context.requester.id, row, note))

    outcome = await run(new_context, rename, '{"note":null,"row":{"id":1,"name":"a"}}')
    assert outcome == CallOutcome(Ending.SUCCEEDED, value="null")
    assert seen == [("U1", Row(id=1, name="a"), None)]


@pytest.mark.parametrize("read_only", [True, False])
async def test_what_cannot_be_thawed_does_not_run(new_context: NewContext, read_only: bool) -> None:
    declared = declare(raising(AssertionError("it ran")), read_only=read_only)
    outcome = await run(new_context, declared, '{"amount":1}')
    assert outcome.ending is Ending.FAILED
    assert "no longer takes" in outcome.words


@pytest.mark.parametrize("read_only", [True, False])
async def test_a_problem_is_told_as_it_is(new_context: NewContext, read_only: bool) -> None:
    outcome = await run(new_context, declare(raising(FunctionProblem("No such row.")), read_only=read_only))
    assert outcome == CallOutcome(Ending.FAILED, words="No such row.")


class TakenAlready(FunctionProblem):
    def __init__(self, day: str) -> None:  # as authors write them, without super()
        self.day = day


class Broken(OutcomeUnknown):
    def __init__(self, day: str) -> None:
        self.day = day


@pytest.mark.parametrize(
    ("error", "words", "said"),
    [
        (FunctionProblem({"en": "No.", "ko": "아니요."}, hint="Ask."), "No. Ask.", {"en": "No.", "ko": "아니요."}),
        (
            OutcomeUnknown({"en": "Look.", "ko": "확인해 주세요."}),
            "Look.",
            {"en": "Look.", "ko": "확인해 주세요."},
        ),
        (OutcomeUnknown("Look."), "Look.", {"en": "Look."}),
        (FunctionProblem(ValueError("Odd.")), "Odd.", {"en": "Odd."}),  # type: ignore[arg-type]
        (FunctionProblem({"ko": 5}), "5", {"ko": "5"}),  # type: ignore[dict-item]
        (TakenAlready("Monday"), "Monday", {}),
        (Broken("Monday"), "Monday", {}),
    ],
)
async def test_people_are_told_in_every_language_that_the_author_wrote(
    new_context: NewContext, error: Exception, words: str, said: dict[str, str]
) -> None:
    outcome = await run(new_context, declare(raising(error), read_only=False))
    assert (outcome.words, dict(outcome.said)) == (words, said)


@pytest.mark.parametrize("ending_", [never, raising(RuntimeError(SECRET))])
async def test_what_nod_says_itself_of_a_call_is_in_both_languages(
    new_context: NewContext, ending_: Callable[[], Awaitable[Any]]
) -> None:
    outcome = await run(new_context, declare(ending_, read_only=False, timeout=0.01))
    assert outcome.said.keys() == {"en", "ko"}
    assert "act" not in outcome.said["en"].split(), "people read its title"
    assert (outcome.incident or "0.01") in outcome.said["ko"]
    assert SECRET not in str(outcome.said)


@pytest.mark.parametrize(("read_only", "ending"), [(True, Ending.FAILED), (False, Ending.UNKNOWN)])
async def test_only_an_action_can_end_unknown(new_context: NewContext, read_only: bool, ending: Ending) -> None:
    outcome = await run(new_context, declare(raising(OutcomeUnknown("Look at row 7.")), read_only=read_only))
    assert outcome == CallOutcome(ending, words="Look at row 7.")


@pytest.mark.parametrize(("read_only", "ending"), [(True, Ending.FAILED), (False, Ending.UNKNOWN)])
async def test_a_time_out(new_context: NewContext, read_only: bool, ending: Ending) -> None:
    outcome = await run(new_context, declare(never, read_only=read_only, timeout=0.01))
    assert outcome == CallOutcome(ending, words="act gave no answer within 0.01 seconds.")


@pytest.mark.parametrize(("read_only", "ending"), [(True, Ending.FAILED), (False, Ending.UNKNOWN)])
@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(SECRET),
        KeyError(SECRET),
        ExceptionGroup(SECRET, [ValueError(SECRET)]),
        AssertionError(SECRET),
        RecursionError(SECRET),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_defect_becomes_an_incident(
    new_context: NewContext, caplog: pytest.LogCaptureFixture, read_only: bool, ending: Ending, error: Exception
) -> None:
    with caplog.at_level(logging.ERROR, "nod.functions"):
        outcome = await run(new_context, declare(raising(error), read_only=read_only))
    assert outcome.ending is ending
    assert outcome.value is None
    assert outcome.incident is not None
    assert outcome.incident in outcome.words
    assert SECRET not in outcome.words
    assert type(error).__name__ not in outcome.words
    (record,) = caplog.records
    assert outcome.incident in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[1] is error


@pytest.mark.parametrize(("read_only", "ending"), [(True, Ending.FAILED), (False, Ending.UNKNOWN)])
@pytest.mark.parametrize(
    "value", [object(), "\ud800", {"next": asyncio.sleep}], ids=["object", "surrogate", "function"]
)
async def test_a_value_that_is_no_json_is_a_defect(
    new_context: NewContext, read_only: bool, ending: Ending, value: Any
) -> None:
    outcome = await run(new_context, declare(returning(value), read_only=read_only))
    assert outcome.ending is ending
    assert outcome.incident is not None


async def test_a_cancelled_call_stays_cancelled(new_context: NewContext) -> None:
    started = asyncio.Event()

    async def wait() -> None:
        started.set()
        await never()

    task = asyncio.create_task(run(new_context, declare(wait, read_only=False)))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_read_with_too_much_output_asks_for_less(new_context: NewContext) -> None:
    fits, too_long = "x" * (MAX_READ - 2), "x" * (MAX_READ - 1)
    assert (await run(new_context, declare(returning(fits), read_only=True))).value == json.dumps(fits)
    outcome = await run(new_context, declare(returning(too_long), read_only=True))
    assert outcome.ending is Ending.FAILED
    assert outcome.value is None
    assert "ask for less" in outcome.words


async def test_an_action_with_too_much_output_has_happened(new_context: NewContext) -> None:
    outcome = await run(new_context, declare(returning("x" * MAX_OUTPUT), read_only=False))
    assert outcome.ending is Ending.SUCCEEDED
    assert outcome.value is not None
    assert "is left out" in json.loads(outcome.value)["note"]
