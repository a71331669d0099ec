"""Free turns are shared between people and channels, and who waits for one can be told their place."""

from datetime import timedelta

from storage.ports import Storage
from storage.records import Claim, ConversationKey, Decision, Delivery, DeliveryKind, TurnState
from tests.storage.sample import KIM, LATER, LEE, NOW, click, message, new_action, started, thread

MINUTE = timedelta(minutes=1)
PARK = "U3PARK"


def asked(number: int, user: str, channel: str = "C1") -> Delivery:
    return message(ConversationKey("T1", channel, f"100.{number:06}"), user=user)


async def claimed(storage: Storage) -> Claim:
    claim = await storage.inbox.claim(LATER)
    assert claim is not None
    return claim


async def order(storage: Storage, *deliveries: Delivery) -> list[int]:
    """Deliver, then claim without any turn ending; the deliveries' numbers, from 1, in the order of claim."""
    for delivery in deliveries:
        assert await storage.inbox.add(delivery, NOW)
    keys = [delivery.key for delivery in deliveries]
    return [keys.index((await claimed(storage)).entries[0].delivery.key) + 1 for _ in deliveries]


async def test_nobody_s_many_questions_hold_up_another_person(storage: Storage) -> None:
    many = [asked(number, KIM) for number in range(5)]
    assert await order(storage, *many, asked(5, LEE), asked(6, PARK)) == [1, 6, 7, 2, 3, 4, 5]


async def test_a_busy_channel_does_not_hold_up_a_quiet_one(storage: Storage) -> None:
    busy = [asked(number, user) for number, user in enumerate((KIM, LEE, PARK))]
    assert await order(storage, *busy, asked(3, "U4CHOI", "C2")) == [1, 4, 2, 3]


async def test_people_come_before_channels(storage: Storage) -> None:
    assert await order(storage, asked(1, KIM), asked(2, KIM, "C2"), asked(3, LEE)) == [1, 3, 2]


async def test_a_turn_that_ended_counts_no_more(storage: Storage) -> None:
    for delivery in (asked(1, KIM), asked(2, KIM), asked(3, LEE)):
        await storage.inbox.add(delivery, NOW)
    first = await claimed(storage)
    await storage.turns.finish(first.turn, TurnState.ANSWERED, LATER)
    assert (await claimed(storage)).entries[0].delivery.user == KIM


async def test_the_same_ids_of_another_workspace_are_others(storage: Storage) -> None:
    elsewhere = message(ConversationKey("T2", "C1", "100.000003"), user=KIM)
    assert await order(storage, asked(1, KIM), asked(2, KIM), elsewhere) == [1, 3, 2]


async def test_a_claim_counts_as_a_try(storage: Storage) -> None:
    first = await started(storage)
    assert [entry.tries for entry in first.entries] == [1]
    await storage.inbox.release()
    await storage.inbox.add(message(), NOW)
    second = await claimed(storage)
    assert [entry.tries for entry in second.entries] == [2, 1]
    await storage.turns.finish(second.turn, TurnState.INTERRUPTED, LATER)
    assert [entry.tries for entry in (await claimed(storage)).entries] == [3, 2]


async def test_the_line_is_the_order_of_claims(storage: Storage) -> None:
    deliveries = [asked(number, user) for number, user in enumerate((KIM, KIM, KIM, LEE, PARK))]
    deliveries += [asked(9, "U4CHOI", "C2"), asked(0, KIM)]
    for delivery in deliveries:
        await storage.inbox.add(delivery, NOW)
    await claimed(storage)
    line = await storage.inbox.line(LATER, timedelta(0))
    assert [each.place for each in line] == [1, 2, 3, 4, 5]
    assert [each.since for each in line] == [NOW] * 5
    assert [each.delivery for each in line] == [(await claimed(storage)).entries[0].delivery for _ in line]
    assert await storage.inbox.line(LATER, timedelta(0)) == []


async def test_only_who_waited_long_enough_is_in_line(storage: Storage) -> None:
    await storage.inbox.add(asked(1, KIM), NOW)
    await storage.inbox.add(asked(2, LEE), NOW + MINUTE)
    [first] = await storage.inbox.line(NOW + 2 * MINUTE, MINUTE)
    assert (first.delivery.user, first.place) == (KIM, 1)
    [_, second] = await storage.inbox.line(NOW + 2 * MINUTE, timedelta(0))
    assert (second.delivery.user, second.place, second.since) == (LEE, 2, NOW + MINUTE)


async def test_who_waits_for_their_own_thread_is_not_in_line(storage: Storage) -> None:
    await started(storage)
    await storage.inbox.add(message(), NOW)
    assert await storage.inbox.line(LATER, timedelta(0)) == []


async def test_a_decision_has_a_place_and_is_not_told(storage: Storage) -> None:
    claim = await started(storage)
    [action] = await storage.turns.record(claim.turn, [], [new_action()], at=NOW)
    await storage.turns.finish(claim.turn, TurnState.WAITING, NOW)
    await storage.actions.decide(click(action, Decision.DENY, at=NOW))
    await storage.inbox.add(message(thread(2), user=LEE), NOW)
    [second] = await storage.inbox.line(LATER, timedelta(0))
    assert (second.delivery.user, second.place) == (LEE, 2)
    assert (await claimed(storage)).entries[0].delivery.kind is DeliveryKind.DECISION


async def test_the_line_is_bounded(storage: Storage) -> None:
    for number in range(120):
        await storage.inbox.add(asked(number, f"U{number}"), NOW)
    line = await storage.inbox.line(LATER, timedelta(0))
    assert [each.place for each in line] == list(range(1, 101))


async def test_nobody_has_more_than_their_share(storage: Storage) -> None:
    for number in range(3):
        await storage.inbox.add(asked(number, KIM), NOW)
    assert await storage.inbox.claim(LATER, 2) is not None
    assert await storage.inbox.claim(LATER, 2) is not None
    assert await storage.inbox.claim(LATER, 2) is None
    await storage.inbox.add(asked(4, LEE), NOW)
    claim = await storage.inbox.claim(LATER, 2)
    assert claim is not None
    assert claim.entries[0].delivery.user == LEE


async def crash(storage: Storage, claims: int) -> list[str]:
    """Claim so often as the worker would, then the process ends; who had been taken up."""
    taken = []
    for _ in range(claims):
        claim = await storage.inbox.claim(LATER)
        if claim is not None:
            taken.append(claim.entries[0].delivery.user)
    await storage.inbox.release()
    return taken


async def test_what_was_begun_twice_is_served_alone_and_last_and_the_least_tried_first(storage: Storage) -> None:
    for number, user in enumerate((KIM, LEE)):
        await storage.inbox.add(asked(number, user), NOW)
    assert await crash(storage, 9) == [KIM, LEE]
    assert await crash(storage, 9) == [KIM, LEE]
    await storage.inbox.add(asked(5, PARK), NOW)
    assert await crash(storage, 9) == [PARK, KIM]
    assert await crash(storage, 9) == [PARK, LEE], "the other one may be innocent"


async def test_a_stop_takes_its_try_back_but_for_the_first(storage: Storage) -> None:
    claim = await started(storage)
    for _ in range(3):
        await storage.turns.spare(claim.turn)
        await storage.inbox.release()
        claim = await claimed(storage)
        assert claim.entries[0].tries == 2, "what was begun is known to have been"
