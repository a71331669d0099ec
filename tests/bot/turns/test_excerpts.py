"""Long results: stored whole, shown in part, read on to the end, by nobody of another conversation."""

import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rules import FunctionRule, Rules
from bot.turns.compaction import compact, recall
from bot.turns.excerpts import BRIEF, LEAST, MOST, excerpted, longest, reading
from bot.turns.history import estimate
from bot.turns.parts import Parts
from bot.turns.turn import run_turn
from functions import Context, Function, FunctionProblem, Person, function
from functions.arguments import freeze
from functions.safe_call import call
from storage.records import (
    CallItem,
    Conversation,
    ConversationKey,
    NewItem,
    ResultItem,
    StoredItem,
    SummaryItem,
    TurnState,
    UserItem,
)
from tests.bot.turns.conftest import KIM, Desk, RecordingOutlet, ScriptedModel

ROWS = [{"row": number, "text": '가나다 "quoted"'} for number in range(2_000)]


@function(read_only=True)
async def list_rows(context: Context) -> list[dict[str, object]]:
    """List all rows."""
    return ROWS


@pytest.fixture
def reader(parts: Parts) -> Parts:
    functions: dict[str, Function] = {"list_rows": list_rows}
    small = replace(parts, context_tokens=6_000, functions=functions)
    functions["read_more"] = reading(small)
    return small


async def read(
    parts: Parts, reference: str, offset: int, conversation: int, person: Person = KIM
) -> dict[str, object]:
    more: Function = parts.functions["read_more"]
    context = parts.context(person, Conversation(conversation, ConversationKey("T1", "C1", "1.1")))
    outcome = await call(more, context, freeze(more, json.dumps({"reference": reference, "offset": offset})))
    if outcome.value is None:
        raise FunctionProblem(outcome.words)
    assert len(outcome.value) <= LEAST, "what is read on is never shortened itself"
    told: dict[str, object] = json.loads(outcome.value)
    return told


async def test_a_long_result_is_read_to_its_end(
    reader: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    await desk.message("list")
    model.calls(("list_rows", "{}"))
    model.says("Many.")
    claim = await desk.claim()
    assert await run_turn(reader, claim, outlet) is TurnState.ANSWERED
    result = model.shown[1][-1]
    assert isinstance(result, ResultItem)
    assert len(result.output_json) <= longest(6_000)
    told = json.loads(result.output_json)
    whole, offset = told["part"], told["next_offset"]
    while offset is not None:
        piece = await read(reader, told["reference"], offset, claim.conversation.id)
        whole, offset = whole + piece["part"], piece.get("next_offset")
    assert json.loads(whole) == ROWS
    assert len(whole) == told["characters"]
    again, _ = await recall(reader, claim.conversation.id)
    assert again[-2] == result, "it is shown in the same way in every request"
    with pytest.raises(FunctionProblem, match="ends at"):
        await read(reader, told["reference"], len(whole), claim.conversation.id)


def called(call_id: str, function: str, output: str) -> list[NewItem]:
    return [NewItem(CallItem(call_id, function, "{}")), NewItem(ResultItem(call_id, output))]


LEE = Person("T1", "U2", "Lee")


async def recorded(parts: Parts, desk: Desk, *items: NewItem) -> tuple[int, list[str]]:
    """Record items; their conversation, and the references of their results."""
    await desk.message("one")
    claim = await desk.claim()
    await parts.storage.turns.record(claim.turn, items, at=parts.clock())
    stored = (await parts.storage.history.memory(claim.conversation.id)).items
    return claim.conversation.id, [f"r{each.id}" for each in stored if isinstance(each.item, ResultItem)]


async def test_nobody_reads_on_what_the_rules_do_not_let_them_have(reader: Parts, desk: Desk) -> None:
    rules = Rules(functions={"list_rows": FunctionRule(call_by=frozenset({"U1"}))})
    conversation, [result] = await recorded(reader, desk, *called("c", "list_rows", "x" * 9_000))
    ruled = replace(reader, policy=replace(reader.policy, rules=rules))
    ruled = replace(ruled, functions={"list_rows": list_rows, "read_more": reading(ruled)})
    assert (await read(ruled, result, 0, conversation))["part"]
    with pytest.raises(FunctionProblem, match="does not let this person use list_rows"):
        await read(ruled, result, 0, conversation, LEE)
    elsewhere = FunctionRule(call_in=frozenset({"C2"}))
    ruled = replace(reader, policy=replace(reader.policy, rules=Rules(functions={"list_rows": elsewhere})))
    ruled = replace(ruled, functions={"list_rows": list_rows, "read_more": reading(ruled)})
    with pytest.raises(FunctionProblem, match="does not let this person use list_rows"):
        await read(ruled, result, 0, conversation)


async def test_nobody_reads_on_what_was_shown_whole_or_is_no_functions_any_more(reader: Parts, desk: Desk) -> None:
    conversation, [short, part, gone, alone] = await recorded(
        reader,
        desk,
        *called("a", "list_rows", "x" * longest(6_000)),
        *called("b", "read_more", "x" * 9_000),
        *called("c", "removed", "x" * 9_000),
        NewItem(ResultItem("d", "x" * 9_000)),
    )
    for reference in (short, part, alone):
        with pytest.raises(FunctionProblem, match="no result of that reference"):
            await read(reader, reference, 0, conversation)
    with pytest.raises(FunctionProblem, match="does not let this person use removed"):
        await read(reader, gone, 0, conversation)


async def test_nobody_reads_another_conversations_results(reader: Parts, desk: Desk) -> None:
    await desk.message("one")
    await desk.message("two", key=ConversationKey("T1", "C2", "9.9"))
    one, other = await desk.claim(), await desk.claim()
    items = [NewItem(UserItem("secret question", "U1")), *called("c", "list_rows", "x" * 9_000)]
    await reader.storage.turns.record(one.turn, items, at=reader.clock())
    memory = await reader.storage.history.memory(one.conversation.id)
    question, _, result = (f"r{stored.id}" for stored in memory.items)
    assert (await read(reader, result, 0, one.conversation.id))["part"]
    with pytest.raises(FunctionProblem, match="no result of that reference"):
        await read(reader, result, 0, other.conversation.id)
    for wrong in (question, "", "r", "r-1", "r1e3", "r999", "r" + "9" * 40, "r²", "outcome"):
        with pytest.raises(FunctionProblem, match="no result of that reference"):
            await read(reader, wrong, 0, one.conversation.id)


@function(read_only=True)
async def report(context: Context, number: int) -> str:
    """Report."""
    return f"{number}".ljust(3_900 if number else 9_000, "r")


async def test_an_open_action_does_not_hold_what_stands_beside_it(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    """It may wait for days: what was read beside it is shown in brief to the questions after it."""
    functions: dict[str, Function] = {**parts.functions, "report": report}
    small = replace(parts, context_tokens=9_000, functions=functions)
    functions["read_more"] = reading(small)
    await desk.message("report all, and pay 5")
    reports = [("report", json.dumps({"number": number})) for number in range(15)]
    model.calls(*reports, ("pay", '{"amount": 5}'))
    model.says("There you are.")
    claim = await desk.claim()
    await parts.storage.turns.finish(claim.turn, await run_turn(small, claim, outlet), parts.clock())
    await desk.message("hello?", user="U2")
    model.says("Hello.")
    claim = await desk.claim()
    await parts.storage.turns.finish(claim.turn, await run_turn(small, claim, outlet), parts.clock())
    given = model.shown[-1]
    assert sum(map(estimate, given)) < 9_000 * 0.7
    calls = [item for item in given if isinstance(item, CallItem)]
    results = [item for item in given if isinstance(item, ResultItem)]
    assert len(calls) == len(results) == 16, "a provider wants each call back with its result"
    assert all(len(result.output_json) <= BRIEF for result in results)
    long, short = (json.loads(result.output_json) for result in results[:2])
    assert "read_more" in long["note"]
    assert (await read(small, long["reference"], 8_000, claim.conversation.id))["part"]
    assert "Call the function again" in short["note"]
    assert "reference" not in short
    assert json.loads(results[-1].output_json)["status"] == "awaiting_confirmation"
    model.says("They talked.")
    assert await compact(small, claim)
    kept = (await recall(small, claim.conversation.id))[0]
    assert kept[0] == SummaryItem("They talked.")
    assert [item for item in kept if isinstance(item, CallItem | ResultItem)] == [*calls, *results]


@given(st.text(min_size=1, max_size=300), st.integers(1, 60))
@example("\x00", 60)
@example("\ud83d", 60)
def test_a_beginning_is_short_and_json(text: str, times: int) -> None:
    result = ResultItem("c", json.dumps(text * times * 20))
    [shown] = excerpted([StoredItem(7, result)], LEAST)
    beginning = StoredItem(7, ResultItem("c", result.output_json[:LEAST]), len(result.output_json))
    assert excerpted([beginning], LEAST)[0].item == shown.item, "what was not read makes no difference"
    assert isinstance(shown.item, ResultItem)
    assert len(shown.item.output_json) <= LEAST
    told = json.loads(shown.item.output_json)
    if shown.item != result:
        assert result.output_json.startswith(told["part"])
        assert told["next_offset"] == len(told["part"]) > 0


def test_how_much_is_shown_has_bounds() -> None:
    assert (longest(1_000), longest(30_000), longest(10**6)) == (LEAST, 10_000, MOST)
