"""Where Slack does not say who somebody is, their click decides nothing, and they are told why."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest

from bot.rules import FunctionRule, Rules
from bot.slack.cards import CONFIRM, DENY, EDIT, WITHDRAW, Deciders
from bot.slack.decisions import Decisions
from bot.turns.policy import Policy
from bot.words.catalogue import words_for
from storage.records import ActionState, Decision, Ruling, Verdict
from tests.bot.slack.sample import action

GROUP, OTHER = "S0BOSSES", "S0OTHERS"
WORDS = words_for("en")


class Standings:
    """What Slack says of everybody, and of one group; None and no entry where it says nothing now."""

    def __init__(self, stands: bool | None, members: Mapping[str, frozenset[str] | None]) -> None:
        self._stands = stands
        self._members = members

    async def stands(self, team: str, user: str) -> bool | None:
        return self._stands

    async def groups(self, ids: Collection[str]) -> Mapping[str, frozenset[str] | None]:
        return {each: self._members[each] for each in ids if each in self._members}


def policy(stands: bool | None, members: Mapping[str, frozenset[str] | None], **rule: Any) -> Policy:
    return Policy(Rules(functions={"change": FunctionRule(**rule)}), Standings(stands, members))


BY_GROUP = {"confirm_by": frozenset({GROUP})}
BY_REQUESTER: dict[str, Any] = {}
IN, OUT, UNNAMED = {GROUP: frozenset({"U1"})}, {GROUP: frozenset({"U9"})}, {GROUP: None}


@pytest.mark.parametrize(
    ("stands", "members", "rule", "allowed"),
    [
        (True, {}, BY_REQUESTER, True),
        (None, {}, BY_REQUESTER, None),
        (False, {}, BY_REQUESTER, False),
        (True, IN, BY_GROUP, True),
        (None, IN, BY_GROUP, None),
        (False, IN, BY_GROUP, False),
        (True, OUT, BY_GROUP, False),
        (None, OUT, BY_GROUP, False),
        (True, UNNAMED, BY_GROUP, False),
        (True, {}, BY_GROUP, None),
        (None, {}, BY_GROUP, None),
        (False, {}, BY_GROUP, False),
        (True, {}, {"refuse": frozenset({GROUP})}, None),
        (True, UNNAMED, {"refuse": frozenset({GROUP})}, False),
        (True, {}, {"refuse": frozenset({"U1"})}, False),
        (True, {}, {"confirm_by": frozenset({"U1", GROUP})}, True),
        (True, {}, {"confirm_by": frozenset({"U9"})}, False),
    ],
)
async def test_no_answer_is_no_yes(
    stands: bool | None, members: Mapping[str, frozenset[str] | None], rule: Any, allowed: bool | None
) -> None:
    asked = policy(stands, members, **rule)
    assert await asked.may_confirm(action(), "T1", "U1") is allowed
    confirmed = SimpleNamespace(
        function="change", requester="U1", decided_by="U1", conversation=action().conversation
    )
    named: Any = confirmed
    assert await asked.still_allows(named) is allowed


@pytest.mark.parametrize(("stands", "unsure"), [(None, True), (False, False), (True, False)])
async def test_a_click_says_whether_it_was_judged(stands: bool | None, unsure: bool) -> None:
    cards: Any = SimpleNamespace(remember=lambda pressed: None, remembered=lambda id: None)
    unused: Any = None
    decisions = Decisions(unused, policy(stands, {}), lambda: datetime.now(UTC), cards, unused, lambda: None)
    pressed: Any = SimpleNamespace(value=action().id, team="T1", channel="C1", card_ts=None, user="U1")
    click = await decisions.click(pressed, Decision.CONFIRM, action())
    assert (click.allowed, click.unsure) == (stands is True, unsure)
    assert not (await decisions.click(pressed, Decision.CONFIRM, None)).unsure


async def test_it_is_told_as_it_is() -> None:
    unused: Any = None
    rules = policy(None, {}, confirm_by=frozenset({GROUP}))
    cards = cards_of(Deciders(groups=(GROUP,)))
    decisions = Decisions(unused, rules, lambda: datetime.now(UTC), cards, unused, lambda: None)
    pressed = pressed_by("U1")
    told = await decisions.told(Ruling(Verdict.UNSURE, action()), pressed, WORDS)
    assert told == WORDS("click-unsure")
    assert told != await decisions.told(Ruling(Verdict.NOT_YOURS, action()), pressed, WORDS)


def pressed_by(user: str, action_id: str = CONFIRM) -> Any:
    return SimpleNamespace(user=user, action_id=action_id)


def cards_of(deciders: Deciders) -> Any:
    return SimpleNamespace(deciders=AsyncMock(return_value=deciders))


FOUR_EYES = Deciders(users=("U1", "U8", "U9"), not_requester=True)


@pytest.mark.parametrize(
    ("deciders", "pressed", "told"),
    [
        (FOUR_EYES, pressed_by("U1"), "You may not confirm this yourself: <@U8>, <@U9> can. Nothing was done."),
        (FOUR_EYES, pressed_by("U7"), "You may not decide this: <@U8>, <@U9> can. Nothing was done."),
        (FOUR_EYES, pressed_by("U8"), "You may not decide this, so nothing was done."),  # a guest
        (Deciders(requester=True, not_requester=True), pressed_by("U1"), "You may not decide this, so nothing"),
        (Deciders(groups=(GROUP,)), pressed_by("U7"), f"You may not decide this: <!subteam^{GROUP}> can."),
        (FOUR_EYES, pressed_by("U8", WITHDRAW), "<@U1> asked for this, and only they can change or withdraw it."),
        (FOUR_EYES, pressed_by("U8", EDIT), "<@U1> asked for this, and only they can change or withdraw it."),
    ],
)
async def test_who_may_not_is_told_who_may(deciders: Deciders, pressed: Any, told: str) -> None:
    unused: Any = None
    rules = policy(True, {}, confirm_by=frozenset({"U1", "U8", "U9"}))
    decisions = Decisions(unused, rules, lambda: datetime.now(UTC), cards_of(deciders), unused, lambda: None)
    assert (await decisions.told(Ruling(Verdict.NOT_YOURS, action()), pressed, WORDS)).startswith(told)


@pytest.mark.parametrize(("owner", "says"), [("requester", "Only <@"), ("nobody", "You may not decide this")])
async def test_in_a_run_whose_click_would_count_is_said_whatever_the_rules_let_others_do(
    owner: str, says: str
) -> None:
    unused: Any = None
    runs: Any = SimpleNamespace(owner=AsyncMock(return_value=action().requester if owner == "requester" else None))
    rules = replace(policy(True, IN, **BY_GROUP), runs=runs)
    cards = cards_of(Deciders(groups=(GROUP,)))
    decisions = Decisions(unused, rules, lambda: datetime.now(UTC), cards, unused, lambda: None)
    pressed = pressed_by("U7")
    assert (await decisions.told(Ruling(Verdict.NOT_YOURS, action()), pressed, WORDS)).startswith(says)


@pytest.mark.parametrize(
    ("state", "user", "action_id", "told"),
    [
        (ActionState.CONFIRMED, "U1", CONFIRM, 0),
        (ActionState.EXECUTING, "U1", CONFIRM, 0),
        (ActionState.EXECUTING, "U2", CONFIRM, 1),
        (ActionState.EXECUTING, "U1", DENY, 1),
        (ActionState.SUCCEEDED, "U1", CONFIRM, 1),
        (ActionState.DENIED, "U1", CONFIRM, 1),
    ],
)
async def test_who_confirms_twice_is_told_by_the_card_alone(
    state: ActionState, user: str, action_id: str, told: int
) -> None:
    cards: Any = SimpleNamespace(settle=AsyncMock(), beside=lambda pressed, action: pressed)
    whisper: Any = SimpleNamespace(words=AsyncMock(return_value=WORDS), answer=AsyncMock())
    unused: Any = None
    decisions = Decisions(unused, policy(True, {}), lambda: datetime.now(UTC), cards, whisper, lambda: None)
    pressed: Any = SimpleNamespace(user=user, action_id=action_id, value=action().id)
    await decisions.show(Ruling(Verdict.ALREADY, action(state)), pressed)
    assert whisper.answer.await_count == told
    assert cards.settle.await_count == 1
