"""Slack, or a service, says nothing just now: nothing is done, and that is the reason that is told."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from bot.rules import FunctionRule, Rules
from bot.turns.parts import Parts
from bot.turns.policy import Policy
from functions import Context, FunctionProblem, function
from functions.errors import Unavailable
from storage.records import ActionState, ConversationKey, Decision
from tests.bot.turns.conftest import Desk, Everybody, Ledger, RecordingOutlet, ScriptedModel
from tests.bot.turns.test_actions import propose, state_of, turn
from tests.bot.turns.test_contract import last_result

GROUP = "S0BOSSES"
RULES = {
    "whoever is a member": FunctionRule(),
    "a group may confirm": FunctionRule(confirm_by=frozenset({GROUP})),
    "a group may call": FunctionRule(call_by=frozenset({GROUP})),
    "a group is refused": FunctionRule(refuse=frozenset({GROUP})),
}


def ruled(parts: Parts, everybody: Everybody, rule: FunctionRule, *names: str) -> Parts:
    return replace(parts, policy=Policy(Rules(functions=dict.fromkeys(names, rule)), everybody))


def error(model: ScriptedModel) -> str:
    return str(last_result(model)["error"])


@pytest.mark.parametrize("rule", RULES)
async def test_after_the_click(
    parts: Parts,
    desk: Desk,
    model: ScriptedModel,
    outlet: RecordingOutlet,
    everybody: Everybody,
    ledger: Ledger,
    rule: str,
) -> None:
    everybody.members[GROUP] = frozenset({"U9" if "refused" in rule else "U1"})
    parts = ruled(parts, everybody, RULES[rule], "pay")
    action = await propose(parts, desk, model, outlet, 5)
    await desk.click(action, Decision.CONFIRM)
    everybody.silent = True
    model.says("Slack did not say.")
    await turn(parts, desk, outlet)
    assert await state_of(parts, action) is ActionState.FAILED
    assert ledger.paid == []
    assert error(model) == "Slack did not say just now who may do this; nothing was done. Ask again in a moment."


async def test_a_no_is_still_a_no(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, everybody: Everybody
) -> None:
    action = await propose(parts, desk, model, outlet, 5)
    await desk.click(action, Decision.CONFIRM)
    everybody.fallen.add("U1")
    model.says("You may not.")
    await turn(parts, desk, outlet)
    assert error(model) == "The rules no longer allow this; nothing was done."


@pytest.mark.parametrize("name", ["look", "pay"])
async def test_before_a_call(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, everybody: Everybody, name: str
) -> None:
    parts = ruled(parts, everybody, RULES["a group may call"], "look", "pay")
    everybody.members[GROUP] = frozenset({"U9"})
    for silent, told in ((False, "The administrator does not let"), (True, "Slack did not say just now whether")):
        everybody.silent = silent
        model.calls((name, json.dumps({"what": "a"} if name == "look" else {"amount": 5})))
        model.says("Sorry.")
        await desk.message("do it")
        await turn(parts, desk, outlet)
        assert error(model).startswith(told)
    assert outlet.cards == []


async def test_where_nobody_else_sees_the_card(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, everybody: Everybody
) -> None:
    parts = ruled(parts, everybody, RULES["a group may confirm"], "pay")
    everybody.silent = True
    model.calls(("pay", '{"amount": 5}'))
    model.says("Sorry.")
    await desk.message("pay 5", key=ConversationKey("T1", "C1", "command:1"))
    await turn(parts, desk, outlet)
    assert "Slack did not say just now who may confirm" in error(model)


@dataclass
class Service:
    """What a card says of the present, and what comes instead of an answer."""

    raises: Exception | None = None
    now: str = "Balance: 100"
    paid: list[int] = field(default_factory=list)

    def functions(self) -> dict[str, object]:
        async def present(context: Context, amount: int) -> str:
            if self.raises is not None:
                raise self.raises
            return self.now

        @function(preview=present)
        async def pay(context: Context, amount: int) -> None:
            """Pay an amount."""
            self.paid.append(amount)

        return {"pay": pay}


def closes(service: Service) -> None:
    service.raises = FunctionProblem("There is no such account.")


def changes(service: Service) -> None:
    service.now = "Balance: 3"


def is_away(service: Service) -> None:
    service.raises = Unavailable("The bank does not answer.")


def breaks(service: Service) -> None:
    service.raises = TimeoutError()


CHANGED = "What the card showed as the present state is no longer so; nothing was done. Ask again."
NOT_SEEN = "So what the card showed could not be looked up again, and nothing was done."


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (closes, f"There is no such account. {NOT_SEEN}"),
        (changes, CHANGED),
        (is_away, f"The bank does not answer. {NOT_SEEN}"),
        (breaks, NOT_SEEN),
    ],
)
async def test_what_a_card_showed_of_the_present(
    parts: Parts,
    desk: Desk,
    model: ScriptedModel,
    outlet: RecordingOutlet,
    happens: Callable[[Service], None],
    told: str,
) -> None:
    service = Service()
    parts = replace(parts, functions=service.functions())  # type: ignore[arg-type]
    action = await propose(parts, desk, model, outlet, 5)
    assert action.preview == "Balance: 100"
    await desk.click(action, Decision.CONFIRM)
    happens(service)
    model.says("It was not done.")
    await turn(parts, desk, outlet)
    assert await state_of(parts, action) is ActionState.FAILED
    assert error(model).endswith(told)
    assert service.paid == []
