from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storage.outcomes import outcome_items
from storage.ports import Storage, StorageError
from storage.records import (
    Action,
    ActionState,
    Decision,
    TurnState,
    Verdict,
)
from tests.storage.sample import (
    KIM,
    LATER,
    LEE,
    LIFE,
    NOW,
    click,
    decided,
    events,
    message,
    new_action,
    proposed,
    started,
    thread,
)

END = NOW + LIFE
"""When a sample action expires."""
ENDS = [ActionState.SUCCEEDED, ActionState.FAILED, ActionState.UNKNOWN]


@pytest.fixture
async def action(storage: Storage) -> Action:
    """A pending action whose turn has ended."""
    [action] = await proposed(storage)
    await storage.turns.finish(action.turn, TurnState.WAITING, NOW)
    return action


async def kept(storage: Storage, action: Action) -> Action:
    found = await storage.actions.get(action.id)
    assert found is not None
    return found


async def told(storage: Storage, action: Action) -> bool:
    """Tell whether the conversation has the action's end, exactly once."""
    items = await storage.history.items(action.conversation.id)
    outcome = [new.item for new in outcome_items(await kept(storage, action))]
    return [item for item in items if item in outcome] == outcome


# ── the card ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_there_is_no_such_action(storage: Storage) -> None:
    assert await storage.actions.get("nothing") is None
    with pytest.raises(StorageError, match="nothing"):
        await storage.actions.carded("nothing", "1.1")
    assert await storage.actions.begin("nothing", NOW) is None
    with pytest.raises(StorageError, match="nothing"):
        await storage.actions.finish("nothing", ActionState.SUCCEEDED, "{}", NOW)


async def test_uncarded_are_the_pending_ones_that_nobody_has_seen(storage: Storage) -> None:
    posted, ephemeral, lost, denied = await proposed(storage, "posted", "ephemeral", "lost", "denied")
    assert await storage.actions.uncarded() == [posted, ephemeral, lost, denied]
    await storage.actions.carded(posted.id, "5.5")
    await storage.actions.carded(ephemeral.id, "")
    await decided(storage, denied, Decision.DENY)
    assert await storage.actions.uncarded() == [lost]
    assert await kept(storage, posted) == replace(posted, card_ts="5.5")


# ── deciding ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("decision", "state", "event"),
    [(Decision.CONFIRM, ActionState.CONFIRMED, "confirmed"), (Decision.DENY, ActionState.DENIED, "denied")],
)
async def test_a_click_decides(
    storage: Storage, action: Action, decision: Decision, state: ActionState, event: str
) -> None:
    ruling = await decided(storage, action, decision)
    assert ruling.verdict is Verdict.DECIDED
    assert ruling.action == await kept(storage, action)
    finished_at = LATER if state is ActionState.DENIED else None
    assert ruling.action == replace(action, state=state, decided_by=KIM, decided_at=LATER, finished_at=finished_at)
    last = (await storage.actions.audit(action.id))[-1]
    assert (last.event, last.actor, last.at) == (event, KIM, LATER)
    assert last.details["digest"] == action.digest
    claim = await storage.inbox.claim(LATER)
    assert claim is not None
    assert [entry.delivery.key for entry in claim.entries] == [f"decision:{action.id}"]


async def test_only_the_first_click_counts(storage: Storage, action: Action) -> None:
    first = await decided(storage, action, Decision.DENY)
    second = await decided(storage, action, Decision.CONFIRM)
    assert second.verdict is Verdict.ALREADY
    assert second.action == first.action == await kept(storage, action)
    assert await events(storage) == ["proposed", "denied"]
    claim = await storage.inbox.claim(LATER)
    assert claim is not None
    assert len(claim.entries) == 1


async def test_the_click_of_another_person_changes_nothing(storage: Storage, action: Action) -> None:
    for at in (LATER, END):
        ruling = await storage.actions.decide(click(action, user=LEE, at=at))
        assert ruling.verdict is Verdict.NOT_YOURS
        assert ruling.action == action == await kept(storage, action)
    assert await events(storage) == ["proposed"]
    assert await storage.inbox.claim(LATER) is None
    await decided(storage, action)
    assert (await storage.actions.decide(click(action, user=LEE))).verdict is Verdict.NOT_YOURS


@pytest.mark.parametrize(
    "changes",
    [{"action_id": "guess"}, {"team": "T2"}, {"channel": "C2"}, {"card_ts": "6.6"}, {"user": LEE, "team": "T2"}],
)
async def test_a_click_that_is_not_on_its_card_is_unknown(
    storage: Storage, action: Action, changes: dict[str, Any]
) -> None:
    await storage.actions.carded(action.id, "5.5")
    ruling = await storage.actions.decide(click(await kept(storage, action), **changes))
    assert ruling.verdict is Verdict.UNKNOWN
    assert ruling.action is None
    assert (await kept(storage, action)).state is ActionState.PENDING
    assert await events(storage) == ["proposed"]
    assert await storage.inbox.claim(LATER) is None


@pytest.mark.parametrize(
    ("card", "clicked"), [(None, None), (None, "5.5"), ("5.5", None), ("", None), ("5.5", "5.5")]
)
async def test_cards_are_compared_where_both_are_known(
    storage: Storage, action: Action, card: str | None, clicked: str | None
) -> None:
    if card is not None:
        await storage.actions.carded(action.id, card)
    ruling = await storage.actions.decide(click(action, card_ts=clicked))
    assert ruling.verdict is Verdict.DECIDED
    assert ruling.action is not None
    assert ruling.action.card_ts == card


async def test_a_click_in_the_last_moment_counts(storage: Storage, action: Action) -> None:
    ruling = await storage.actions.decide(click(action, at=END - timedelta(microseconds=1)))
    assert ruling.verdict is Verdict.DECIDED


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=1)])
async def test_a_click_too_late_expires(storage: Storage, action: Action, late: timedelta) -> None:
    ruling = await storage.actions.decide(click(action, at=END + late))
    assert ruling.verdict is Verdict.EXPIRED
    assert ruling.action == await kept(storage, action)
    assert ruling.action == replace(action, state=ActionState.EXPIRED, finished_at=END + late)
    assert await events(storage) == ["proposed", "expired"]
    assert (await storage.actions.audit())[-1].actor == "nod"
    assert await told(storage, action)
    assert await storage.inbox.claim(LATER) is None
    assert (await storage.actions.decide(click(action))).verdict is Verdict.ALREADY


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


# ── expiry ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_expiry_takes_the_pending_ones_whose_time_is_over(storage: Storage) -> None:
    claim = await started(storage, message(thread(1)))
    new = [new_action("old"), new_action("confirmed"), new_action("young", expires_at=END + timedelta(seconds=1))]
    old, confirmed, young = await storage.turns.record(claim.turn, [], new, at=NOW)
    await decided(storage, confirmed)
    assert await storage.actions.expire(END - timedelta(microseconds=1)) == []
    assert await storage.actions.expire(END) == [await kept(storage, old)]
    assert await kept(storage, old) == replace(old, state=ActionState.EXPIRED, finished_at=END)
    assert await told(storage, old)
    assert await storage.actions.expire(END) == []
    assert await kept(storage, young) == young
    assert (await kept(storage, confirmed)).state is ActionState.CONFIRMED
    assert await events(storage, old.id) == ["proposed", "expired"]


# ── the audit ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_audit_tells_the_whole_life_in_order(storage: Storage, action: Action) -> None:
    await storage.actions.decide(click(action, user=LEE))
    await decided(storage, action)
    await storage.actions.begin(action.id, LATER)
    await storage.actions.finish(action.id, ActionState.SUCCEEDED, "{}", END)
    rows = await storage.actions.audit(action.id)
    assert [(row.event, row.actor, row.at) for row in rows] == [
        ("proposed", "nod", NOW),
        ("confirmed", KIM, LATER),
        ("executing", "nod", LATER),
        ("succeeded", "nod", END),
    ]
    assert [row.id for row in rows] == sorted(row.id for row in rows)
    assert rows[0].details["arguments_json"] == action.arguments_json
    assert {row.details["digest"] for row in rows[:3]} == {action.digest}


async def test_the_audit_of_one_action_and_of_all(storage: Storage) -> None:
    await proposed(storage, "a", "b")
    assert [row.action_id for row in await storage.actions.audit()] == ["a", "b"]
    assert [row.action_id for row in await storage.actions.audit("b")] == ["b"]
    assert await storage.actions.audit("c") == []
