"""Slack may deliver a reply before the mention that it answers."""

from datetime import timedelta

import pytest

from storage.ports import Storage
from storage.records import ConversationKey, Delivery, TurnState
from tests.storage.sample import KEY, KIM, LATER, LEE, NOW, message, thread


def said(ts: str, conversation: ConversationKey = KEY, user: str = KIM) -> Delivery:
    key = f"message:{conversation.team}:{conversation.channel}:{ts}"
    return message(conversation, key=key, ts=ts, text=f"said at {ts}", user=user)


async def reply(storage: Storage, ts: str, conversation: ConversationKey = KEY) -> bool:
    return await storage.inbox.add(said(ts, conversation), NOW, only_if_joined=True)


async def waiting(storage: Storage) -> list[str]:
    """Take all that waits; the ts in their order."""
    seen = []
    while claim := await storage.inbox.claim(LATER):
        seen += [entry.delivery.ts for entry in claim.entries]
        await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    return seen


async def test_replies_that_come_before_their_mention_follow_it_in_their_order(storage: Storage) -> None:
    for ts in ("200.000003", "200.000002", "200.000004"):
        assert not await reply(storage, ts)
    assert await storage.inbox.claim(NOW) is None
    assert await storage.inbox.add(said("200.000001"), LATER)
    claim = await storage.inbox.claim(LATER)
    assert claim is not None
    expected = [said(f"200.00000{number}") for number in (1, 2, 3, 4)]
    assert [(e.delivery.key, e.delivery.text) for e in claim.entries] == [(d.key, d.text) for d in expected]
    assert [entry.received_at for entry in claim.entries] == [LATER, NOW, NOW, NOW]


async def test_what_was_said_before_the_mention_was_not_said_to_nod(storage: Storage) -> None:
    assert not await reply(storage, "200.000001")
    assert not await reply(storage, "200.000009")
    assert await storage.inbox.add(said("200.000005"), NOW)
    assert not await reply(storage, "200.000001"), "delivered again"
    assert not await reply(storage, "200.000002"), "delivered late"
    assert await reply(storage, "200.000006")
    assert await waiting(storage) == ["200.000005", "200.000009", "200.000006"]


async def test_an_earlier_mention_that_comes_late_brings_what_followed_it(storage: Storage) -> None:
    for ts in ("200.000001", "200.000003"):
        assert not await reply(storage, ts)
    assert await storage.inbox.add(said("200.000005"), NOW)
    assert await storage.inbox.add(said("200.000002"), NOW)
    assert await reply(storage, "200.000004")
    assert await waiting(storage) == ["200.000005", "200.000002", "200.000003", "200.000004"]


@pytest.mark.parametrize("again_first", [True, False])
async def test_a_reply_that_was_set_aside_is_answered_once(storage: Storage, again_first: bool) -> None:
    assert not await reply(storage, "200.000002")
    if again_first:
        assert not await reply(storage, "200.000002")
    assert await storage.inbox.add(said("200.000001"), NOW)
    assert not await reply(storage, "200.000002")
    assert await waiting(storage) == ["200.000001", "200.000002"]
    assert not await reply(storage, "200.000002")
    assert not await storage.inbox.add(said("200.000001"), NOW)
    assert await waiting(storage) == []


async def test_a_message_that_is_for_nod_after_all_is_not_kept_twice(storage: Storage) -> None:
    assert not await reply(storage, "200.000002")
    assert await storage.inbox.add(said("200.000002"), NOW)
    assert await storage.inbox.add(said("200.000001"), NOW)
    assert await waiting(storage) == ["200.000002", "200.000001"]


async def test_times_are_compared_as_numbers(storage: Storage) -> None:
    assert not await reply(storage, "1000.000001")
    assert not await reply(storage, "99.000002")
    assert await storage.inbox.add(said("999.000001"), NOW)
    assert await waiting(storage) == ["999.000001", "1000.000001"]


@pytest.mark.parametrize(
    "elsewhere",
    [ConversationKey("T2", KEY.channel, KEY.thread), thread(2), ConversationKey("T1", "C2", KEY.thread)],
)
async def test_another_thread_s_replies_stay_aside(storage: Storage, elsewhere: ConversationKey) -> None:
    assert not await reply(storage, "200.000002", elsewhere)
    assert await storage.inbox.add(said("200.000001"), NOW)
    assert await waiting(storage) == ["200.000001"]
    assert await storage.history.conversation(elsewhere) is None


async def test_a_reply_of_another_person_waits_for_a_turn_of_its_own(storage: Storage) -> None:
    assert not await storage.inbox.add(said("200.000002", user=LEE), NOW, only_if_joined=True)
    assert await storage.inbox.add(said("200.000001"), NOW)
    first = await storage.inbox.claim(NOW)
    assert first is not None
    assert [entry.delivery.user for entry in first.entries] == [KIM]
    await storage.turns.finish(first.turn, TurnState.ANSWERED, NOW)
    second = await storage.inbox.claim(NOW)
    assert second is not None
    assert [entry.delivery.user for entry in second.entries] == [LEE]


async def test_what_is_aside_is_forgotten_in_time(storage: Storage) -> None:
    assert not await reply(storage, "200.000002")
    assert await storage.inbox.prune(NOW, NOW) == 0
    assert await storage.inbox.prune(NOW, NOW + timedelta(seconds=1)) == 1
    assert await storage.inbox.add(said("200.000001"), NOW)
    assert await waiting(storage) == ["200.000001"]
