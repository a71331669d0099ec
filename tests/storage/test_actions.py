import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.outcomes import NOTES, outcome_items
from storage.ports import Storage, StorageError
from storage.records import (
    Action,
    ActionState,
    Decision,
    TurnState,
    Verdict,
)
from tests.storage.sample import (
    END,
    KIM,
    LATER,
    LEE,
    NOW,
    click,
    decided,
    events,
    kept,
    message,
    new_action,
    proposed,
    started,
    thread,
    told,
)


@pytest.fixture
async def action(storage: Storage) -> Action:
    """A pending action whose turn has ended."""
    [action] = await proposed(storage)
    await storage.turns.finish(action.turn, TurnState.WAITING, NOW)
    return action


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
    [
        (Decision.CONFIRM, ActionState.CONFIRMED, "confirmed"),
        (Decision.DENY, ActionState.DENIED, "denied"),
        (Decision.WITHDRAW, ActionState.WITHDRAWN, "withdrawn"),
    ],
)
async def test_a_click_decides(
    storage: Storage, action: Action, decision: Decision, state: ActionState, event: str
) -> None:
    ruling = await decided(storage, action, decision)
    assert ruling.verdict is Verdict.DECIDED
    assert ruling.action == await kept(storage, action)
    finished_at = LATER if state.final else None
    assert ruling.action == replace(action, state=state, decided_by=KIM, decided_at=LATER, finished_at=finished_at)
    last = (await storage.audit.rows(action_id=action.id))[-1]
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


async def test_a_click_that_is_not_allowed_changes_nothing(storage: Storage, action: Action) -> None:
    for user in (LEE, KIM):
        for decision in Decision:
            for at in (LATER, END):
                ruling = await storage.actions.decide(click(action, decision, user=user, at=at, allowed=False))
                assert ruling.verdict is Verdict.NOT_YOURS
                assert ruling.action == action == await kept(storage, action)
    assert await events(storage) == ["proposed"]
    assert await storage.inbox.claim(LATER) is None
    await decided(storage, action)
    assert (await storage.actions.decide(click(action, allowed=False))).verdict is Verdict.NOT_YOURS


@pytest.mark.parametrize("decision", [Decision.CONFIRM, Decision.DENY])
async def test_another_person_decides_if_the_policy_allows_it(
    storage: Storage, action: Action, decision: Decision
) -> None:
    ruling = await storage.actions.decide(click(action, decision, user=LEE))
    assert ruling.verdict is Verdict.DECIDED
    assert (await kept(storage, action)).decided_by == LEE
    assert (await storage.audit.rows())[-1].actor == LEE
    claim = await storage.inbox.claim(LATER)
    assert claim is not None
    assert claim.entries[0].delivery.user == KIM


async def test_a_denial_keeps_its_reason_and_tells_it(storage: Storage, action: Action) -> None:
    ruling = await storage.actions.decide(click(action, Decision.DENY, reason=" 다음 주에 하세요 \ud83d\n"))
    denied = await kept(storage, action)
    assert ruling.action == denied
    assert denied.reason == "다음 주에 하세요 \ufffd"
    assert denied.outcome_json is not None
    assert json.loads(denied.outcome_json) == {
        "status": "denied",
        "reason": denied.reason,
        "note": NOTES[ActionState.DENIED],
    }
    assert (await storage.audit.rows())[-1].texts["reason"].text == denied.reason


@pytest.mark.parametrize(
    ("decision", "reason"),
    [(Decision.DENY, ""), (Decision.DENY, " \n"), (Decision.CONFIRM, "because"), (Decision.WITHDRAW, "because")],
)
async def test_without_a_reason_for_a_denial_there_is_no_outcome_of_its_own(
    storage: Storage, action: Action, decision: Decision, reason: str
) -> None:
    ruling = await storage.actions.decide(click(action, decision, reason=reason))
    assert ruling.action == await kept(storage, action)
    assert (ruling.action.reason, ruling.action.outcome_json) == ("", None)
    assert "reason" not in (await storage.audit.rows())[-1].details


# ── withdrawing ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("at", [LATER, END])
async def test_a_proposal_is_taken_back_without_a_click(storage: Storage, action: Action, at: datetime) -> None:
    withdrawn = await storage.actions.withdraw(action.id, KIM, at)
    assert withdrawn is not None
    assert withdrawn == replace(action, state=ActionState.WITHDRAWN, finished_at=at)
    assert withdrawn == await kept(storage, action)
    last = (await storage.audit.rows())[-1]
    assert (last.event, last.actor, last.at) == ("withdrawn", "nod", at)
    items = await storage.history.items(action.conversation.id)
    assert items == [new.item for new in outcome_items(withdrawn)]
    assert await storage.inbox.claim(LATER) is None
    assert await storage.actions.withdraw(action.id, KIM, at) is None
    assert (await storage.actions.decide(click(action))).verdict is Verdict.ALREADY
    assert await storage.actions.begin(action.id, at) is None


async def test_only_a_pending_action_of_one_s_own_is_taken_back(storage: Storage, action: Action) -> None:
    assert await storage.actions.withdraw("nothing", KIM, LATER) is None
    assert await storage.actions.withdraw(action.id, LEE, LATER) is None
    assert await kept(storage, action) == action
    ruling = await decided(storage, action)
    assert await storage.actions.withdraw(action.id, KIM, LATER) is None
    assert await kept(storage, action) == ruling.action
    assert await events(storage) == ["proposed", "confirmed"]


async def test_only_the_requester_withdraws_by_a_click(storage: Storage, action: Action) -> None:
    ruling = await storage.actions.decide(click(action, Decision.WITHDRAW, user=LEE))
    assert ruling.verdict is Verdict.NOT_YOURS
    assert await kept(storage, action) == action
    assert (await decided(storage, action, Decision.WITHDRAW)).verdict is Verdict.DECIDED


# ── several at once ─────────────────────────────────────────────────────────────────────────────────────────


async def test_pending_are_a_conversation_s_own_oldest_first(storage: Storage) -> None:
    z, denied, a = await proposed(storage, "z", "denied", "a")
    await decided(storage, denied, Decision.DENY)
    elsewhere = await started(storage, message(thread(7)))
    [other] = await storage.turns.record(elsewhere.turn, [], [new_action("other")], at=NOW)
    assert await storage.actions.pending(z.conversation.id) == [z, a]
    assert await storage.actions.pending(other.conversation.id) == [other]
    assert await storage.actions.pending(99) == []


async def test_a_batch_has_its_actions_in_every_state(storage: Storage) -> None:
    claim = await started(storage)
    new = [
        new_action("c", batch="b1"),
        new_action("a", batch="b1"),
        new_action("alone"),
        new_action("b", batch="b1"),
        new_action("other", batch="b2"),
    ]
    c, a, alone, b, _ = await storage.turns.record(claim.turn, [], new, at=NOW)
    assert [c.batch, alone.batch] == ["b1", None]
    assert await storage.actions.batch("b1") == [c, a, b]
    await decided(storage, c)
    await decided(storage, a, Decision.DENY)
    assert await storage.actions.withdraw(b.id, KIM, LATER) is not None
    batch = await storage.actions.batch("b1")
    assert [action.id for action in batch] == ["c", "a", "b"]
    states = [ActionState.CONFIRMED, ActionState.DENIED, ActionState.WITHDRAWN]
    assert [action.state for action in batch] == states
    assert await storage.actions.batch("nothing") == []
    assert (await storage.audit.rows(action_id="a"))[0].details["batch"] == "b1"


# ── where a click was ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "changes",
    [
        {"action_id": "guess"},
        {"team": "T2"},
        {"channel": "C2"},
        {"card_ts": "6.6"},
        {"allowed": False, "team": "T2"},
    ],
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
    ("card", "clicked", "then"),
    [
        (None, None, None),
        (None, "5.5", "5.5"),  # the card was posted, and where was not written down: the click tells
        ("5.5", None, "5.5"),
        ("", None, ""),
        ("5.5", "5.5", "5.5"),
    ],
)
async def test_cards_are_compared_where_both_are_known(
    storage: Storage, action: Action, card: str | None, clicked: str | None, then: str | None
) -> None:
    if card is not None:
        await storage.actions.carded(action.id, card)
    ruling = await storage.actions.decide(click(action, card_ts=clicked))
    assert ruling.verdict is Verdict.DECIDED
    assert ruling.action is not None
    assert ruling.action.card_ts == then
    assert (await kept(storage, action)).card_ts == then


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
    assert (await storage.audit.rows())[-1].actor == "nod"
    assert await told(storage, action)
    assert await storage.inbox.claim(LATER) is None
    assert (await storage.actions.decide(click(action))).verdict is Verdict.ALREADY


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


async def test_a_running_turn_posts_its_cards_itself(storage: Storage) -> None:
    [action] = await proposed(storage)
    assert await storage.actions.uncarded() == [action]
    assert await storage.actions.uncarded(of_ended_turns=True) == []
    await storage.turns.finish(action.turn, TurnState.WAITING, NOW)
    assert await storage.actions.uncarded(of_ended_turns=True) == [action]


async def test_a_card_keeps_its_first_place(storage: Storage, action: Action) -> None:
    await storage.actions.carded(action.id, "5.5")
    await storage.actions.carded(action.id, "6.6")
    assert (await kept(storage, action)).card_ts == "5.5"
