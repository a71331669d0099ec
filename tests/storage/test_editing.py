import json
from dataclasses import replace
from typing import Any

import pytest

from storage.outcomes import SUPERSEDED, outcome_items, reference
from storage.ports import Storage, StorageError
from storage.records import Action, ActionState, Decision, NewAction, TurnState, Verdict
from tests.storage.sample import (
    KIM,
    LATER,
    LEE,
    LIFE,
    NOW,
    click,
    decided,
    events,
    granted,
    new_action,
    proposed,
    started,
)


@pytest.fixture
async def old(storage: Storage) -> Action:
    """A pending action of a batch, on its card, whose turn has ended."""
    [action] = await proposed(storage, "old", batch="b1")
    await storage.turns.finish(action.turn, TurnState.WAITING, NOW)
    await storage.actions.carded(action.id, "5.5")
    return replace(action, card_ts="5.5")


def changed(**changes: Any) -> NewAction:
    fields: dict[str, Any] = {
        "arguments_json": '{"id":1,"salary":"삼십만"}',
        "digest": "e2e2" * 16,
        "preview": "Raise Tiger Nixon's salary to 삼십만",
        "proposed_at": LATER,
        "expires_at": LATER + LIFE,
    }
    return new_action("new", **(fields | changes))


async def test_an_edit_puts_a_new_action_in_the_old_one_s_place(storage: Storage, old: Action) -> None:
    new = changed(batch="b1")
    ruling, edited = await storage.actions.edit(click(old), new)
    assert ruling.verdict is Verdict.DECIDED
    assert edited == await storage.actions.get("new")
    assert edited == replace(
        old,
        id="new",
        arguments_json=new.arguments_json,
        digest=new.digest,
        preview=new.preview,
        proposed_at=LATER,
        expires_at=LATER + LIFE,
        batch=None,
    )
    assert ruling.action == await storage.actions.get("old")
    assert ruling.action is not None
    assert ruling.action.outcome_json is not None
    assert ruling.action == replace(
        old,
        state=ActionState.WITHDRAWN,
        decided_by=KIM,
        decided_at=LATER,
        finished_at=LATER,
        superseded_by="new",
        outcome_json=ruling.action.outcome_json,
    )
    assert json.loads(ruling.action.outcome_json) == {
        "status": "withdrawn",
        "note": SUPERSEDED,
        "arguments": {"id": 1, "salary": "삼십만"},
        "reference": reference("new"),
    }


async def test_the_conversation_is_told_of_an_edit_and_no_turn_is_started(storage: Storage, old: Action) -> None:
    ruling, _ = await storage.actions.edit(click(old), changed())
    assert ruling.action is not None
    told = [new.item for new in outcome_items(ruling.action)]
    assert await storage.history.items(old.conversation.id) == told
    assert await storage.inbox.claim(LATER) is None


async def test_the_audit_names_both_ends_of_an_edit(storage: Storage, old: Action) -> None:
    await storage.actions.edit(click(old), changed())
    [edited] = (await storage.audit.rows(action_id="old"))[1:]
    assert (edited.event, edited.actor, edited.at) == ("edited", KIM, LATER)
    assert edited.details["superseded_by"] == "new"
    [proposal] = await storage.audit.rows(action_id="new")
    assert (proposal.event, proposal.actor, proposal.at) == ("proposed", KIM, LATER)
    assert proposal.details["supersedes"] == "old"
    assert proposal.texts["arguments_json"].text == changed().arguments_json


async def test_what_was_edited_is_decided_on_its_own(storage: Storage, old: Action) -> None:
    _, edited = await storage.actions.edit(click(old), changed())
    assert edited is not None
    assert await storage.actions.pending(old.conversation.id) == [edited]
    assert [action.id for action in await storage.actions.batch("b1")] == ["old"]
    for decision in Decision:
        assert (await decided(storage, old, decision)).verdict is Verdict.ALREADY
    assert (await decided(storage, edited)).verdict is Verdict.DECIDED
    begun = await storage.actions.begin("new", LATER)
    assert begun is not None
    assert begun.arguments_json == changed().arguments_json


@pytest.mark.parametrize(
    ("clicked", "verdict"),
    [
        ({"card_ts": "6.6"}, Verdict.UNKNOWN),
        ({"channel": "C2"}, Verdict.UNKNOWN),
        ({"action_id": "guess"}, Verdict.UNKNOWN),
        ({"allowed": False}, Verdict.NOT_YOURS),
        ({"user": LEE}, Verdict.NOT_YOURS),
    ],
)
async def test_an_edit_that_is_not_the_requester_s_changes_nothing(
    storage: Storage, old: Action, clicked: dict[str, Any], verdict: Verdict
) -> None:
    ruling, edited = await storage.actions.edit(click(old, **clicked), changed())
    assert (ruling.verdict, edited) == (verdict, None)
    assert await storage.actions.get("new") is None
    assert await storage.actions.get("old") == old
    assert await events(storage) == ["proposed"]


@pytest.mark.parametrize("decision", Decision)
async def test_what_was_decided_is_not_edited(storage: Storage, old: Action, decision: Decision) -> None:
    first = await decided(storage, old, decision)
    ruling, edited = await storage.actions.edit(click(old), changed())
    assert (ruling.verdict, edited) == (Verdict.ALREADY, None)
    assert ruling.action == first.action == await storage.actions.get("old")
    assert await storage.actions.get("new") is None


async def test_what_has_expired_is_not_edited(storage: Storage, old: Action) -> None:
    ruling, edited = await storage.actions.edit(click(old, at=old.expires_at), changed())
    assert (ruling.verdict, edited) == (Verdict.EXPIRED, None)
    assert await events(storage) == ["proposed", "expired"]
    assert await storage.actions.get("new") is None


@pytest.mark.parametrize("changes", [{"function": "delete_employee"}, {"requester": LEE}])
async def test_an_edit_keeps_the_function_and_the_requester(
    storage: Storage, old: Action, changes: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="function"):
        await storage.actions.edit(click(old), changed(**changes))
    assert await storage.actions.get("old") == old


async def test_an_edit_that_fails_leaves_the_old_one(storage: Storage, old: Action) -> None:
    with pytest.raises(StorageError):
        await storage.actions.edit(click(old), replace(changed(), id="old"))
    assert await storage.actions.get("old") == old
    assert await events(storage) == ["proposed"]


async def test_an_edited_action_waits_for_a_click_in_spite_of_a_grant(storage: Storage, old: Action) -> None:
    claim = await started(storage)
    [other] = await storage.turns.record(claim.turn, [], [new_action("other")], at=NOW)
    grant = await granted(storage, other)
    _, edited = await storage.actions.edit(click(old), changed(grant=grant.id))
    assert edited is not None
    assert (edited.state, edited.grant) == (ActionState.PENDING, None)


async def test_an_edited_card_that_was_never_posted_is_still_to_be_posted(storage: Storage) -> None:
    [action] = await proposed(storage, "old")
    _, edited = await storage.actions.edit(click(action), changed())
    assert await storage.actions.uncarded() == [edited]
