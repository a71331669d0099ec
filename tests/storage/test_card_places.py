"""Whoever clicks on a card says where it stands, if that could not be written down, and whatever became of it."""

from dataclasses import replace

import pytest

from storage.ports import Storage
from storage.records import Action, Decision, TurnState, Verdict
from tests.storage.sample import END, KIM, LATER, NOW, click, kept, proposed


@pytest.fixture
async def action(storage: Storage) -> Action:
    """A pending action of which nobody knows where its card stands."""
    [action] = await proposed(storage)
    await storage.turns.finish(action.turn, TurnState.WAITING, NOW)
    return action


@pytest.mark.parametrize("over", ["withdrawn", "denied", "expired"])
async def test_a_click_tells_the_place_of_a_card_whose_action_is_over(
    storage: Storage, action: Action, over: str
) -> None:
    """Else nothing could find the card, and its buttons would stay for good."""
    if over == "withdrawn":
        await storage.actions.withdraw(action.id, KIM, LATER)
    elif over == "denied":
        await storage.actions.decide(click(action, Decision.DENY, card_ts=None))
    else:
        await storage.actions.expire(END)
    before = await kept(storage, action)
    ruling = await storage.actions.decide(click(action, card_ts="5.5", at=END))
    assert ruling.verdict is Verdict.ALREADY
    assert ruling.action == await kept(storage, action) == replace(before, card_ts="5.5")
    other = await storage.actions.decide(click(action, card_ts="6.6", at=END))
    assert other.verdict is Verdict.UNKNOWN
    assert (await kept(storage, action)).card_ts == "5.5"


async def test_so_does_one_that_comes_too_late(storage: Storage, action: Action) -> None:
    ruling = await storage.actions.decide(click(action, card_ts="5.5", at=END))
    assert ruling.verdict is Verdict.EXPIRED
    assert ruling.action == await kept(storage, action)
    assert ruling.action.card_ts == "5.5"


async def test_a_click_that_is_not_allowed_changes_nothing(storage: Storage, action: Action) -> None:
    await storage.actions.decide(click(action, card_ts="5.5", allowed=False))
    assert await kept(storage, action) == action
