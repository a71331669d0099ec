"""What is withdrawn is told to the model, once, wherever the process or the turn ends."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.turns.parts import Parts
from bot.turns.recovery import recover
from bot.turns.turn import run_turn
from bot.turns.withdrawal import withdrawal
from storage.outcomes import outcome_keys, reference
from storage.ports import Storage
from storage.records import Action, ActionState, CallItem, Item, ResultItem, TurnState
from tests.bot.turns.conftest import KEY, Desk, RecordingOutlet, ScriptedModel
from tests.bot.turns.mortal import End, Fate, Killed, mortal
from tests.bot.turns.test_contract import proposed


class Cards:
    async def settle_all(self, actions: Sequence[Action]) -> None: ...


def with_withdrawal(parts: Parts, storage: Storage) -> Parts:
    taking_back = withdrawal(storage.actions, Cards(), parts.clock)  # type: ignore[arg-type]
    return replace(parts, storage=storage, functions={**parts.functions, taking_back.name: taking_back})


def outcomes_of(shown: Sequence[Item], action: Action) -> list[str]:
    """Return what the model is told of an action's end."""
    call_id = f"outcome_{reference(action.id)}"
    assert sum(isinstance(item, CallItem) and item.call_id == call_id for item in shown) <= 1
    told = [item.output_json for item in shown if isinstance(item, ResultItem) and item.call_id == call_id]
    return [json.loads(each)["status"] for each in told]


@pytest.mark.parametrize("end", [End.AFTER, None], ids=["the process is killed", "all goes well"])
async def test_the_model_is_told_once_that_nothing_waits_any_more(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, end: End | None
) -> None:
    [action] = await proposed(parts, desk, model, outlet, 5)
    fate = Fate()
    lived = with_withdrawal(parts, mortal(parts.storage, fate))
    model.calls(("withdraw_action", json.dumps({"reference_of_action": reference(action.id)})))
    await desk.message("never mind")
    claim = await desk.claim()
    if end is not None:
        fate.plan(1, end, "actions.withdraw")
        with pytest.raises(Killed):
            await run_turn(lived, claim, outlet)
        await recover(parts)
        claim = await desk.claim()
    model.says("It is withdrawn.")
    assert await run_turn(with_withdrawal(parts, parts.storage), claim, outlet) is TurnState.ANSWERED
    assert outcomes_of(model.shown[-1], action) == ["withdrawn"]
    await parts.storage.turns.finish(claim.turn, TurnState.ANSWERED, parts.clock())
    model.says("Hello.")
    await desk.message("and now?")
    await run_turn(parts, await desk.claim(), outlet)
    assert outcomes_of(model.shown[-1], action) == ["withdrawn"]


async def test_a_card_that_slack_refused_is_told_with_the_next_turn(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    outlet.refuses = True
    await proposed(parts, desk, model, outlet, 5)
    [row] = [row for row in await parts.storage.audit.rows() if row.event == "withdrawn"]
    action = await parts.storage.actions.get(row.action_id)
    assert action is not None
    assert action.state is ActionState.WITHDRAWN
    model.says("It could not be shown.")
    await desk.message("well?")
    await run_turn(parts, await desk.claim(), outlet)
    assert outcomes_of(model.shown[-1], action) == ["withdrawn"]
    conversation = await parts.storage.history.conversation(KEY)
    assert conversation is not None
    assert await parts.storage.history.recorded(conversation.id, outcome_keys(action.id)[1])
