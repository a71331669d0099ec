"""Long results: stored whole, shown in part, read on to the end, by nobody of another conversation."""

import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.turns.compaction import recall
from bot.turns.excerpts import LEAST, MOST, excerpted, longest, reading
from bot.turns.parts import Parts
from bot.turns.turn import run_turn
from functions import Context, Function, FunctionProblem, function
from functions.arguments import freeze
from functions.safe_call import call
from storage.records import Conversation, ConversationKey, NewItem, ResultItem, StoredItem, TurnState, UserItem
from tests.bot.turns.conftest import KIM, Desk, RecordingOutlet, ScriptedModel

ROWS = [{"row": number, "text": '가나다 "quoted"'} for number in range(2_000)]


@function(read_only=True)
async def list_rows(context: Context) -> list[dict[str, object]]:
    """List all rows."""
    return ROWS


@pytest.fixture
def reader(parts: Parts) -> Parts:
    own = [list_rows, reading(parts.storage.history, 6_000)]
    return replace(parts, context_tokens=6_000, functions={each.name: each for each in own})


async def read(parts: Parts, reference: str, offset: int, conversation: int) -> dict[str, object]:
    more: Function = parts.functions["read_more"]
    context = parts.context(KIM, Conversation(conversation, ConversationKey("T1", "C1", "1.1")))
    outcome = await call(more, context, freeze(more, json.dumps({"reference": reference, "offset": offset})))
    if outcome.value is None:
        raise FunctionProblem(outcome.words)
    assert len(outcome.value) <= longest(6_000), "what is read on is never shortened itself"
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


async def test_nobody_reads_another_conversations_results(reader: Parts, desk: Desk) -> None:
    await desk.message("one")
    await desk.message("two", key=ConversationKey("T1", "C2", "9.9"))
    one, other = await desk.claim(), await desk.claim()
    items = [NewItem(UserItem("secret question", "U1")), NewItem(ResultItem("c", "x" * 9_000))]
    await reader.storage.turns.record(one.turn, items, at=reader.clock())
    memory = await reader.storage.history.memory(one.conversation.id)
    question, result = (f"r{stored.id}" for stored in memory.items)
    assert (await read(reader, result, 0, one.conversation.id))["part"]
    with pytest.raises(FunctionProblem, match="no result of that reference"):
        await read(reader, result, 0, other.conversation.id)
    for wrong in (question, "", "r", "r-1", "r1e3", "r999", "r" + "9" * 40, "r²", "outcome"):
        with pytest.raises(FunctionProblem, match="no result of that reference"):
            await read(reader, wrong, 0, one.conversation.id)


@given(st.text(min_size=1, max_size=300), st.integers(1, 60))
@example("\x00", 60)
@example("\ud83d", 60)
def test_a_beginning_is_short_and_json(text: str, times: int) -> None:
    result = ResultItem("c", json.dumps(text * times * 20))
    [shown] = excerpted([StoredItem(7, result)], LEAST)
    assert isinstance(shown.item, ResultItem)
    assert len(shown.item.output_json) <= LEAST
    told = json.loads(shown.item.output_json)
    if shown.item != result:
        assert result.output_json.startswith(told["part"])
        assert told["next_offset"] == len(told["part"]) > 0


def test_how_much_is_shown_has_bounds() -> None:
    assert (longest(1_000), longest(30_000), longest(10**6)) == (LEAST, 10_000, MOST)
