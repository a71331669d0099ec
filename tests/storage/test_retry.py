"""A failed turn is taken up again at its person's wish, once."""

import asyncio
from datetime import timedelta

import pytest

from storage.ports import Storage
from storage.records import (
    AssistantItem,
    Claim,
    ConversationKey,
    NewItem,
    Note,
    Retried,
    TurnState,
    UserItem,
)
from tests.storage.conftest import Opener
from tests.storage.sample import KEY, KIM, LATER, LEE, NOW, message, started

PLACE = (KEY.team, KEY.channel)


async def failed(storage: Storage, *, with_items: bool = False) -> Claim:
    claim = await started(storage)
    if with_items:
        await storage.turns.record(claim.turn, [NewItem(UserItem("a?", KIM), "a")], at=NOW)
    await storage.turns.finish(claim.turn, TurnState.FAILED, NOW, "incident-1")
    return claim


async def retry(storage: Storage, claim: Claim, user: str = KIM) -> Retried:
    return await storage.turns.retry(claim.turn, *PLACE, user, LATER)


async def test_it_waits_again_as_if_it_had_just_come(storage: Storage) -> None:
    claim = await failed(storage)
    assert await retry(storage, claim) is Retried.AGAIN
    again = await storage.inbox.claim(LATER)
    assert again is not None
    assert again.turn != claim.turn
    assert [entry.delivery for entry in again.entries] == [entry.delivery for entry in claim.entries]
    assert [(entry.received_at, entry.tries) for entry in again.entries] == [(LATER, 1)]


async def test_only_once(storage: Storage, opener: Opener) -> None:
    claim = await failed(storage)
    other = await opener()
    clicks = await asyncio.gather(*(retry(each, claim) for each in [storage, other] * 5))
    await other.close()
    assert sorted(clicks) == [Retried.AGAIN] + [Retried.ALREADY] * 9
    again = await storage.inbox.claim(LATER)
    assert again is not None
    await storage.turns.finish(again.turn, TurnState.FAILED, LATER)
    assert await retry(storage, claim) is Retried.ALREADY
    assert await retry(storage, again) is Retried.AGAIN, "it is a turn of its own"


async def test_a_click_that_is_faster_than_the_turns_end_counts(storage: Storage) -> None:
    claim = await started(storage)
    assert await retry(storage, claim) is Retried.UNKNOWN, "it may still be answered"
    await storage.turns.record(claim.turn, (), at=NOW, ending=TurnState.FAILED, note=Note("late", retry=True))
    assert await retry(storage, claim, LEE) is Retried.NOT_YOURS
    assert await retry(storage, claim) is Retried.AGAIN
    assert await retry(storage, claim) is Retried.ALREADY
    assert await storage.inbox.claim(LATER) is None, "it still runs"
    await storage.turns.finish(claim.turn, TurnState.FAILED, LATER)
    again = await storage.inbox.claim(LATER)
    assert again is not None
    assert [entry.delivery for entry in again.entries] == [entry.delivery for entry in claim.entries]
    await storage.turns.finish(again.turn, TurnState.ANSWERED, LATER)
    assert await storage.inbox.claim(LATER) is None


async def test_only_its_own_person(storage: Storage) -> None:
    claim = await failed(storage)
    assert await retry(storage, claim, LEE) is Retried.NOT_YOURS
    assert await storage.inbox.claim(LATER) is None
    assert await retry(storage, claim) is Retried.AGAIN


@pytest.mark.parametrize("state", [TurnState.ANSWERED, TurnState.WAITING, TurnState.INTERRUPTED])
async def test_only_a_turn_that_failed(storage: Storage, state: TurnState) -> None:
    claim = await started(storage)
    await storage.turns.finish(claim.turn, state, NOW)
    assert await retry(storage, claim) is Retried.UNKNOWN


@pytest.mark.parametrize("place", [("T2", KEY.channel), (KEY.team, "C2")])
async def test_only_from_its_own_channel(storage: Storage, place: tuple[str, str]) -> None:
    claim = await failed(storage)
    assert await storage.turns.retry(claim.turn, *place, KIM, LATER) is Retried.UNKNOWN
    assert await storage.turns.retry(claim.turn + 1, *PLACE, KIM, LATER) is Retried.UNKNOWN
    assert await storage.inbox.claim(LATER) is None


@pytest.mark.parametrize(
    ("with_items", "later", "becomes"),
    [
        (True, True, Retried.MOVED_ON),
        (True, False, Retried.AGAIN),
        (False, True, Retried.AGAIN),
    ],
)
async def test_what_was_overtaken_is_not_answered_out_of_its_place(
    storage: Storage, with_items: bool, later: bool, becomes: Retried
) -> None:
    claim = await failed(storage, with_items=with_items)
    next_claim = await started(storage)
    items = [NewItem(AssistantItem("b!"))] if later else []
    await storage.turns.record(next_claim.turn, items, at=NOW)
    await storage.turns.finish(next_claim.turn, TurnState.ANSWERED, NOW)
    elsewhere = await started(storage, message(ConversationKey("T1", "C1", "100.9")))
    await storage.turns.record(elsewhere.turn, [NewItem(AssistantItem("c!"))], at=NOW)
    assert await retry(storage, claim) is becomes
    waits = await storage.inbox.claim(LATER)
    assert (waits is not None) == (becomes is Retried.AGAIN)


async def test_what_is_forgotten_cannot_be_taken_up(storage: Storage) -> None:
    claim = await failed(storage)
    assert await storage.inbox.prune(NOW + timedelta(seconds=1), NOW) == 1
    assert await retry(storage, claim) is Retried.UNKNOWN
