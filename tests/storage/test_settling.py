"""Which cards still show what is over."""

import pytest

from storage.ports import Storage
from storage.records import Action, Decision, TurnState
from tests.storage.sample import END, KIM, LATER, NOW, click, kept, new_action, proposed


async def unsettled(storage: Storage) -> list[str]:
    return [action.id for action in await storage.actions.unsettled(END)]


@pytest.fixture
async def action(storage: Storage) -> Action:
    [made] = await proposed(storage)
    await storage.actions.carded(made.id, "5.5")
    return await kept(storage, made)


async def test_what_has_ended_waits_for_its_card_until_that_is_told(storage: Storage, action: Action) -> None:
    await storage.actions.settled(action.id)
    assert await unsettled(storage) == []
    await storage.actions.decide(click(action, Decision.DENY))
    assert await storage.actions.unsettled(END) == [await kept(storage, action)], "it was told too early"
    assert await storage.actions.unsettled(NOW) == []
    await storage.actions.settled(action.id)
    assert await unsettled(storage) == []


async def test_what_waits_or_is_done_has_buttons_or_a_turn_of_its_own(storage: Storage, action: Action) -> None:
    assert await unsettled(storage) == []
    await storage.actions.decide(click(action))
    assert await unsettled(storage) == []
    await storage.actions.begin(action.id, LATER)
    assert await unsettled(storage) == []


async def test_a_card_that_stands_after_the_end_is_one_of_them(storage: Storage) -> None:
    """It expired between the post and the row that says where the card is."""
    await proposed(storage)
    [expired] = await storage.actions.expire(END)
    assert await unsettled(storage) == []
    await storage.actions.carded(expired.id, "5.5")
    assert await unsettled(storage) == [expired.id]


async def test_an_ephemeral_card_cannot_be_reached(storage: Storage) -> None:
    [made] = await proposed(storage)
    await storage.actions.carded(made.id, "")
    await storage.actions.withdraw(made.id, KIM, LATER)
    assert await unsettled(storage) == []


async def test_the_card_of_an_edited_action_is_its_successor_s(storage: Storage, action: Action) -> None:
    _, edited = await storage.actions.edit(click(action), new_action("edited", arguments_json='{"id":2}'))
    assert edited is not None
    assert await unsettled(storage) == []
    await storage.actions.withdraw(edited.id, KIM, LATER)
    assert await unsettled(storage) == [edited.id]


async def test_the_oldest_come_first_and_so_many(storage: Storage) -> None:
    for number, made in enumerate(await proposed(storage, "a", "b", "c")):
        await storage.actions.carded(made.id, f"5.{number}")
    for id, at in (("b", NOW), ("c", LATER), ("a", END)):
        await storage.actions.withdraw(id, KIM, at)
    assert [action.id for action in await storage.actions.unsettled(END, 2)] == ["b", "c"]


async def test_what_was_withdrawn_because_its_person_is_forgotten_is_one(storage: Storage, action: Action) -> None:
    await storage.turns.finish(action.turn, TurnState.WAITING, NOW)
    forgotten = await storage.keeping.forget("wish", "", KIM, LATER, actor="operator")
    assert [each.id for each in forgotten.withdrawn] == [action.id]
    [left] = await storage.actions.unsettled(END)
    assert (left.id, left.card_ts, left.arguments_json) == (action.id, "5.5", "{}")
