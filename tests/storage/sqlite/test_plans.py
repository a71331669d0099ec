"""No statement reads a whole table, however large it becomes."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.outcomes import outcome_items
from storage.records import ActionState, AssistantItem, Decision, NewItem, TurnState, Usage
from storage.sqlite import actions, audit, decisions, executions, grants, history, inbox, life, turns
from storage.sqlite.migrations import MIGRATIONS
from tests.storage.sample import KEY, KIM, LATER, LIFE, NOW, click, message, new_action

PARTIAL = (
    "inbox_waiting",
    "turns_running",
    "actions_executing",
    "actions_uncarded",
    "actions_pending",
    "actions_confirmed",
)
BOUNDED = ("SCAN CONSTANT ROW", "SCAN sqlite_sequence", "SEARCH audit USING INTEGER PRIMARY KEY (rowid>?)")
"""One row a table, and the audit read on in pieces."""
"""Indices that hold what is under way only: reading one whole is what they are for."""


def everything(db: Database) -> None:
    """Call each transaction once, on a path that does something."""
    for _ in range(2):
        inbox.add(db, message(), NOW, only_if_joined=False)
    claim = inbox.claim(db, NOW)
    assert claim is not None
    items = [NewItem(AssistantItem("yes"), "key")]
    ids = ("done", "denied", "over", "stuck", "again", "edited", "mistaken")
    new = [new_action(action_id, function=action_id, batch="b1") for action_id in ids]
    done, denied, over, stuck, again, edited, mistaken = turns.record(
        db, claim.turn, items, new, Usage(1), NOW, None
    )
    actions.carded(db, done.id, "5.5")
    assert actions.uncarded(db)
    assert actions.pending(db, claim.conversation.id)
    assert len(actions.of_batch(db, "b1")) == len(ids)
    turns.finish(db, claim.turn, TurnState.WAITING, NOW, None)
    decisions.decide(db, click(denied, Decision.DENY, reason="no"))
    assert decisions.withdraw(db, mistaken.id, KIM, LATER)
    assert decisions.edit(db, click(edited), new_action("new", function="edited", expires_at=NOW + 9 * LIFE))[1]
    for action in (done, stuck, again):
        decisions.decide(db, click(action, remember_until=NOW + 2 * LIFE))
        assert executions.begin(db, action.id, LATER)
    ended = executions.finish(db, done.id, ActionState.SUCCEEDED, "{}", LATER)
    assert actions.expire(db, NOW + LIFE) == [life.find(db, over.id)]
    assert len(executions.interrupt(db, NOW + LIFE, ["again"])) == 2
    assert executions.begin(db, again.id, NOW + 3 * LIFE) is None
    decision = inbox.claim(db, LATER)
    assert decision is not None
    grant = grants.find(db, claim.conversation.id, KIM, "done", LATER)
    assert grant is not None
    by_grant = new_action("by-grant", function="done", grant=grant.id)
    [confirmed] = turns.record(db, decision.turn, outcome_items(ended), [by_grant], None, LATER, None)
    assert confirmed.grant == grant.id
    assert grants.of(db, "T1", KIM, LATER)
    assert grants.revoke(db, grant.id, "T1", KIM, LATER)
    assert inbox.release(db) == 4
    shown = inbox.claim(db, LATER)
    assert shown is not None
    turns.record(db, shown.turn, [], [], None, LATER, TurnState.ANSWERED)
    assert turns.ended(db)
    assert history.answer(db, claim.turn)
    assert history.items(db, claim.conversation.id)
    assert history.find_conversation(db, KEY)
    assert audit.rows(db, done.id, 0, 10)
    assert audit.rows(db, None, 0, 10)
    assert audit.follow(db, audit.Place()) == audit.Piece(None)


def plan(db: Database, sql: str, parameters: object) -> list[str]:
    rows = db.conn.execute(f"EXPLAIN QUERY PLAN {sql}", parameters or ())  # type: ignore[arg-type]
    return [row[3] for row in rows]


@pytest.fixture
def statements(path: Path) -> list[tuple[str, object]]:
    seen: list[tuple[str, object]] = []
    with Database(path) as db:
        MIGRATIONS.apply(db)
        with db.tracer(lambda sql, parameters: seen.append((sql.strip(), parameters))):
            everything(db)
    return [(sql, parameters) for sql, parameters in seen if sql.split()[0] in ("SELECT", "UPDATE", "INSERT")]


def test_statements_search_by_an_index(path: Path, statements: list[tuple[str, object]]) -> None:
    assert len({sql for sql, _ in statements}) > 20
    with Database(path) as db:
        for sql, parameters in statements:
            for step in plan(db, sql, parameters):
                if step.endswith(PARTIAL) or step in BOUNDED:
                    continue
                assert not step.startswith("SCAN"), f"{step} in {sql}"
                # A range of ids of all conversations is as good as a scan.
                assert "(rowid>" not in step, f"{step} in {sql}"
                assert "(rowid<" not in step, f"{step} in {sql}"
                assert "AUTOMATIC" not in step, f"{step} in {sql}"


def test_claim_takes_the_first_of_the_queue_without_sorting(
    path: Path, statements: list[tuple[str, object]]
) -> None:
    claim = next(sql for sql, _ in statements if "NOT EXISTS" in sql)
    with Database(path) as db:
        steps = plan(db, claim, ())
    assert steps[0].endswith("inbox_waiting")
    assert not [step for step in steps if "TEMP B-TREE" in step]


def test_the_plan_tells_a_scan(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, Database(connection) as db:
        MIGRATIONS.apply(db)
        assert plan(db, "SELECT * FROM inbox WHERE text = 'x'", ()) == ["SCAN inbox"]
