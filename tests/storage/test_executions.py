from datetime import timedelta

import pytest

from storage.outcomes import outcome_items
from storage.ports import Storage, StorageError
from storage.records import Action, ActionState, Decision, ResultItem, TurnState
from tests.storage.sample import (
    END,
    KIM,
    LATER,
    LIFE,
    NOW,
    decided,
    events,
    kept,
    new_action,
    proposed,
    started,
    told,
)

ENDS = [ActionState.SUCCEEDED, ActionState.FAILED, ActionState.UNKNOWN]


@pytest.fixture
async def action(storage: Storage) -> Action:
    """A pending action whose turn has ended."""
    [action] = await proposed(storage)
    await storage.turns.finish(action.turn, TurnState.WAITING, NOW)
    return action


# ── executing ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_confirmed_action_begins_once(storage: Storage, action: Action) -> None:
    await decided(storage, action)
    begun = await storage.actions.begin(action.id, LATER)
    assert begun is not None
    assert begun.state is ActionState.EXECUTING
    assert begun == await kept(storage, action)
    assert (begun.arguments_json, begun.digest) == (action.arguments_json, action.digest)
    assert await storage.actions.begin(action.id, LATER) is None
    assert await events(storage) == ["proposed", "confirmed", "executing"]


async def test_nothing_begins_without_a_confirmation(storage: Storage, action: Action) -> None:
    assert await storage.actions.begin(action.id, LATER) is None
    await decided(storage, action, Decision.DENY)
    assert await storage.actions.begin(action.id, LATER) is None
    assert await events(storage) == ["proposed", "denied"]


async def test_a_confirmation_holds_as_long_again_as_it_could_be_given(storage: Storage) -> None:
    in_time, late = await proposed(storage, "in-time", "late")
    for action in (in_time, late):
        await decided(storage, action)
    assert await storage.actions.begin(in_time.id, END + LIFE) is not None
    too_late = END + LIFE + timedelta(microseconds=1)
    assert await storage.actions.begin(late.id, too_late) is None
    expired = await kept(storage, late)
    assert (expired.state, expired.finished_at) == (ActionState.EXPIRED, too_late)
    assert await events(storage, late.id) == ["proposed", "confirmed", "expired"]
    assert await told(storage, late)
    [_, said] = outcome_items(expired)
    assert isinstance(said.item, ResultItem)
    assert "It was confirmed, but could not be begun in time." in said.item.output_json
    assert await storage.actions.begin(late.id, LATER) is None


@pytest.mark.parametrize("state", ENDS)
async def test_an_execution_ends_once(storage: Storage, action: Action, state: ActionState) -> None:
    await decided(storage, action)
    await storage.actions.begin(action.id, LATER)
    ended = await storage.actions.finish(action.id, state, '{"직원": 1}', END)
    assert ended == await kept(storage, action)
    assert (ended.state, ended.outcome_json, ended.finished_at) == (state, '{"직원": 1}', END)
    with pytest.raises(StorageError, match=action.id):
        await storage.actions.finish(action.id, ActionState.FAILED, "{}", END)
    assert ended == await kept(storage, action)
    assert await storage.actions.begin(action.id, END) is None
    assert await events(storage) == ["proposed", "confirmed", "executing", state.value]


@pytest.mark.parametrize("state", [state for state in ActionState if state not in ENDS])
async def test_an_execution_ends_in_an_end(storage: Storage, action: Action, state: ActionState) -> None:
    await decided(storage, action)
    await storage.actions.begin(action.id, LATER)
    with pytest.raises(ValueError, match=state.value):
        await storage.actions.finish(action.id, state, "{}", LATER)
    assert (await kept(storage, action)).state is ActionState.EXECUTING


async def test_what_has_not_begun_does_not_finish(storage: Storage, action: Action) -> None:
    await decided(storage, action)
    with pytest.raises(StorageError):
        await storage.actions.finish(action.id, ActionState.SUCCEEDED, "{}", LATER)
    assert (await kept(storage, action)).state is ActionState.CONFIRMED


# ── the end of a process ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("entry", ["waiting", "taken", "released", "done"])
async def test_an_interrupted_action_is_unknown_and_its_conversation_is_told(
    storage: Storage, action: Action, entry: str
) -> None:
    await decided(storage, action)
    if entry != "waiting":
        claim = await storage.inbox.claim(LATER)
        assert claim is not None
        if entry == "done":
            await storage.turns.finish(claim.turn, TurnState.FAILED, LATER)
    await storage.actions.begin(action.id, LATER)
    if entry == "released":
        await storage.inbox.release()

    [unknown] = await storage.actions.interrupt(END)
    assert unknown == await kept(storage, action)
    assert (unknown.state, unknown.finished_at, unknown.outcome_json) == (ActionState.UNKNOWN, END, None)
    assert await events(storage) == ["proposed", "confirmed", "executing", "unknown"]
    await storage.inbox.release()
    again = await storage.inbox.claim(END)
    assert again is not None
    assert [each.delivery.key for each in again.entries] == [f"decision:{action.id}"]
    assert await storage.actions.interrupt(END) == []
    assert await storage.actions.begin(action.id, END) is None


async def test_interrupt_leaves_all_others(storage: Storage) -> None:
    pending, confirmed, running, ended = await proposed(storage, "pending", "confirmed", "running", "ended")
    for action in (confirmed, running, ended):
        await decided(storage, action)
    for action in (running, ended):
        await storage.actions.begin(action.id, LATER)
    await storage.actions.finish(ended.id, ActionState.SUCCEEDED, "{}", LATER)
    assert [action.id for action in await storage.actions.interrupt(LATER)] == [running.id]
    states = [(await kept(storage, action)).state for action in (pending, confirmed, running, ended)]
    assert states == [ActionState.PENDING, ActionState.CONFIRMED, ActionState.UNKNOWN, ActionState.SUCCEEDED]


async def test_an_idempotent_function_is_run_again_with_the_same_id(storage: Storage, action: Action) -> None:
    await decided(storage, action)
    await storage.actions.begin(action.id, LATER)
    await storage.inbox.release()
    [again] = await storage.actions.interrupt(END, {action.function})
    assert again == await kept(storage, action)
    assert (again.state, again.decided_by, again.finished_at) == (ActionState.CONFIRMED, KIM, None)
    last = (await storage.audit.rows())[-1]
    assert (last.event, last.actor) == ("retried", "nod")
    claim = await storage.inbox.claim(END)
    assert claim is not None
    assert [entry.delivery.key for entry in claim.entries] == [f"decision:{action.id}"]
    assert await storage.actions.interrupt(END, {action.function}) == []
    assert await storage.actions.begin(action.id, END) is not None
    await storage.actions.finish(action.id, ActionState.SUCCEEDED, "{}", END)
    assert await events(storage) == ["proposed", "confirmed", "executing", "retried", "executing", "succeeded"]


async def test_only_idempotent_functions_are_run_again(storage: Storage) -> None:
    claim = await started(storage)
    new = [new_action("a", function="pay"), new_action("b", function="set_salary")]
    for action in await storage.turns.record(claim.turn, [], new, at=NOW):
        await decided(storage, action)
        await storage.actions.begin(action.id, LATER)
    states = {action.id: action.state for action in await storage.actions.interrupt(LATER, ["set_salary"])}
    assert states == {"a": ActionState.UNKNOWN, "b": ActionState.CONFIRMED}


async def test_what_may_have_been_done_never_ends_as_expired(storage: Storage) -> None:
    soon, late = await proposed(storage, "soon", "late")
    too_late = END + LIFE + timedelta(microseconds=1)
    for action in (soon, late):
        await decided(storage, action)
    await storage.actions.begin(soon.id, LATER)
    [retried] = await storage.actions.interrupt(END, [soon.function])
    assert retried.state is ActionState.CONFIRMED
    # It is run again within its time only, like one that has not begun; but nobody knows that nothing was done.
    assert await storage.actions.begin(soon.id, too_late) is None
    unknown = await kept(storage, soon)
    assert (unknown.state, unknown.finished_at) == (ActionState.UNKNOWN, too_late)
    assert await told(storage, soon)
    await storage.actions.begin(late.id, LATER)
    [interrupted] = await storage.actions.interrupt(too_late, [late.function])
    assert interrupted.state is ActionState.UNKNOWN
