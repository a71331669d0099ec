import json
from dataclasses import replace

import pytest

from bot.errors import ModelRefused
from bot.turns.parts import Parts
from bot.turns.turn import run_turn
from functions import Context, FunctionProblem, Label, OutcomeUnknown, Preview, function
from storage.outcomes import NOTES, for_people
from storage.records import Action, ActionState, CallItem, Decision, ResultItem, TurnState
from tests.bot.turns.conftest import Clock, Desk, Ledger, RecordingOutlet, ScriptedModel


async def propose(parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, amount: int) -> Action:
    await desk.message(f"pay {amount}")
    model.calls(("pay", json.dumps({"amount": amount})))
    await turn(parts, desk, outlet)
    action = await parts.storage.actions.get(outlet.cards[-1].id)
    assert action is not None
    return action


async def turn(parts: Parts, desk: Desk, outlet: RecordingOutlet) -> TurnState:
    claim = await desk.claim()
    state = await run_turn(parts, claim, outlet)
    await parts.storage.turns.finish(claim.turn, state, parts.clock())
    return state


def last_result(model: ScriptedModel) -> dict[str, object]:
    item = model.shown[-1][-1]
    assert isinstance(item, ResultItem)
    result = json.loads(item.output_json)
    assert isinstance(result, dict)
    return result


async def state_of(parts: Parts, action: Action) -> ActionState:
    found = await parts.storage.actions.get(action.id)
    assert found is not None
    return found.state


async def test_a_confirmed_action_runs_once_with_what_was_shown(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    action = await propose(parts, desk, model, outlet, 5)
    await desk.click(action, Decision.CONFIRM)
    model.says("It is paid.")
    assert await turn(parts, desk, outlet) is TurnState.ANSWERED
    assert ledger.paid == [(5, action.id)]
    assert last_result(model) == {"status": "succeeded", "result": {"paid": 5}}
    call = model.shown[-1][-2]
    assert isinstance(call, CallItem)
    assert (call.function, call.arguments_json) == ("pay", '{"amount":5}')
    assert outlet.settled[-1].state is ActionState.SUCCEEDED
    assert await parts.storage.inbox.claim(parts.clock()) is None


async def test_a_denied_action_never_runs(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    action = await propose(parts, desk, model, outlet, 5)
    await desk.click(action, Decision.DENY)
    model.says("All right.")
    await turn(parts, desk, outlet)
    assert ledger.paid == []
    assert last_result(model)["status"] == "denied"
    assert outlet.settled[-1].state is ActionState.DENIED


@pytest.mark.parametrize(
    ("amount", "state", "words"),
    [
        (13, ActionState.UNKNOWN, "Check the bank."),
        (14, ActionState.FAILED, "The account is empty."),
        (15, ActionState.UNKNOWN, "failed inside Nod (incident "),
    ],
)
async def test_how_an_execution_ended_is_told_honestly(
    parts: Parts,
    desk: Desk,
    model: ScriptedModel,
    outlet: RecordingOutlet,
    ledger: Ledger,
    amount: int,
    state: ActionState,
    words: str,
) -> None:
    action = await propose(parts, desk, model, outlet, amount)
    await desk.click(action, Decision.CONFIRM)
    model.says("I have to tell you something.")
    await turn(parts, desk, outlet)
    assert len(ledger.paid) == 1
    assert await state_of(parts, action) is state
    result = last_result(model)
    assert result["status"] == state
    assert words in str(result["error"])
    assert "secret text" not in str(result)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (FunctionProblem({"en": "It is empty.", "ko": "잔액이 없습니다."}, hint="Say so."), ActionState.FAILED),
        (OutcomeUnknown({"en": "Check the bank.", "ko": "은행에서 확인해 주세요."}), ActionState.UNKNOWN),
        (FunctionProblem({"en": "x" * 5_000}), ActionState.FAILED),
    ],
)
async def test_people_are_told_in_their_language_and_the_model_in_english(
    parts: Parts,
    desk: Desk,
    model: ScriptedModel,
    outlet: RecordingOutlet,
    error: FunctionProblem | OutcomeUnknown,
    state: ActionState,
) -> None:
    async def refuse(context: Context, amount: int) -> None:
        raise error

    altered = replace(parts, functions={"pay": replace(parts.functions["pay"], implementation=refuse)})
    action = await propose(altered, desk, model, outlet, 5)
    await desk.click(action, Decision.CONFIRM)
    model.says("I have to tell you something.")
    await turn(altered, desk, outlet)
    kept = await parts.storage.actions.get(action.id)
    assert kept is not None
    assert for_people(kept) == for_people(outlet.settled[-1])
    assert for_people(kept) == {language: text[:500] for language, text in error.words.items()}
    note = {"note": NOTES[ActionState.UNKNOWN]} if state is ActionState.UNKNOWN else {}
    assert last_result(model) == {"status": state, "error": str(error), **note}
    assert "people" not in json.dumps([str(item) for item in model.shown[-1]])


async def test_a_persons_language_changes_nothing_of_what_a_click_confirms(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    """It may change between the card and the click, too."""

    async def look(context: Context, amount: int) -> Preview:
        return Preview(now={Label(en="From", ko="보낸 곳"): {"en": "the bank", "ko": "은행"}})

    altered = replace(parts, functions={"pay": replace(parts.functions["pay"], preview=look)})
    outlet.person = replace(outlet.person, locale="ko-KR")
    korean = await propose(altered, desk, model, outlet, 5)
    await desk.click(korean, Decision.DENY)
    model.says("All right.")
    await turn(altered, desk, outlet)
    outlet.person = replace(outlet.person, locale="en-US")
    english = await propose(altered, desk, model, outlet, 5)
    assert (korean.digest, korean.preview) == (english.digest, english.preview)
    outlet.person = replace(outlet.person, locale="ko-KR")
    await desk.click(english, Decision.CONFIRM)
    model.says("It is paid.")
    await turn(altered, desk, outlet)
    assert ledger.paid == [(5, english.id)]


async def test_only_the_requester_decides(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    action = await propose(parts, desk, model, outlet, 5)
    await desk.click(action, Decision.CONFIRM, user="U2")
    assert await state_of(parts, action) is ActionState.PENDING
    assert await parts.storage.inbox.claim(parts.clock()) is None
    assert ledger.paid == []


async def test_an_expired_card_does_nothing(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger, clock: Clock
) -> None:
    action = await propose(parts, desk, model, outlet, 5)
    clock.pass_seconds(61)
    await desk.click(action, Decision.CONFIRM)
    assert await state_of(parts, action) is ActionState.EXPIRED
    assert await parts.storage.inbox.claim(parts.clock()) is None
    assert ledger.paid == []


async def test_a_decision_that_is_taken_up_again_does_not_run_again(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    action = await propose(parts, desk, model, outlet, 5)
    await desk.click(action, Decision.CONFIRM)
    model.fails(ModelRefused())
    with pytest.raises(ModelRefused):
        await run_turn(parts, await desk.claim(), outlet)
    assert await parts.storage.inbox.release() == 1  # as at a start after a crash
    model.says("It is paid.")
    await turn(parts, desk, outlet)
    assert len(ledger.paid) == 1
    outcomes = [
        item for item in model.shown[-1] if isinstance(item, ResultItem) and "succeeded" in item.output_json
    ]
    assert len(outcomes) == 1


async def test_what_was_executing_at_a_crash_is_unknown_and_not_run(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    action = await propose(parts, desk, model, outlet, 5)
    await desk.click(action, Decision.CONFIRM)
    await desk.claim()
    assert await parts.storage.actions.begin(action.id, parts.clock()) is not None
    await parts.storage.actions.interrupt(parts.clock())  # as at a start after a crash
    await parts.storage.inbox.release()
    model.says("I cannot know.")
    await turn(parts, desk, outlet)
    assert ledger.paid == []
    assert last_result(model)["status"] == "unknown"
    assert outlet.settled[-1].state is ActionState.UNKNOWN


async def test_a_function_that_is_gone_or_changed_refuses(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    @function()
    async def pay(context: Context, amount: int, currency: str = "KRW") -> None:
        """Pay in another way."""
        ledger.paid.append((amount, currency))

    gone = replace(parts, functions={})
    changed = replace(parts, functions={"pay": pay})
    for altered in (gone, changed):
        action = await propose(parts, desk, model, outlet, 5)
        await desk.click(action, Decision.CONFIRM)
        model.says("It was changed.")
        await turn(altered, desk, outlet)
        assert await state_of(parts, action) is ActionState.FAILED
    assert ledger.paid == []


async def test_what_cannot_be_shown_is_not_proposed(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    @function()
    async def write(context: Context, text: str) -> None:
        """Write a text."""

    monkeypatch.setattr("bot.turns.proposals.MAX_SHOWN", 1_000)
    await desk.message("write")
    model.calls(("write", json.dumps({"text": "x" * 1_000})))
    model.says("Too long.")
    await turn(replace(parts, functions={"write": write}), desk, outlet)
    assert outlet.cards == []
    assert "smaller parts" in str(last_result(model))
