"""A Database whose queries stand in transactions."""

import sqlite3

import pytest

from storage.sqlite.database import InTransaction


@pytest.fixture
def db() -> InTransaction:
    made = InTransaction(memory=True, execute_plugins=False)
    made.execute("CREATE TABLE pets (id INTEGER PRIMARY KEY, name TEXT)")
    made.execute("INSERT INTO pets (name) VALUES ('Bori'), ('Nabi')")
    return made


def test_a_query_is_one_statement(db: InTransaction) -> None:
    seen: list[str] = []
    db.execute("BEGIN")
    db.conn.set_trace_callback(seen.append)
    found = list(db.query("SELECT id, name FROM pets WHERE id > :than ORDER BY id", {"than": 0}))
    assert found == [{"id": 1, "name": "Bori"}, {"id": 2, "name": "Nabi"}]
    assert len(seen) == 1


def test_one_that_is_left_early_keeps_nobody_from_committing(db: InTransaction) -> None:
    db.execute("BEGIN")
    assert next(db.query("SELECT name FROM pets")) == {"name": "Bori"}
    db.execute("DELETE FROM pets")
    db.commit()
    assert not any(db.query("SELECT 1 FROM pets"))


def test_it_is_for_rows(db: InTransaction) -> None:
    with pytest.raises(ValueError, match="return rows"):
        db.query("DELETE FROM pets")


def test_what_is_wrong_is_told(db: InTransaction) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        db.query("SELECT 1 FROM people")
