import json

import pytest

from bot.errors import ModelRefused
from bot.model.protocol import Finish
from bot.turns.loop import MAX_CALLS
from bot.turns.parts import Parts
from bot.turns.turn import run_turn
from storage.records import (
    ActionState,
    AssistantItem,
    CallItem,
    Claim,
    Item,
    ResultItem,
    TurnState,
    UserItem,
)
from tests.bot.turns.conftest import Desk, Ledger, RecordingOutlet, ScriptedModel, WithSteps


async def turn(parts: Parts, desk: Desk, outlet: RecordingOutlet) -> tuple[TurnState, Claim]:
    claim = await desk.claim()
    state = await run_turn(parts, claim, outlet)
    await parts.storage.turns.finish(claim.turn, state, parts.clock())
    return state, claim


async def history(parts: Parts, claim: Claim) -> list[Item]:
    return await parts.storage.history.items(claim.conversation.id)


def results(items: list[Item]) -> list[object]:
    return [json.loads(item.output_json) for item in items if isinstance(item, ResultItem)]


async def test_answers(parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet) -> None:
    await desk.message("hello")
    model.says("Hello there")
    state, claim = await turn(parts, desk, outlet)
    assert state is TurnState.ANSWERED
    assert outlet.said.strip() == "Hello there"
    assert outlet.finished == 1
    assert await history(parts, claim) == [UserItem("hello", "U1", "Kim"), AssistantItem("Hello there")]


async def test_read_only_functions_run_at_once_and_the_model_is_asked_again(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    await desk.message("look up a and b")
    model.calls(("look", '{"what":"a"}'), ("look", '{"what":"b"}'), text="Looking.")
    model.says("Both are there.")
    state, claim = await turn(parts, desk, outlet)
    assert state is TurnState.ANSWERED
    assert results(model.shown[1]) == [{"found": "a"}, {"found": "b"}]
    assert outlet.said == "Looking. \n\nBoth are there. "
    assert list(outlet.tasks.values()) == [True, True]
    assert [type(item) for item in await history(parts, claim)] == [
        UserItem, AssistantItem, CallItem, CallItem, ResultItem, ResultItem, AssistantItem,
    ]  # fmt: skip


async def test_only_a_call_that_runs_is_shown_and_one_that_tells_nothing_as_such(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    await desk.message("look up a, nothing and fly")
    model.calls(("look", '{"what":"nothing"}'), ("look", '{"what":"a"}'), ("fly", "{}"), ("look", "{"))
    model.says("That is all.")
    await turn(parts, desk, outlet)
    assert list(outlet.tasks.values()) == [False, True]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (("fly", "{}"), "There is no function of that name"),
        (("look", "{"), "not valid JSON"),
        (("look", '{"what":1}'), "what: Input should be a valid string"),
        (("look", '{"what":"nothing"}'), "There is no such thing."),
        (("pay", '{"amount":0}'), "amount: Input should be greater than or equal to 1"),
    ],
)
async def test_the_model_is_told_what_it_can_mend(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, call: tuple[str, str], words: str
) -> None:
    await desk.message("go")
    model.calls(call)
    model.says("Sorry.")
    state, _ = await turn(parts, desk, outlet)
    assert state is TurnState.ANSWERED
    [result] = results(model.shown[1])
    assert isinstance(result, dict)
    assert words in result["error"]
    assert outlet.cards == []


async def test_an_action_waits_and_ends_the_turn(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    await desk.message("pay 5")
    model.calls(("pay", '{"amount":"5"}'))
    state, claim = await turn(parts, desk, outlet)
    assert state is TurnState.WAITING
    assert ledger.paid == []
    [action] = outlet.cards
    assert action.arguments_json == '{"amount":5}'
    assert action.state is ActionState.PENDING
    [result] = results(await history(parts, claim))
    assert isinstance(result, dict)
    assert result["status"] == "awaiting_confirmation"
    stored = await parts.storage.actions.get(action.id)
    assert stored is not None
    assert stored.card_ts == "200.1"


async def test_reads_run_while_actions_wait_and_every_call_has_one_result_in_order(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    await desk.message("pay 5, look, pay 6")
    model.calls(("pay", '{"amount":5}'), ("look", '{"what":"a"}'), ("pay", '{"amount":6}'))
    model.says("Two cards wait.")
    state, _ = await turn(parts, desk, outlet)
    assert state is TurnState.ANSWERED
    shown = model.shown[1]
    calls = [item.call_id for item in shown if isinstance(item, CallItem)]
    assert [item.call_id for item in shown if isinstance(item, ResultItem)] == calls
    assert len(outlet.cards) == 2
    assert ledger.paid == []


async def test_steps_are_bounded(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, with_steps: WithSteps
) -> None:
    await desk.message("go on for ever")
    for _ in range(3):
        model.calls(("look", '{"what":"a"}'))
    state, _ = await turn(with_steps(parts, 3), desk, outlet)
    assert state is TurnState.FAILED
    assert "3단계" in outlet.note
    assert outlet.finished == 1


@pytest.mark.parametrize(
    ("finish", "text", "note"),
    [
        (Finish.LENGTH, "Half an", "답이 길어"),
        (Finish.FILTERED, "", "콘텐츠 필터"),
        (Finish.REFUSED, "", "답하지 않겠다고"),
        (Finish.REFUSED, "I cannot say that.", ""),
        (Finish.STOP, "", "빈 답"),
    ],
)
async def test_how_an_answer_ended_is_said(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, finish: Finish, text: str, note: str
) -> None:
    await desk.message("go")
    model.says(text, finish)
    await turn(parts, desk, outlet)
    assert note in outlet.note
    assert bool(note) == bool(outlet.note)


async def test_an_empty_mention_is_greeted_without_the_model(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    await desk.message("  ")
    state, claim = await turn(parts, desk, outlet)
    assert state is TurnState.ANSWERED
    assert outlet.greeted == 1
    assert model.shown == []
    assert await history(parts, claim) == []


async def test_a_card_that_is_not_taken_is_withdrawn_and_said(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    outlet.refuses = True
    await desk.message("pay 5")
    model.calls(("pay", '{"amount":5}'))
    _, claim = await turn(parts, desk, outlet)
    assert await parts.storage.actions.pending(claim.conversation.id) == []
    assert "카드를 보여 드리지 못해서" in outlet.note
    assert "withdrawn" in str((await history(parts, claim))[-1])


async def test_calls_of_one_step_are_bounded(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    await desk.message("pay everybody")
    model.calls(*(("pay", json.dumps({"amount": number + 1})) for number in range(40)))
    model.says("That was a lot.")
    await turn(parts, desk, outlet)
    assert len(outlet.cards) == MAX_CALLS
    calls = [item.call_id for item in model.shown[1] if isinstance(item, CallItem)]
    assert [item.call_id for item in model.shown[1] if isinstance(item, ResultItem)] == calls


async def test_a_model_error_leaves_the_question_in_the_history(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    await desk.message("hello")
    model.fails(ModelRefused())
    claim = await desk.claim()
    with pytest.raises(ModelRefused):
        await run_turn(parts, claim, outlet)
    assert await history(parts, claim) == [UserItem("hello", "U1", "Kim")]


async def test_messages_that_waited_join_into_one_turn(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    await desk.message("one")
    await desk.message("two")
    model.says("both")
    await turn(parts, desk, outlet)
    assert [item.text for item in model.shown[0] if isinstance(item, UserItem)] == ["one", "two"]


async def test_a_direct_message_has_no_speaker(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    await desk.message("hello", direct=True)
    model.says("hi")
    await turn(parts, desk, outlet)
    assert model.shown[0] == [UserItem("hello", "U1", "")]
