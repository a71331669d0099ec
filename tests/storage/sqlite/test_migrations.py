import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.ports import Storage
from storage.records import Decision
from storage.sqlite import open_storage
from storage.sqlite.migrations import MIGRATIONS, migrate
from tests.storage.sample import click, proposed


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
    _, denied = await proposed(storage, "pending", "denied")
    await storage.actions.decide(click(denied, Decision.DENY))
    with closing(sqlite3.connect(path)) as shell:
        shell.execute("PRAGMA recursive_triggers=ON")
        with pytest.raises(sqlite3.IntegrityError, match=words):
            shell.execute(statement)
