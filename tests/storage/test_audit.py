import hashlib
import json
from dataclasses import asdict

import pytest

from storage.chain import link, text_digest
from storage.ports import Storage, StorageError
from storage.records import ActionState, AuditRow, Decision
from tests.storage.sample import (
    KIM,
    LATER,
    LEE,
    NOW,
    click,
    decided,
    granted,
    new_action,
    proposed,
    started,
)


async def test_the_audit_tells_the_whole_life_in_order(storage: Storage) -> None:
    [action] = await proposed(storage)
    await storage.actions.decide(click(action, user=LEE, allowed=False))
    await decided(storage, action)
    await storage.actions.begin(action.id, LATER)
    await storage.actions.finish(action.id, ActionState.SUCCEEDED, "{}", LATER)
    rows = await storage.audit.rows(action_id=action.id)
    assert [(row.event, row.actor, row.at) for row in rows] == [
        ("proposed", "nod", NOW),
        ("confirmed", KIM, LATER),
        ("executing", "nod", LATER),
        ("succeeded", "nod", LATER),
    ]
    assert rows[0].texts["arguments_json"].text == action.arguments_json
    assert {row.details["digest"] for row in rows[:3]} == {action.digest}


async def test_rows_of_one_action_and_of_all_in_pieces(storage: Storage) -> None:
    a, b, _ = await proposed(storage, "a", "b", "c")
    await decided(storage, a, Decision.DENY)
    await decided(storage, b)
    rows = await storage.audit.rows()
    assert [row.id for row in rows] == [1, 2, 3, 4, 5]
    assert [row.action_id for row in rows] == ["a", "b", "c", "a", "b"]
    assert await storage.audit.rows(limit=2) == rows[:2]
    assert await storage.audit.rows(after=2, limit=2) == rows[2:4]
    assert await storage.audit.rows(after=5) == []
    assert await storage.audit.rows(action_id="b") == [rows[1], rows[4]]
    assert await storage.audit.rows(action_id="b", after=2) == [rows[4]]
    assert await storage.audit.rows(action_id="b", limit=1) == [rows[1]]
    assert await storage.audit.rows(action_id="d") == []


async def test_secrets_are_not_kept_but_what_was_confirmed_is_named_by_its_digest(storage: Storage) -> None:
    token = "xoxb-123-456-abcDEF"
    claim = await started(storage)
    arguments = json.dumps({"id": 7, "note": f"use\n{token} please"}, ensure_ascii=False)
    [action] = await storage.turns.record(claim.turn, [], [new_action(arguments_json=arguments)], at=NOW)
    await storage.actions.decide(click(action, Decision.DENY, reason=f"not with {token}"))
    first, last = await storage.audit.rows()
    assert json.loads(first.texts["arguments_json"].text) == {"id": 7, "note": "use\n[secret] please"}
    assert first.details["digest"] == action.digest
    assert last.texts["reason"].text == "not with [secret]"
    assert action.arguments_json == arguments


# ── the chain ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_each_row_goes_on_from_the_last_one(storage: Storage) -> None:
    a, b = await proposed(storage, "a", "둘")
    await granted(storage, a)
    await storage.actions.decide(click(b, Decision.DENY, reason="이유"))
    rows = await storage.audit.rows()
    assert [row.previous for row in rows] == ["", *(row.hash for row in rows[:-1])]
    for row in rows:
        for name, kept in row.texts.items():
            by_hand_too = hashlib.sha256(f"{kept.salt}\n{kept.text}".encode()).hexdigest()
            assert row.details["kept"][name] == text_digest(kept.salt, kept.text) == by_hand_too
        fields = asdict(row) | {"at": row.at.isoformat(timespec="microseconds")}
        assert link(row.previous, fields) == row.hash == by_hand(row)
    assert await storage.audit.verify() is None


def by_hand(row: AuditRow) -> str:
    """Compute the hash as the documentation tells a stranger to, without Nod's code."""
    fields = {
        "id": row.id,
        "action_id": row.action_id,
        "at": row.at.isoformat(timespec="microseconds"),
        "event": row.event,
        "actor": row.actor,
        "details": row.details,
    }
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((row.previous + "\n" + text).encode("utf-8")).hexdigest()


async def test_an_empty_chain_holds(storage: Storage) -> None:
    assert await storage.audit.verify() is None


async def test_a_transaction_that_is_taken_back_leaves_no_gap(storage: Storage) -> None:
    claim = await started(storage)
    await storage.turns.record(claim.turn, [], [new_action("a")], at=NOW)
    with pytest.raises(StorageError):
        await storage.turns.record(claim.turn, [], [new_action("b"), new_action("a")], at=NOW)
    await storage.turns.record(claim.turn, [], [new_action("c")], at=NOW)
    assert [row.id for row in await storage.audit.rows()] == [1, 2]
    assert await storage.audit.verify() is None
