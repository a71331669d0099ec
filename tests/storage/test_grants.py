from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.ports import Storage
from storage.records import (
    Action,
    ActionState,
    ConversationKey,
    Decision,
    Grant,
    NewAction,
    TurnState,
    Verdict,
)
from tests.storage.sample import (
    KIM,
    LATER,
    LEE,
    NOW,
    click,
    events,
    granted,
    message,
    new_action,
    proposed,
    started,
    thread,
)

UNTIL = NOW + timedelta(hours=1)
"""When a sample grant ends."""
MOMENT = timedelta(microseconds=1)


@pytest.fixture
async def action(storage: Storage) -> Action:
    """A pending action whose turn has ended."""
    [action] = await proposed(storage)
    await storage.turns.finish(action.turn, TurnState.WAITING, NOW)
    return action


async def found(storage: Storage, action: Action, at: datetime = LATER) -> Grant | None:
    return await storage.grants.find(action.conversation.id, action.requester, action.function, at)


async def test_a_confirmation_that_is_remembered_makes_a_grant(storage: Storage, action: Action) -> None:
    grant = await granted(storage, action, UNTIL)
    assert grant == Grant(grant.id, action.conversation, KIM, action.function, action.id, UNTIL)
    rows = await storage.audit.rows(action_id=action.id)
    assert [(row.event, row.actor) for row in rows[1:]] == [("confirmed", KIM), ("granted", KIM)]
    assert rows[-1].details["grant"] == grant.id


@pytest.mark.parametrize(
    "changes",
    [
        {"remember_until": None},
        {"remember_until": LATER},
        {"remember_until": LATER - MOMENT},
        {"user": LEE},
        {"decision": Decision.DENY},
        {"decision": Decision.WITHDRAW},
        {"allowed": False},
        {"at": NOW + timedelta(minutes=30)},
    ],
)
async def test_nothing_else_makes_one(storage: Storage, action: Action, changes: dict[str, Any]) -> None:
    await storage.actions.decide(replace(click(action, remember_until=UNTIL), **changes))
    assert await found(storage, action) is None
    assert await storage.grants.of("T1", KIM, LATER) == await storage.grants.of("T1", LEE, LATER) == []
    assert "granted" not in await events(storage)


async def test_a_grant_lives_until_its_end(storage: Storage, action: Action) -> None:
    grant = await granted(storage, action, UNTIL)
    assert await found(storage, action, UNTIL - MOMENT) == grant
    assert await found(storage, action, UNTIL) is None
    assert await storage.grants.of("T1", KIM, UNTIL) == []
    assert await storage.grants.revoke(grant.id, "T1", KIM, UNTIL) is None


async def test_a_grant_is_one_person_s_for_one_function_in_one_conversation(
    storage: Storage, action: Action
) -> None:
    await granted(storage, action)
    conversation = action.conversation.id
    assert await storage.grants.find(conversation + 1, KIM, action.function, LATER) is None
    assert await storage.grants.find(conversation, LEE, action.function, LATER) is None
    assert await storage.grants.find(conversation, KIM, "delete_employee", LATER) is None


async def test_the_one_that_lives_longest_is_found(storage: Storage) -> None:
    first, second, third = await proposed(storage, "a", "b", "c")
    for action, minutes in ((first, 20), (second, 60), (third, 40)):
        await granted(storage, action, NOW + timedelta(minutes=minutes))
    grant = await found(storage, first)
    assert grant is not None
    assert grant.action_id == second.id


async def test_a_person_s_grants_are_listed_newest_first(storage: Storage) -> None:
    elsewhere = ConversationKey("T2", "C1", "100.000001")
    keys = (thread(1), thread(2), elsewhere)
    grants = []
    for number, key in enumerate(keys):
        claim = await started(storage, message(key))
        [action] = await storage.turns.record(claim.turn, [], [new_action(f"a{number}")], at=NOW)
        grants.append(await granted(storage, action))
    assert await storage.grants.of("T1", KIM, LATER) == [grants[1], grants[0]]
    assert await storage.grants.of("T2", KIM, LATER) == [grants[2]]
    assert await storage.grants.of("T1", LEE, LATER) == []


# ── revoking ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_grant_is_revoked_by_its_person_once(storage: Storage, action: Action) -> None:
    grant = await granted(storage, action)
    assert await storage.grants.revoke(grant.id, "T1", LEE, LATER) is None
    assert await storage.grants.revoke(grant.id, "T2", KIM, LATER) is None
    assert await storage.grants.revoke(grant.id + 1, "T1", KIM, LATER) is None
    assert await found(storage, action) == grant
    assert await storage.grants.revoke(grant.id, "T1", KIM, LATER) == replace(grant, revoked_at=LATER)
    assert await storage.grants.revoke(grant.id, "T1", KIM, LATER) is None
    assert await found(storage, action) is None
    assert await storage.grants.of("T1", KIM, LATER) == []
    last = (await storage.audit.rows())[-1]
    assert (last.action_id, last.event, last.actor, last.at) == ("", "revoked", KIM, LATER)
    assert (last.details["grant"], last.details["granted_by"]) == (grant.id, action.id)
    assert (await events(storage)).count("revoked") == 1


# ── confirmed by a grant ────────────────────────────────────────────────────────────────────────────────────


async def next_call(storage: Storage, new: NewAction, at: datetime = LATER) -> Action:
    """Propose in the conversation's next turn."""
    claim = await started(storage)
    [proposed] = await storage.turns.record(claim.turn, [], [new], at=at)
    await storage.turns.finish(claim.turn, TurnState.WAITING, LATER)
    return proposed


async def test_a_living_grant_confirms_at_once(storage: Storage, action: Action) -> None:
    grant = await granted(storage, action)
    confirmed = await next_call(storage, new_action("next", grant=grant.id))
    assert confirmed == await storage.actions.get("next")
    assert (confirmed.state, confirmed.grant) == (ActionState.CONFIRMED, grant.id)
    assert (confirmed.decided_by, confirmed.decided_at) == (KIM, LATER)
    rows = await storage.audit.rows(action_id="next")
    assert [(row.event, row.actor) for row in rows] == [("proposed", "nod"), ("confirmed", KIM)]
    assert rows[-1].details == {"digest": confirmed.digest, "grant": grant.id}
    claim = await storage.inbox.claim(LATER)
    assert claim is not None
    assert [entry.delivery.key for entry in claim.entries] == ["decision:next"]
    assert (await storage.actions.decide(click(confirmed))).verdict is Verdict.ALREADY
    assert await storage.actions.begin("next", LATER) is not None


@pytest.mark.parametrize("changes", [{"function": "delete_employee"}, {"requester": LEE}, {"expires_at": LATER}])
async def test_a_grant_for_something_else_does_not_confirm(
    storage: Storage, action: Action, changes: dict[str, Any]
) -> None:
    grant = await granted(storage, action)
    pending = await next_call(storage, new_action("next", grant=grant.id, **changes))
    assert (pending.state, pending.grant) == (ActionState.PENDING, None)
    assert await storage.actions.get("next") == pending
    assert await events(storage, "next") == ["proposed"]


async def test_a_grant_of_another_conversation_does_not_confirm(storage: Storage, action: Action) -> None:
    grant = await granted(storage, action)
    decision = await storage.inbox.claim(LATER)
    assert decision is not None
    await storage.turns.finish(decision.turn, TurnState.ANSWERED, LATER)
    claim = await started(storage, message(thread(2)))
    [pending] = await storage.turns.record(claim.turn, [], [new_action("next", grant=grant.id)], at=LATER)
    assert (pending.state, pending.grant) == (ActionState.PENDING, None)


async def test_a_grant_that_ended_or_never_was_does_not_confirm(storage: Storage, action: Action) -> None:
    grant = await granted(storage, action, NOW + timedelta(minutes=10))
    over = await next_call(storage, new_action("over", grant=grant.id), at=NOW + timedelta(minutes=10))
    guessed = await next_call(storage, new_action("guessed", grant=grant.id + 1))
    assert (over.state, guessed.state) == (ActionState.PENDING, ActionState.PENDING)


async def test_a_revoked_grant_does_not_confirm(storage: Storage, action: Action) -> None:
    grant = await granted(storage, action)
    await storage.grants.revoke(grant.id, "T1", KIM, LATER)
    pending = await next_call(storage, new_action("next", grant=grant.id))
    assert (pending.state, pending.grant) == (ActionState.PENDING, None)
