from dataclasses import replace
from datetime import timedelta

import pytest

from storage.ports import Storage, StorageError
from storage.records import ActionState, NewItem, TurnState, Usage, UserItem
from tests.storage.sample import KEY, KIM, LATER, NOW, events, message, new_action, started

ENDS = [state for state in TurnState if state is not TurnState.RUNNING]


async def test_a_step_is_kept_whole(storage: Storage) -> None:
    claim = await started(storage)
    items = [NewItem(UserItem("하나", KIM)), NewItem(UserItem("둘", KIM))]
    new = [new_action("a", expires_at=NOW + timedelta(hours=1)), new_action("b")]
    actions = await storage.turns.record(claim.turn, items, new, Usage(1, 2), at=NOW)
    assert await storage.history.items(claim.conversation.id) == [item.item for item in items]
    assert [action.id for action in actions] == ["a", "b"]
    for action, source in zip(actions, new, strict=True):
        assert action.state is ActionState.PENDING
        assert action.conversation == claim.conversation
        assert action.turn == claim.turn
        for field in ("call_id", "function", "arguments_json", "schema_digest", "digest", "requester", "preview"):
            assert getattr(action, field) == getattr(source, field)
        assert (action.proposed_at, action.expires_at) == (source.proposed_at, source.expires_at)
        assert await storage.actions.get(action.id) == action
    assert await events(storage) == ["proposed", "proposed"]


async def test_a_step_that_fails_leaves_nothing(storage: Storage) -> None:
    claim = await started(storage)
    with pytest.raises(StorageError):
        await storage.turns.record(
            claim.turn, [NewItem(UserItem("x", KIM))], [new_action("a"), new_action("a")], at=NOW
        )
    assert await storage.history.items(claim.conversation.id) == []
    assert await storage.actions.get("a") is None
    assert await events(storage) == []


async def test_a_turn_that_is_not_there(storage: Storage) -> None:
    with pytest.raises(StorageError, match="7"):
        await storage.turns.record(7, [], at=NOW)
    with pytest.raises(StorageError, match="7"):
        await storage.turns.finish(7, TurnState.ANSWERED, NOW)


@pytest.mark.parametrize("state", ENDS)
async def test_a_turn_ends_once(storage: Storage, state: TurnState) -> None:
    claim = await started(storage)
    await storage.turns.finish(claim.turn, state, LATER, "incident-1")
    with pytest.raises(StorageError):
        await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    with pytest.raises(StorageError):
        await storage.turns.record(claim.turn, [NewItem(UserItem("late", KIM))], at=LATER)
    assert await storage.history.items(claim.conversation.id) == []


async def test_a_turn_does_not_end_running(storage: Storage) -> None:
    claim = await started(storage)
    with pytest.raises(ValueError, match="running"):
        await storage.turns.finish(claim.turn, TurnState.RUNNING, LATER)


@pytest.mark.parametrize("state", ENDS)
async def test_the_entries_end_with_the_turn_unless_it_was_interrupted(storage: Storage, state: TurnState) -> None:
    claim = await started(storage)
    await storage.turns.finish(claim.turn, state, LATER)
    again = await storage.inbox.claim(LATER)
    if state is TurnState.INTERRUPTED:
        assert again is not None
        assert again.entries == tuple(replace(entry, tries=2) for entry in claim.entries)
    else:
        assert again is None


async def test_a_released_turn_cannot_write_any_more(storage: Storage) -> None:
    claim = await started(storage)
    await storage.inbox.release()
    again = await storage.inbox.claim(LATER)
    assert again is not None
    with pytest.raises(StorageError):
        await storage.turns.record(claim.turn, [NewItem(UserItem("ghost", KIM))], at=LATER)
    with pytest.raises(StorageError):
        await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    await storage.turns.finish(again.turn, TurnState.ANSWERED, LATER)


async def test_naive_times_are_refused(storage: Storage) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        await storage.inbox.add(message(), naive)
    assert await storage.history.conversation(KEY) is None
