import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.ports import Storage
from storage.records import Decision, Verdict
from storage.sqlite import open_storage
from storage.sqlite.migrations import MIGRATIONS, migrate
from tests.storage.sample import KIM, NOW, click, granted, message, proposed, thread


def steps(db: Database) -> list[str]:
    return [step.name for step in MIGRATIONS.applied(db)]


def test_the_steps_are_numbered() -> None:
    with Database(memory=True) as db:
        names = [step.name for step in MIGRATIONS.pending(db)]
    assert [name.split("_")[0] for name in names] == [f"m{number:03}" for number in range(1, len(names) + 1)]


async def test_a_second_start_changes_nothing(path: Path) -> None:
    await (await open_storage(path)).close()
    with Database(path) as db:
        before = (db.schema, list(db["_sqlite_migrations"].rows))
    await (await open_storage(path)).close()
    with Database(path) as db:
        assert (db.schema, list(db["_sqlite_migrations"].rows)) == before
        assert not MIGRATIONS.pending(db)


async def test_an_older_nod_s_database_goes_on_with_what_it_holds(path: Path) -> None:
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m004_items")
        db["conversations"].insert({"team": "T1", "channel": "C1", "thread": "1.1"})
    await (await open_storage(path)).close()
    with Database(path) as db:
        assert not MIGRATIONS.pending(db)
        assert db["conversations"].count == 1


async def test_the_audit_of_an_older_nod_is_chained(path: Path) -> None:
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m007_grants")
        for number in range(3):
            details = json.dumps({"digest": "d", "번호": number}, ensure_ascii=number == 1)
            db.execute(
                "INSERT INTO audit (action_id, at, event, actor, details) VALUES ('a', ?, 'proposed', 'nod', ?)",
                [f"2026-07-04T12:00:0{number}.000000+00:00", details],
            )
        db.commit()
    storage = await open_storage(path)
    rows = await storage.audit.rows()
    assert [row.details["번호"] for row in rows] == [0, 1, 2]
    assert len({row.hash for row in rows}) == 3
    assert await storage.audit.verify() is None
    await proposed(storage)
    assert await storage.audit.verify() is None
    await storage.close()


async def test_an_older_nod_s_actions_go_on(path: Path) -> None:
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m007_grants")
        at = "2026-07-04T12:00:00.000000+00:00"
        db["conversations"].insert({"team": "T1", "channel": "C1", "thread": "1.1"})
        db["turns"].insert({"conversation": 1, "user": KIM, "state": "waiting", "started_at": at})
        texts = ("call_id", "function", "arguments_json", "schema_digest", "digest", "preview")
        times = {"proposed_at": at, "expires_at": "2026-07-04T12:30:00.000000+00:00"}
        db["actions"].insert(
            {"id": "a", "conversation": 1, "turn": 1, "requester": KIM, "state": "pending"}
            | dict.fromkeys(texts, "x")
            | times
        )
    storage = await open_storage(path)
    action = await storage.actions.get("a")
    assert action is not None
    assert (action.batch, action.grant, action.reason, action.superseded_by) == (None, None, "", None)
    assert (await storage.actions.decide(click(action))).verdict is Verdict.DECIDED
    await storage.close()


def test_a_failing_step_leaves_the_database_as_it_was(path: Path) -> None:
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m006_audit")
        db.execute("CREATE TABLE audit (in_the_way TEXT)")
        schema, applied = db.schema, steps(db)
        with pytest.raises(sqlite3.OperationalError):
            migrate(db, path)
        assert (db.schema, steps(db)) == (schema, applied)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit SET actor = 'U2'", "append-only"),
        ("DELETE FROM audit", "append-only"),
        ("INSERT OR REPLACE INTO audit SELECT * FROM audit", "append-only"),
        (
            "INSERT INTO audit (action_id, at, event, actor, details) VALUES ('a', '', 'confirmed', '', '{}')",
            "goes on from the last one",
        ),
        (
            "INSERT INTO audit (action_id, at, event, actor, details, hash) VALUES ('a', '', '', '', '{}', 'f00')",
            "goes on from the last one",
        ),
        ("UPDATE actions SET batch = 'b1'", "does not change"),
        ("UPDATE actions SET grant_id = 1", "does not change"),
        ("UPDATE grants SET user = 'U2'", "does not change"),
        ("UPDATE grants SET expires_at = '2999'", "does not change"),
        ("UPDATE grants SET expires_at = '2999', revoked_at = '2026'", "does not change"),
        ("UPDATE grants SET revoked_at = NULL", "does not change"),
        ("UPDATE actions SET arguments_json = '{}'", "does not change"),
        ("UPDATE actions SET requester = 'U2'", "does not change"),
        ("UPDATE actions SET expires_at = '2999'", "does not change"),
        ("UPDATE actions SET state = 'executing' WHERE id = 'pending'", "cannot go that way"),
        ("UPDATE actions SET state = 'executing' WHERE id = 'denied'", "cannot go that way"),
        ("UPDATE actions SET state = 'pending' WHERE id = 'denied'", "cannot go that way"),
        (
            "INSERT INTO turns (conversation, user, state, started_at) VALUES (1, 'U2', 'running', '2026')",
            "UNIQUE",
        ),
    ],
)
async def test_the_database_itself_refuses(path: Path, storage: Storage, statement: str, words: str) -> None:
    _, denied, confirmed = await proposed(storage, "pending", "denied", "granted")
    await granted(storage, confirmed)
    await storage.actions.decide(click(denied, Decision.DENY))
    with closing(sqlite3.connect(path)) as shell:
        shell.execute("PRAGMA recursive_triggers=ON")
        with pytest.raises(sqlite3.IntegrityError, match=words):
            shell.execute(statement)


@pytest.mark.parametrize(
    "changes",
    [
        {"action_id": "pending"},
        {"action_id": "denied"},
        {"user": "U2LEE"},
        {"function": "pay"},
        {"conversation": 2},
        {"revoked_at": "2026"},
    ],
)
async def test_a_grant_needs_its_own_person_s_confirmation(
    path: Path, storage: Storage, changes: dict[str, object]
) -> None:
    _, denied, confirmed = await proposed(storage, "pending", "denied", "confirmed")
    await storage.actions.decide(click(denied, Decision.DENY))
    await storage.actions.decide(click(confirmed))
    await storage.inbox.add(message(thread(2)), NOW)
    row = {
        "conversation": confirmed.conversation.id,
        "user": KIM,
        "function": confirmed.function,
        "action_id": confirmed.id,
        "expires_at": "2999",
    }
    with Database(path) as db:
        with pytest.raises(sqlite3.IntegrityError, match="confirmation"):
            db["grants"].insert(row | changes)
        db["grants"].insert(row)
