"""The confirmation contract as far as turns keep it; `docs/confirmation.md` numbers and explains it."""

import itertools
import json
from dataclasses import replace

import pytest

from bot.rules import FunctionRule, Rules
from bot.turns.parts import Parts
from bot.turns.policy import Policy
from bot.turns.turn import run_turn
from bot.turns.withdrawal import withdrawal
from functions import Context, OutcomeUnknown, Unavailable, function
from functions.contract import Function
from storage.outcomes import for_people
from storage.records import Action, ActionState, CallItem, Click, Decision, ResultItem, TurnState
from tests.bot.turns.conftest import Clock, Desk, Everybody, Ledger, RecordingOutlet, ScriptedModel


async def turn(parts: Parts, desk: Desk, outlet: RecordingOutlet) -> TurnState:
    claim = await desk.claim()
    state = await run_turn(parts, claim, outlet)
    await parts.storage.turns.finish(claim.turn, state, parts.clock())
    return state


async def proposed(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, *amounts: int
) -> list[Action]:
    before = len(outlet.cards)
    await desk.message("pay")
    model.calls(*(("pay", json.dumps({"amount": amount})) for amount in amounts))
    await turn(parts, desk, outlet)
    found = [await parts.storage.actions.get(action.id) for action in outlet.cards[before:]]
    return [action for action in found if action is not None]


def last_result(model: ScriptedModel) -> dict[str, str]:
    item = model.shown[-1][-1]
    assert isinstance(item, ResultItem)
    result: dict[str, str] = json.loads(item.output_json)
    return result


async def state_of(parts: Parts, action: Action) -> ActionState:
    found = await parts.storage.actions.get(action.id)
    assert found is not None
    return found.state


# ── 12: mixed calls in one step ─────────────────────────────────────────────────────────────────────────────

KINDS = ["read", "confirm", "deny", "expire"]


@pytest.mark.parametrize("order", list(itertools.permutations(KINDS)), ids="-".join)
async def test_every_call_of_a_mixed_step_has_one_result_in_order(
    parts: Parts,
    desk: Desk,
    model: ScriptedModel,
    outlet: RecordingOutlet,
    ledger: Ledger,
    clock: Clock,
    order: tuple[str, ...],
) -> None:
    await desk.message("all of it")
    amounts = {kind: number for number, kind in enumerate(order, 1)}
    model.calls(
        *(
            ("look", '{"what":"a"}') if kind == "read" else ("pay", json.dumps({"amount": amounts[kind]}))
            for kind in order
        )
    )
    model.says("Cards wait.")
    await turn(parts, desk, outlet)
    shown = model.shown[-1]
    calls = [item.call_id for item in shown if isinstance(item, CallItem)]
    assert [item.call_id for item in shown if isinstance(item, ResultItem)] == calls
    assert len(calls) == 4

    cards = {json.loads(action.arguments_json)["amount"]: action for action in outlet.cards}
    card = {kind: await parts.storage.actions.get(cards[amounts[kind]].id) for kind in KINDS[1:]}
    for kind, decision in (("confirm", Decision.CONFIRM), ("deny", Decision.DENY)):
        action = card[kind]
        assert action is not None
        await desk.click(action, decision)
    model.says("Told.")
    await turn(parts, desk, outlet)
    clock.pass_seconds(61)
    await parts.storage.actions.expire(clock())
    assert [amount for amount, _ in ledger.paid] == [amounts["confirm"]]
    states = [await state_of(parts, action) for action in card.values() if action is not None]
    assert states == [ActionState.SUCCEEDED, ActionState.DENIED, ActionState.EXPIRED]


# ── 13: denied is denied ────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_just_denied_is_denied_again_without_asking(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    [action] = await proposed(parts, desk, model, outlet, 5)
    await desk.click(action, Decision.DENY)
    model.calls(("pay", '{"amount":5}'), ("pay", '{"amount":6}'))
    model.says("I see.")
    await turn(parts, desk, outlet)
    results = [
        json.loads(item.output_json)["status"] for item in model.shown[-1][-2:] if isinstance(item, ResultItem)
    ]
    assert results == ["denied", "awaiting_confirmation"]
    assert len(outlet.cards) == 2  # the one that was denied, and the other amount
    assert ledger.paid == []


async def test_what_waits_is_not_asked_for_twice(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    await proposed(parts, desk, model, outlet, 5)
    await proposed(parts, desk, model, outlet, 5)
    assert len(outlet.cards) == 1


# ── 15: grants ──────────────────────────────────────────────────────────────────────────────────────────────


def rememberable(ledger: Ledger) -> Function:
    @function(rememberable=True)
    async def pay(context: Context, amount: int) -> dict[str, int]:
        """Pay an amount."""
        ledger.paid.append((amount, context.action_id or ""))
        return {"paid": amount}

    return pay


async def granted(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> Parts:
    parts = replace(parts, functions={"pay": rememberable(ledger)})
    [action] = await proposed(parts, desk, model, outlet, 1)
    now = parts.clock()
    click = Click(
        action.id,
        Decision.CONFIRM,
        "T1",
        "C1",
        action.card_ts,
        "U1",
        now,
        True,
        remember_until=now.replace(hour=4),
    )
    await parts.storage.actions.decide(click)
    model.says("Paid.")
    await turn(parts, desk, outlet)
    assert len(ledger.paid) == 1
    return parts


async def test_a_grant_confirms_the_next_one_and_is_audited(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    parts = await granted(parts, desk, model, outlet, ledger)
    [action] = await proposed(parts, desk, model, outlet, 2)
    assert action.state is ActionState.CONFIRMED
    model.says("Paid again.")
    await turn(parts, desk, outlet)
    assert [amount for amount, _ in ledger.paid] == [1, 2]
    events = [row.event for row in await parts.storage.audit.rows(action_id=action.id)]
    assert events == ["proposed", "confirmed", "executing", "succeeded"]
    assert await parts.storage.audit.verify() is None


@pytest.mark.parametrize("ended", ["refused", "guest", "expired", "revoked", "not rememberable any more"])
async def test_a_grant_that_no_longer_holds_asks_again(
    parts: Parts,
    desk: Desk,
    model: ScriptedModel,
    outlet: RecordingOutlet,
    ledger: Ledger,
    clock: Clock,
    everybody: Everybody,
    ended: str,
) -> None:
    parts = await granted(parts, desk, model, outlet, ledger)
    match ended:
        case "refused":
            only_others = FunctionRule(confirm_by=frozenset({"U2"}))
            parts = replace(parts, policy=Policy(Rules(functions={"pay": only_others}), everybody))
        case "guest":
            everybody.fallen.add("U1")
        case "expired":
            clock.pass_seconds(3601)
        case "revoked":
            [grant] = await parts.storage.grants.of("T1", "U1", clock())
            await parts.storage.grants.revoke(grant.id, "T1", "U1", clock())
        case _:
            parts = replace(parts, functions={"pay": replace(rememberable(ledger), rememberable=False)})
    [action] = await proposed(parts, desk, model, outlet, 2)
    assert action.state is ActionState.PENDING
    assert len(ledger.paid) == 1


# ── 16: several at once ─────────────────────────────────────────────────────────────────────────────────────


async def test_two_actions_of_a_step_share_a_batch_and_one_alone_has_none(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    two = await proposed(parts, desk, model, outlet, 5, 6)
    assert two[0].batch is not None
    assert two[0].batch == two[1].batch
    assert two[0].batch not in (two[0].id, two[1].id)
    assert [len(batch) for batch in outlet.batches] == [2]
    [one] = await proposed(parts, desk, model, outlet, 7)
    assert one.batch is None


async def test_a_destructive_action_stands_alone(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    destructive = replace(parts.functions["pay"], destructive=True)
    actions = await proposed(replace(parts, functions={"pay": destructive}), desk, model, outlet, 5, 6)
    assert [action.batch for action in actions] == [None, None]
    assert outlet.batches == []


# ── 8 and 17: at the execution ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("tightened", ["confirm_by", "call_in", "refuse", "standing"])
async def test_rules_that_became_tighter_between_click_and_execution_hold(
    parts: Parts,
    desk: Desk,
    model: ScriptedModel,
    outlet: RecordingOutlet,
    ledger: Ledger,
    everybody: Everybody,
    tightened: str,
) -> None:
    [action] = await proposed(parts, desk, model, outlet, 5)
    await desk.click(action, Decision.CONFIRM)
    rules = {
        "confirm_by": FunctionRule(confirm_by=frozenset({"U2"})),
        "call_in": FunctionRule(call_in=frozenset({"C9"})),
        "refuse": FunctionRule(refuse=frozenset({"U1"})),
        "standing": FunctionRule(),
    }
    if tightened == "standing":
        everybody.fallen.add("U1")
    parts = replace(parts, policy=Policy(Rules(functions={"pay": rules[tightened]}), everybody))
    model.says("Not any more.")
    await turn(parts, desk, outlet)
    assert ledger.paid == []
    assert await state_of(parts, action) is ActionState.FAILED


async def test_who_may_not_call_is_told_so_and_nothing_waits(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, everybody: Everybody
) -> None:
    rule = FunctionRule(call_by=frozenset({"U2"}))
    parts = replace(parts, policy=Policy(Rules(functions={"pay": rule}), everybody))
    await desk.message("pay")
    model.calls(("pay", '{"amount":5}'))
    model.says("I may not.")
    await turn(parts, desk, outlet)
    assert "does not let this person" in last_result(model)["error"]
    assert outlet.cards == []


async def test_only_success_of_the_repeat_ends_the_doubt_of_an_idempotent_call(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    seen: list[str] = []

    def made(second: Exception | None) -> Function:
        @function(idempotent=True)
        async def pay(context: Context, amount: int) -> dict[str, int]:
            """Pay an amount."""
            seen.append(context.action_id or "")
            if len(seen) % 2 == 1:
                raise OutcomeUnknown("The connection broke.")
            if second is not None:
                raise second
            return {"paid": amount}

        return pay

    from functions import FunctionProblem

    for second, state in (
        (None, ActionState.SUCCEEDED),
        (FunctionProblem("Not connected."), ActionState.UNKNOWN),
        (OutcomeUnknown("Again."), ActionState.UNKNOWN),
    ):
        altered = replace(parts, functions={"pay": made(second)})
        [action] = await proposed(altered, desk, model, outlet, 5)
        await desk.click(action, Decision.CONFIRM)
        model.says("So it ended.")
        await turn(altered, desk, outlet)
        assert await state_of(parts, action) is state
        assert seen[-1] == seen[-2] == action.id


async def test_what_the_card_showed_as_the_present_must_still_be_so(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    present = ["Kim"]

    async def look(context: Context, amount: int) -> str:
        return present[0]

    parts = replace(parts, functions={"pay": replace(parts.functions["pay"], preview=look)})
    [first] = await proposed(parts, desk, model, outlet, 5)
    assert first.preview == "Kim"
    present[0] = "Lee"
    await desk.click(first, Decision.CONFIRM)
    model.says("It has changed.")
    await turn(parts, desk, outlet)
    assert ledger.paid == []
    assert await state_of(parts, first) is ActionState.FAILED
    assert for_people(outlet.settled[-1])["en"].startswith("What the card showed as it is now is no longer so.")


async def test_what_cannot_be_looked_up_again_is_not_said_to_have_changed(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, ledger: Ledger
) -> None:
    busy = False

    async def look(context: Context, amount: int) -> str:
        if busy:
            raise Unavailable({"en": "The bank is busy.", "ko": "은행에 요청이 몰렸습니다."}, hint="Say so.")
        return "Kim"

    parts = replace(parts, functions={"pay": replace(parts.functions["pay"], preview=look)})
    [first] = await proposed(parts, desk, model, outlet, 5)
    busy = True
    await desk.click(first, Decision.CONFIRM)
    model.says("The bank is busy.")
    await turn(parts, desk, outlet)
    assert ledger.paid == []
    assert await state_of(parts, first) is ActionState.FAILED
    assert for_people(outlet.settled[-1]) == {"en": "The bank is busy.", "ko": "은행에 요청이 몰렸습니다."}
    told = last_result(model)
    nothing = "So what the card showed could not be looked up again, and nothing was done."
    assert told["error"] == f"The bank is busy. Say so. {nothing}"


# ── 21: the model withdraws ─────────────────────────────────────────────────────────────────────────────────


async def test_the_model_can_withdraw_what_the_same_person_asked_for(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, clock: Clock
) -> None:
    class Outlets:
        settled: list[Action] = []  # noqa: RUF012  one instance a test

        async def settle_all(self, actions: list[Action]) -> None:
            self.settled += actions

    outlets = Outlets()
    taking_back = withdrawal(parts.storage.actions, outlets, clock)  # type: ignore[arg-type]
    parts = replace(parts, functions={**parts.functions, taking_back.name: taking_back})
    [action] = await proposed(parts, desk, model, outlet, 5)
    await desk.message("never mind", user="U1")
    items = await parts.storage.history.items(action.conversation.id)
    told = json.loads([item for item in items if isinstance(item, ResultItem)][-1].output_json)
    assert action.id not in json.dumps(told)
    model.calls((taking_back.name, json.dumps({"reference_of_action": told["reference"]})))
    model.says("Withdrawn.")
    await turn(parts, desk, outlet)
    assert last_result(model) == {"status": "withdrawn"}
    assert await state_of(parts, action) is ActionState.WITHDRAWN
    assert [each.id for each in outlets.settled] == [action.id]
