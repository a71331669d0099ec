"""A card of which nobody can say whether it stands: its action waits, is told as it is, and is shown once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from bot.schedule.housekeeping import sweep
from bot.turns.carding import NOT_POSTED, UNSURE, repost
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.turns.turn import run_turn
from bot.words.catalogue import words_for
from storage.records import Action, ActionState, Claim, Decision, Delivery, ResultItem, TurnState
from tests.bot.turns.conftest import Desk, Ledger, RecordingOutlet, ScriptedModel

KO = words_for("ko")


@dataclass
class Slack:
    """What is found, or posted, of the cards that are looked for; each answer once, the last again and again."""

    answers: list[str | type[LookupError] | None] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    settled: list[Action] = field(default_factory=list)
    meanwhile: Any = None

    async def open(self, claim: Claim) -> Outlet:
        raise NotImplementedError

    async def in_line(self, delivery: Delivery, place: int) -> None: ...

    async def post_again(self, action: Action) -> str | None:
        self.looked.append(action.id)
        if self.meanwhile is not None:
            await self.meanwhile(action)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is LookupError:
            raise LookupError
        return str(answer) if answer else None

    async def settle_all(self, actions: Sequence[Action]) -> None:
        self.settled += actions


async def asked(parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, *amounts: int) -> Claim:
    model.calls(*(("pay", json.dumps({"amount": amount})) for amount in amounts))
    await desk.message("pay")
    claim = await desk.claim()
    state = await run_turn(parts, claim, outlet)
    assert state is TurnState.WAITING
    await parts.storage.turns.finish(claim.turn, state, parts.clock())
    return claim


async def waiting(parts: Parts, claim: Claim) -> list[Action]:
    return await parts.storage.actions.pending(claim.conversation.id)


async def test_its_action_waits_and_the_person_and_the_model_are_told_so(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    outlet.lost = {1}
    claim = await asked(parts, desk, model, outlet, 5)
    [action] = await waiting(parts, claim)
    assert action.card_ts is None
    assert outlet.note == KO(UNSURE.key)
    told = [
        item for item in await parts.storage.history.items(claim.conversation.id) if isinstance(item, ResultItem)
    ]
    assert [json.loads(item.output_json)["status"] for item in told] == ["awaiting_confirmation"]
    assert "may show late" in told[0].output_json


@pytest.mark.parametrize("answers", [["500.1"], [LookupError, LookupError, "500.1"]])
async def test_it_is_looked_for_until_it_stands(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, answers: list[Any]
) -> None:
    outlet.lost = {1}
    claim = await asked(parts, desk, model, outlet, 5)
    slack = Slack(list(answers))
    for _ in range(5):
        await sweep(parts, slack)
    [action] = await waiting(parts, claim)
    assert action.card_ts == "500.1"
    assert len(slack.looked) == len(answers)


async def test_it_is_looked_for_no_longer_than_it_may_be_decided(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, clock: Any
) -> None:
    outlet.lost = {1}
    claim = await asked(parts, desk, model, outlet, 5)
    slack = Slack([LookupError])
    await sweep(parts, slack)
    clock.pass_seconds(61)
    await sweep(parts, slack)
    await sweep(parts, slack)
    assert await waiting(parts, claim) == []
    assert len(slack.looked) == 1
    assert [action.state for action in slack.settled] == [ActionState.EXPIRED]


async def test_a_last_no_withdraws_it_at_once(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    outlet.lost = {1}
    claim = await asked(parts, desk, model, outlet, 5)
    slack = Slack([None])
    await sweep(parts, slack)
    await sweep(parts, slack)
    assert await waiting(parts, claim) == []
    assert len(slack.looked) == 1
    assert "withdrawn" in str((await parts.storage.history.items(claim.conversation.id))[-1])


@pytest.mark.parametrize("over", ["expired", "withdrawn", "denied"])
async def test_what_became_of_it_while_its_card_was_posted_is_shown_on_it(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, clock: Any, over: str
) -> None:
    outlet.lost = {1}
    await asked(parts, desk, model, outlet, 5)

    async def meanwhile(action: Action) -> None:
        if over == "expired":
            clock.pass_seconds(61)
            await parts.storage.actions.expire(clock())
        elif over == "withdrawn":
            await parts.storage.actions.withdraw(action.id, action.requester, clock())
        else:
            await desk.click(action, Decision.DENY)

    slack = Slack(["500.1"], meanwhile=meanwhile)
    await sweep(parts, slack)
    assert [(action.state, action.card_ts) for action in slack.settled] == [(ActionState(over), "500.1")]


async def test_a_turn_s_own_card_that_comes_too_late_shows_it(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    posted = RecordingOutlet.card

    async def slowly(self: RecordingOutlet, action: Action, function: Any) -> str | None:
        clock.pass_seconds(61)
        await parts.storage.actions.expire(clock())
        return await posted(self, action, function)

    monkeypatch.setattr(RecordingOutlet, "card", slowly)
    await asked(parts, desk, model, outlet, 5)
    assert [(action.state, action.card_ts) for action in outlet.settled] == [(ActionState.EXPIRED, "200.1")]


async def test_after_one_the_rest_wait_and_no_card_confirms_what_it_does_not_show(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    outlet.lost = {3}
    claim = await asked(parts, desk, model, outlet, 1, 2, 3, 4)
    assert outlet.asked == 3
    assert [action.card_ts for action in await waiting(parts, claim)] == ["200.1", "200.2", None, None]
    assert outlet.batches == []
    await sweep(parts, Slack(["500.3", "500.4"]))
    assert [action.card_ts for action in await waiting(parts, claim)] == ["200.1", "200.2", "500.3", "500.4"]


async def test_a_card_that_was_refused_leaves_the_others_theirs(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = RecordingOutlet.card

    async def card(self: RecordingOutlet, action: Action, function: Any) -> str | None:
        return None if '"amount":2' in action.arguments_json else await posted(self, action, function)

    monkeypatch.setattr(RecordingOutlet, "card", card)
    claim = await asked(parts, desk, model, outlet, 1, 2, 3)
    assert len(await waiting(parts, claim)) == 2
    assert [len(batch) for batch in outlet.batches] == [2]
    assert outlet.note == KO(NOT_POSTED.key)


async def test_what_no_card_shows_is_said_at_the_end_of_a_turn_that_goes_on(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    outlet.lost = {1}
    model.calls(("pay", '{"amount":5}'), ("look", '{"what":"a"}'))
    model.calls(("look", '{"what":"b"}'))
    model.says("A card waits.")
    await desk.message("pay and look")
    assert await run_turn(parts, await desk.claim(), outlet) is TurnState.ANSWERED
    assert outlet.note == KO(UNSURE.key)


async def test_a_click_on_it_counts_before_it_is_found(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    outlet.lost = {1}
    claim = await asked(parts, desk, model, outlet, 5)
    [action] = await waiting(parts, claim)
    await desk.click(replace(action, card_ts="300.7"), Decision.CONFIRM)
    model.says("Paid.")
    await run_turn(parts, await desk.claim(), outlet)
    assert ledger.paid == [(5, action.id)]
    assert [(each.state, each.card_ts) for each in outlet.settled] == [(ActionState.SUCCEEDED, "300.7")]
    slack = Slack(["500.1"])
    await sweep(parts, slack)
    assert slack.looked == []


async def test_a_command_s_card_is_not_looked_for(parts: Parts, desk: Desk, model: ScriptedModel) -> None:
    action: Any = SimpleNamespace(id="a", state=ActionState.PENDING, card_ts=None)
    action.conversation = SimpleNamespace(key=SimpleNamespace(is_command=True))
    storage: Any = SimpleNamespace(actions=SimpleNamespace(get=lambda id: done(action)))
    slack = Slack([None])
    await repost(replace(parts, storage=storage), slack, [action])
    assert slack.looked == []


async def done(value: Any) -> Any:
    return value
