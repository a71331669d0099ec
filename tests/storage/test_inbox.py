import asyncio
from dataclasses import replace

import pytest

from storage.ports import Storage
from storage.records import ConversationKey, Decision, Delivery, DeliveryKind, TurnState
from tests.storage.conftest import Opener
from tests.storage.sample import KEY, KIM, LATER, LEE, NOW, click, message, new_action, started, thread


async def test_a_delivery_comes_back_as_it_was_kept(storage: Storage) -> None:
    delivery = Delivery(
        kind=DeliveryKind.COMMAND,
        key="command:T1:13.37",
        conversation=ConversationKey("T1", "D1", "command:command:T1:13.37"),
        user=KIM,
        text="평균 나이 \N{SLIGHTLY SMILING FACE} \x00 '; DROP TABLE inbox; --",
        ts="1.5",
        direct=True,
        response_url="http://127.0.0.1/respond",
        action_id="a",
    )
    assert await storage.inbox.add(delivery, NOW)
    claim = await storage.inbox.claim(LATER)
    assert claim is not None
    [entry] = claim.entries
    assert entry.delivery == delivery
    assert entry.received_at == NOW
    assert claim.conversation.key == delivery.conversation


async def test_what_joins_a_turn_has_room_in_it(storage: Storage) -> None:
    """The first in any case; the rest waits for the next turn."""
    for text in ("가나다라", "b" * 4, "c" * 5, "d"):
        await storage.inbox.add(message(text=text), NOW)

    async def texts(room: int | None) -> list[str]:
        claim = await storage.inbox.claim(LATER, None, room)
        assert claim is not None
        await storage.turns.finish(claim.turn, TurnState.INTERRUPTED, LATER)
        return [entry.delivery.text for entry in claim.entries]

    assert await texts(0) == ["가나다라"]
    assert await texts(15) == ["가나다라"], "bytes, not characters"
    assert await texts(16) == ["가나다라", "bbbb"]
    assert await texts(None) == ["가나다라", "bbbb", "ccccc", "d"]
    claim = await storage.inbox.claim(LATER, None, 12)
    assert claim is not None
    assert [entry.tries for entry in claim.entries] == [5]
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    claim = await storage.inbox.claim(LATER, None, 12)
    assert claim is not None
    assert [entry.delivery.text for entry in claim.entries] == ["bbbb", "ccccc", "d"]


async def test_half_a_surrogate_pair_does_not_lose_the_message(storage: Storage) -> None:
    claim = await started(storage, message(text="half \ud83d pair"))
    assert claim.entries[0].delivery.text == "half \N{REPLACEMENT CHARACTER} pair"


async def test_a_key_is_kept_once(storage: Storage) -> None:
    first = message()
    assert await storage.inbox.add(first, NOW)
    again = message(thread(2), key=first.key, text="another text")
    assert not await storage.inbox.add(again, LATER)
    assert await storage.history.conversation(thread(2)) is None
    claim = await storage.inbox.claim(LATER)
    assert claim is not None
    assert [entry.delivery for entry in claim.entries] == [first]


async def test_a_key_is_kept_after_it_was_done(storage: Storage) -> None:
    delivery = message()
    claim = await started(storage, delivery)
    assert not await storage.inbox.add(delivery, LATER)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    assert not await storage.inbox.add(delivery, LATER)
    assert await storage.inbox.claim(LATER) is None


async def test_one_message_delivered_at_once_over_several_connections_is_new_once(
    storage: Storage, opener: Opener
) -> None:
    other = await opener()
    delivery = message()
    added = await asyncio.gather(*(each.inbox.add(delivery, NOW) for each in [storage, other] * 10))
    await other.close()
    assert added.count(True) == 1


async def test_a_thread_that_nod_is_not_part_of_stays_out(storage: Storage) -> None:
    assert not await storage.inbox.add(message(), NOW, only_if_joined=True)
    assert await storage.history.conversation(KEY) is None
    assert await storage.inbox.claim(NOW) is None


async def test_a_reply_is_for_nod_once_it_is_part(storage: Storage) -> None:
    assert await storage.inbox.add(message(), NOW)
    assert await storage.inbox.add(message(), NOW, only_if_joined=True)


@pytest.mark.parametrize(
    "elsewhere",
    [
        ConversationKey("T2", KEY.channel, KEY.thread),
        ConversationKey(KEY.team, "C2", KEY.thread),
        ConversationKey(KEY.team, KEY.channel, "100.000002"),
    ],
)
async def test_conversations_differ_by_team_channel_and_thread(
    storage: Storage, elsewhere: ConversationKey
) -> None:
    await storage.inbox.add(message(), NOW)
    await storage.inbox.add(message(elsewhere), NOW)
    first, second = await storage.inbox.claim(NOW), await storage.inbox.claim(NOW)
    assert first is not None
    assert second is not None
    assert [first.conversation.key, second.conversation.key] == [KEY, elsewhere]
    assert first.conversation.id != second.conversation.id


async def test_nothing_is_claimed_from_an_empty_inbox(storage: Storage) -> None:
    assert await storage.inbox.claim(NOW) is None


async def test_the_oldest_conversation_comes_first_and_takes_all_its_entries(storage: Storage) -> None:
    old, young = [message(thread(1)) for _ in range(2)], message(thread(2))
    for delivery in (old[0], young, old[1]):
        await storage.inbox.add(delivery, NOW)
    first, second = await storage.inbox.claim(NOW), await storage.inbox.claim(NOW)
    assert first is not None
    assert second is not None
    assert [entry.delivery for entry in first.entries] == old
    assert [entry.delivery for entry in second.entries] == [young]
    assert await storage.inbox.claim(NOW) is None


async def test_a_running_turn_keeps_its_conversation(storage: Storage) -> None:
    claim = await started(storage)
    later = [message(), message()]
    for delivery in later:
        await storage.inbox.add(delivery, NOW)
    assert await storage.inbox.claim(NOW) is None
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    joined = await storage.inbox.claim(LATER)
    assert joined is not None
    assert joined.conversation == claim.conversation
    assert joined.turn != claim.turn
    assert [entry.delivery for entry in joined.entries] == later


async def test_a_turn_is_of_one_person(storage: Storage) -> None:
    users = [KIM, KIM, LEE, KIM]
    for user in users:
        await storage.inbox.add(message(user=user), NOW)
    seen = []
    while claim := await storage.inbox.claim(NOW):
        seen.append([entry.delivery.user for entry in claim.entries])
        await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)
    assert seen == [[KIM, KIM], [LEE], [KIM]]


async def test_release_puts_back_what_was_running_and_nothing_else(storage: Storage) -> None:
    done = await started(storage, message(thread(1)))
    await storage.turns.finish(done.turn, TurnState.ANSWERED, NOW)
    for delivery in (message(thread(2)), message(thread(2))):
        await storage.inbox.add(delivery, NOW)
    running = await storage.inbox.claim(NOW)
    assert running is not None
    await storage.inbox.add(message(thread(2)), NOW)

    assert await storage.inbox.release() == 2
    again = await storage.inbox.claim(LATER)
    assert again is not None
    assert again.turn != running.turn
    assert again.entries[:2] == tuple(replace(entry, tries=2) for entry in running.entries)
    assert len(again.entries) == 3
    await storage.turns.finish(again.turn, TurnState.ANSWERED, LATER)
    assert await storage.inbox.claim(LATER) is None


async def test_release_of_nothing(storage: Storage) -> None:
    await storage.inbox.add(message(), NOW)
    assert await storage.inbox.release() == 0


@pytest.mark.parametrize("direct", [True, False])
async def test_a_decision_is_delivered_for_the_requester(storage: Storage, direct: bool) -> None:
    claim = await started(storage, message(direct=direct))
    [action] = await storage.turns.record(claim.turn, [], [new_action()], at=NOW)
    await storage.turns.finish(claim.turn, TurnState.WAITING, NOW)
    await storage.actions.decide(click(action, Decision.DENY, response_url="http://127.0.0.1/card"))
    next_claim = await storage.inbox.claim(LATER)
    assert next_claim is not None
    [entry] = next_claim.entries
    assert entry.delivery == Delivery(
        kind=DeliveryKind.DECISION,
        key=f"decision:{action.id}",
        conversation=KEY,
        user=KIM,
        direct=direct,
        response_url="http://127.0.0.1/card",
        action_id=action.id,
    )
    assert entry.received_at == LATER
