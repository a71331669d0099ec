"""A schedule's run: nobody is there, so nothing is made that only a person may ask for, and only the owner's click
counts."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import pytest
from pydantic import Field

from bot.metrics import Reading
from bot.model.protocol import Finish
from bot.rules import FunctionRule, Rules
from bot.turns.parts import Parts
from bot.turns.policy import Policy
from bot.turns.stopping import asked
from bot.turns.threads import Above
from bot.turns.turn import run_turn
from bot.turns.worker import Worker
from functions import Context, Function, FunctionProblem, function, moment
from storage.records import (
    ActionState,
    Click,
    ConversationKey,
    Decision,
    Delivery,
    Firing,
    NewSchedule,
    OverheardItem,
    ResultItem,
    Retried,
    TurnState,
    UserItem,
    Verdict,
)
from tests.bot.turns.conftest import Clock, Desk, Everybody, Ledger, RecordingOutlet, ScriptedModel
from tests.bot.turns.test_worker import Outlets, answered, at_work


@pytest.fixture
def parts(parts: Parts, everybody: Everybody) -> Parts:
    """The same parts with a function of the schedules' kind, and a policy that knows runs."""

    @function(attended=True)
    async def plan(context: Context, what: str) -> str:
        """Plan something."""
        return what

    functions: dict[str, Function] = {**parts.functions, "plan": plan}
    rules = Rules(functions={"pay": FunctionRule(confirm_by=frozenset({"U1", "U2"}))})
    policy = Policy(rules, everybody, parts.storage.schedules)
    return replace(parts, functions=functions, policy=policy)


async def asked_for(parts: Parts, clock: Clock) -> None:
    """Have Kim's schedule wait in the inbox for its run."""
    new = NewSchedule("a1", "T1", "U1", "C1", "Pay the rent.", "0 9 * * *", "UTC", clock())
    await parts.storage.schedules.create(new, clock(), most_of_person=9, most_of_team=9)
    [claimed] = await parts.storage.schedules.fire(
        clock(), lambda _: Firing(clock(), None, clock() + timedelta(days=1))
    )
    assert await parts.storage.schedules.ask(claimed, "300.1", clock())


async def run(parts: Parts, desk: Desk, outlet: RecordingOutlet, clock: Clock) -> TurnState:
    """Have Kim's schedule run once."""
    await asked_for(parts, clock)
    return await turn(parts, desk, outlet)


async def turn(parts: Parts, desk: Desk, outlet: RecordingOutlet) -> TurnState:
    claim = await desk.claim()
    state = await run_turn(parts, claim, outlet)
    await parts.storage.turns.finish(claim.turn, state, parts.clock())
    return state


def result(model: ScriptedModel) -> dict[str, str]:
    item = model.shown[-1][-1]
    assert isinstance(item, ResultItem)
    told: dict[str, str] = json.loads(item.output_json)
    return told


async def test_it_is_told_as_a_run_in_its_owner_s_words(
    parts: Parts, desk: Desk, outlet: RecordingOutlet, model: ScriptedModel, clock: Clock
) -> None:
    model.says("Paid.")
    await run(parts, desk, outlet, clock)
    [item] = model.shown[0]
    assert isinstance(item, UserItem)
    assert item.user == "U1"
    assert item.text.startswith("(Scheduled run, due 2026-01-02T03:04:05+00:00.")
    assert item.text.endswith(")\nPay the rent.")


async def test_what_came_of_it_is_counted(
    parts: Parts, model: ScriptedModel, outlet: RecordingOutlet, clock: Clock
) -> None:
    model.says("Paid.")
    await asked_for(parts, clock)
    outlets = Outlets(outlet)
    async with at_work(Worker(parts, outlets, 2)):
        await answered(outlets)
    counted = parts.metrics.exposition(Reading(healthy=True)).decode()
    assert 'nod_schedule_runs_total{outcome="answered"} 1.0' in counted


async def test_it_makes_no_schedules(
    parts: Parts, desk: Desk, outlet: RecordingOutlet, model: ScriptedModel, clock: Clock
) -> None:
    model.calls(("plan", '{"what":"more"}'))
    model.says("I may not.")
    await run(parts, desk, outlet, clock)
    assert "cannot be called in a scheduled run" in result(model)["error"]
    assert outlet.cards == []


async def test_nor_after_a_click_in_it_but_a_person_who_is_there_may(
    parts: Parts, desk: Desk, outlet: RecordingOutlet, model: ScriptedModel, clock: Clock
) -> None:
    model.calls(("pay", '{"amount":1}'))
    await run(parts, desk, outlet, clock)
    [action] = outlet.cards
    await desk.click(action, Decision.CONFIRM)
    model.calls(("plan", '{"what":"more"}'))
    model.says("I may not.")
    await turn(parts, desk, outlet)
    assert "cannot be called in a scheduled run" in result(model)["error"]
    await desk.message("plan more", key=ConversationKey("T1", "C1", "300.1"))
    model.calls(("plan", '{"what":"more"}'))
    assert await turn(parts, desk, outlet) is TurnState.WAITING
    assert [card.function for card in outlet.cards] == ["pay", "plan"]


async def test_nor_when_its_answer_is_continued(
    parts: Parts, desk: Desk, outlet: RecordingOutlet, model: ScriptedModel, clock: Clock
) -> None:
    model.says("It is a long", finish=Finish.LENGTH)
    await run(parts, desk, outlet, clock)
    assert await parts.storage.turns.go_on(1, "T1", "C1", "U1", clock()) is Retried.AGAIN
    model.calls(("plan", '{"what":"more"}'))
    model.says("I may not.")
    await turn(parts, desk, outlet)
    assert "cannot be called in a scheduled run" in result(model)["error"]


async def test_nobody_comes_late_to_a_run(
    parts: Parts, desk: Desk, outlet: RecordingOutlet, model: ScriptedModel, clock: Clock
) -> None:
    """Its root message is Nod's own, and what it asks for is told as the run."""
    read: list[str] = []

    class Shelf:
        async def above(self, delivery: Delivery) -> Above | None:
            read.append(delivery.ts)
            return Above((OverheardItem("Pay the rent.", "U9", "Nod", "300.1"),))

    parts = replace(parts, threads=Shelf())
    model.says("Paid.")
    await run(parts, desk, outlet, clock)
    await desk.message("and the gas?", key=ConversationKey("T1", "C1", "300.1"))
    model.says("Not yet.")
    await turn(parts, desk, outlet)
    assert [type(item).__name__ for item in model.shown[-1]] == ["UserItem", "AssistantItem", "UserItem"]
    assert read == []


async def test_a_run_that_is_stopped_is_recorded_as_a_run(
    parts: Parts, desk: Desk, outlet: RecordingOutlet, model: ScriptedModel, clock: Clock
) -> None:
    new = NewSchedule("a1", "T1", "U1", "C1", "Pay the rent.", "0 9 * * *", "UTC", clock())
    await parts.storage.schedules.create(new, clock(), most_of_person=9, most_of_team=9)
    [claimed] = await parts.storage.schedules.fire(clock(), lambda _: Firing(clock(), None, None))
    assert await parts.storage.schedules.ask(claimed, "300.1", clock())
    claim = await desk.claim()
    [item] = asked(claim, outlet)
    assert isinstance(item.item, UserItem)
    assert item.item.text.startswith("(Scheduled run, due ")


async def test_only_its_owner_s_click_counts(
    parts: Parts, desk: Desk, outlet: RecordingOutlet, model: ScriptedModel, clock: Clock, ledger: Ledger
) -> None:
    model.calls(("pay", '{"amount":1}'))
    await run(parts, desk, outlet, clock)
    [action] = outlet.cards
    assert await parts.policy.may_confirm(action, "T1", "U2") is False, "though the rules name them"
    assert await parts.policy.may_deny(action, "T1", "U2") is False
    assert await parts.policy.may_confirm(action, "T1", "U1") is True
    # a click that got through all the same is looked at again before the effect
    key = action.conversation.key
    forced = Click(action.id, Decision.CONFIRM, key.team, key.channel, "200.1", "U2", clock(), allowed=True)
    assert (await parts.storage.actions.decide(forced)).verdict is Verdict.DECIDED
    model.says("It was not done.")
    await turn(parts, desk, outlet)
    done = await parts.storage.actions.get(action.id)
    assert done is not None
    assert done.state is ActionState.FAILED
    assert ledger.paid == []


async def test_in_other_threads_the_rules_decide(
    parts: Parts, desk: Desk, outlet: RecordingOutlet, model: ScriptedModel
) -> None:
    await desk.message("pay")
    model.calls(("pay", '{"amount":1}'))
    await turn(parts, desk, outlet)
    assert await parts.policy.may_confirm(outlet.cards[0], "T1", "U2") is True


async def test_what_its_owner_may_not_confirm_is_not_proposed(
    parts: Parts, desk: Desk, outlet: RecordingOutlet, model: ScriptedModel, clock: Clock
) -> None:
    rules = Rules(functions={"pay": FunctionRule(confirm_by=frozenset({"U1", "U2"}), not_requester=True)})
    parts = replace(parts, policy=replace(parts.policy, rules=rules))
    model.calls(("pay", '{"amount":1}'))
    model.says("I may not.")
    await run(parts, desk, outlet, clock)
    assert "only its owner's click counts" in result(model)["error"]
    assert outlet.cards == []


async def test_what_a_function_refuses_is_said_before_anybody_is_asked(
    parts: Parts, desk: Desk, outlet: RecordingOutlet, model: ScriptedModel
) -> None:
    async def check(context: Context, day: int) -> None:
        if day > 31:
            raise FunctionProblem("A month has 31 days at most.")
        if day < 0:
            raise RuntimeError("secret text")

    @function(check=check)
    async def book(context: Context, day: int) -> int:
        """Book a day."""
        return day

    parts = replace(parts, functions={**parts.functions, "book": book})
    for day, says in ((32, "A month has 31 days at most."), (-1, "failed inside Nod (incident")):
        await desk.message("book")
        model.calls(("book", json.dumps({"day": day})))
        model.says("No.")
        await turn(parts, desk, outlet)
        assert says in result(model)["error"]
        assert "secret" not in result(model)["error"]
    assert outlet.cards == []
    await desk.message("book")
    model.calls(("book", '{"day":31}'))
    assert await turn(parts, desk, outlet) is TurnState.WAITING


@pytest.mark.parametrize(("place", "paid"), [("#team", 1), ("#hr", 0)])
async def test_times_of_a_preview_may_move_on_and_the_rest_may_not(
    parts: Parts,
    desk: Desk,
    outlet: RecordingOutlet,
    model: ScriptedModel,
    clock: Clock,
    place: str,
    paid: int,
) -> None:
    where = ["#team"]
    done: list[int] = []

    async def preview(context: Context, day: int) -> str:
        return f"{where[0]} · {moment(context.clock())}"

    @function(preview=preview)
    async def book(context: Context, day: Annotated[int, Field(ge=1)]) -> int:
        """Book a day."""
        done.append(day)
        return day

    parts = replace(parts, functions={**parts.functions, "book": book})
    await desk.message("book")
    model.calls(("book", '{"day":1}'))
    await turn(parts, desk, outlet)
    clock.pass_seconds(5)
    where[0] = place
    await desk.click(outlet.cards[0], Decision.CONFIRM)
    model.says("So it is.")
    await turn(parts, desk, outlet)
    assert len(done) == paid
