"""Keys are kept as long as Slack may deliver them again, and no longer."""

from datetime import timedelta

import pytest

from storage.ports import Storage
from storage.records import AssistantItem, Decision, DeliveryKind, NewItem, TurnState, UserItem, Verdict
from tests.storage.sample import KIM, LATER, NOW, click, decided, message, new_action, proposed, started, thread

SECOND = timedelta(seconds=1)


async def test_what_was_done_long_enough_ago_is_forgotten(storage: Storage) -> None:
    old, young = message(thread(1)), message(thread(2))
    for delivery, at in ((old, NOW), (young, LATER)):
        claim = await started(storage, delivery)
        await storage.turns.finish(claim.turn, TurnState.ANSWERED, at)
    assert await storage.inbox.prune(NOW, NOW) == 0
    assert await storage.inbox.prune(LATER, NOW) == 1
    assert not await storage.inbox.add(young, LATER)
    assert await storage.inbox.add(old, LATER), "its key is free again"


@pytest.mark.parametrize("state", [None, TurnState.INTERRUPTED])
async def test_what_waits_or_is_taken_stays(storage: Storage, state: TurnState | None) -> None:
    claim = await started(storage)
    if state is not None:
        await storage.turns.finish(claim.turn, state, NOW)
    await storage.inbox.add(message(thread(2)), NOW)
    later = NOW + timedelta(days=365)
    assert await storage.inbox.prune(later, later) == 0
    assert await storage.inbox.release() == (1 if state is None else 0)
    assert await storage.inbox.claim(later) is not None
    assert await storage.inbox.claim(later) is not None


async def test_what_waits_again_after_a_retry_stays(storage: Storage) -> None:
    claim = await started(storage)
    await storage.turns.finish(claim.turn, TurnState.FAILED, NOW)
    await storage.turns.retry(claim.turn, "T1", "C1", KIM, LATER)
    assert await storage.inbox.prune(LATER + SECOND, LATER) == 0
    assert await storage.inbox.claim(LATER) is not None


async def test_many_are_forgotten_in_pieces(storage: Storage) -> None:
    for number in range(250):
        await storage.inbox.add(message(thread(number % 3)), NOW)
    while claim := await storage.inbox.claim(NOW):
        await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)
    for number in range(120):
        await storage.inbox.add(message(thread(1000 + number)), NOW, only_if_joined=True)
    assert await storage.inbox.prune(LATER, LATER) == 250 + 120
    assert await storage.inbox.prune(LATER, LATER) == 0


@pytest.mark.parametrize("forgotten", ["question", "answer", "both"])
async def test_an_answer_can_still_be_shared_with_its_question(storage: Storage, forgotten: str) -> None:
    claim = await started(storage, message(text="Raise it?"))
    await storage.turns.record(claim.turn, [NewItem(UserItem("[Kim] Raise it?", KIM))], at=NOW)
    [action] = await storage.turns.record(claim.turn, [], [new_action()], at=NOW)
    await storage.turns.finish(claim.turn, TurnState.WAITING, NOW if forgotten != "answer" else LATER)
    await storage.actions.decide(click(action, Decision.CONFIRM))
    decision = await storage.inbox.claim(LATER)
    assert decision is not None
    await storage.turns.record(decision.turn, [NewItem(AssistantItem("Done."))], at=LATER)
    await storage.turns.finish(decision.turn, TurnState.ANSWERED, LATER if forgotten != "answer" else NOW)
    before = LATER + SECOND if forgotten == "both" else NOW + SECOND
    assert await storage.inbox.prune(before, NOW) == (2 if forgotten == "both" else 1)
    assert await storage.history.answer(decision.turn) == (KIM, "Raise it?", "Done.")


@pytest.mark.parametrize("direct", [True, False])
async def test_a_click_comes_through_after_its_question_was_forgotten(storage: Storage, direct: bool) -> None:
    claim = await started(storage, message(direct=direct))
    [action] = await storage.turns.record(claim.turn, [], [new_action()], at=NOW)
    await storage.turns.finish(claim.turn, TurnState.WAITING, NOW)
    assert await storage.inbox.prune(LATER, NOW) == 1
    assert (await decided(storage, action)).verdict is Verdict.DECIDED
    decision = await storage.inbox.claim(LATER)
    assert decision is not None
    [entry] = decision.entries
    assert (entry.delivery.kind, entry.delivery.direct) == (DeliveryKind.DECISION, direct)


async def test_an_interrupted_action_is_told_after_its_decision_was_forgotten(storage: Storage) -> None:
    [action] = await proposed(storage)
    await decided(storage, action)
    await storage.actions.begin(action.id, LATER)
    await storage.inbox.release()
    while claim := await storage.inbox.claim(LATER):
        await storage.turns.finish(claim.turn, TurnState.FAILED, LATER)
    assert await storage.inbox.prune(LATER + SECOND, NOW) == 2
    await storage.actions.interrupt(LATER)
    told = await storage.inbox.claim(LATER)
    assert told is not None
    assert [entry.delivery.action_id for entry in told.entries] == [action.id]
