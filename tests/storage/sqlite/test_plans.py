"""No statement reads a whole table, however large it becomes."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.outcomes import outcome_items
from storage.records import ActionState, AssistantItem, Decision, NewItem, TurnState, Usage
from storage.sqlite import actions, audit, history, inbox, turns
from storage.sqlite.migrations import MIGRATIONS
from tests.storage.sample import KEY, LATER, LIFE, NOW, click, message, new_action

PARTIAL = ("inbox_waiting", "turns_running", "actions_executing", "actions_uncarded", "actions_pending")
"""Indices that hold what is under way only: reading one whole is what they are for."""


def everything(db: Database) -> None:
    """Call each transaction once, on a path that does something."""
    for _ in range(2):
        inbox.add(db, message(), NOW, only_if_joined=False)
    claim = inbox.claim(db, NOW)
    assert claim is not None
    items = [NewItem(AssistantItem("yes"), "key")]
    new = [new_action(action_id) for action_id in ("done", "denied", "over", "stuck")]
    done, denied, over, stuck = turns.record(db, claim.turn, items, new, Usage(1), NOW)
    actions.carded(db, done.id, "5.5")
    assert actions.uncarded(db)
    turns.finish(db, claim.turn, TurnState.WAITING, NOW, None)
    actions.decide(db, click(denied, Decision.DENY))
    for action in (done, stuck):
        actions.decide(db, click(action))
        assert actions.begin(db, action.id, LATER)
    ended = actions.finish(db, done.id, ActionState.SUCCEEDED, "{}", LATER)
    assert actions.expire(db, NOW + LIFE) == [actions.find(db, over.id)]
    assert actions.interrupt(db, NOW + LIFE + timedelta(1))
    decision = inbox.claim(db, LATER)
    assert decision is not None
    turns.record(db, decision.turn, outcome_items(ended), [], None, LATER)
    assert inbox.release(db) == 3
    assert history.answer(db, claim.turn)
    assert history.items(db, claim.conversation.id)
    assert history.find_conversation(db, KEY)
    assert audit.rows(db, done.id)


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
                allowed = step.endswith(PARTIAL) or step == "SCAN CONSTANT ROW"
                assert not step.startswith("SCAN") or allowed, f"{step} in {sql}"
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
