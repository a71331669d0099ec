"""What somebody with a shell does to the audit, past its triggers, and what `verify` says of it."""

import sqlite3
from pathlib import Path

import pytest

from storage.chain import link
from storage.ports import Storage
from storage.sqlite import audit
from tests.storage.sample import NOW, message, new_action, proposed, started, thread

ROWS = 7


@pytest.fixture
async def shell(path: Path, storage: Storage, stranger: sqlite3.Connection) -> sqlite3.Connection:
    """A shell on a chain of ROWS rows, without the triggers that keep it."""
    await proposed(storage, *(f"action-{number}" for number in range(1, ROWS + 1)))
    for (name,) in stranger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        stranger.execute(f"DROP TRIGGER {name}")
    return stranger


@pytest.mark.parametrize("piece", [1, 2, 3, ROWS, 1_000])
@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET actor = 'U2' WHERE id = 4", 4),
        ("UPDATE audit SET actor = 'U2' WHERE id = 1", 1),
        ("UPDATE audit SET details = replace(details, 'U1KIM', 'U2LEE') WHERE id = 7", 7),
        ("UPDATE audit_texts SET text = replace(text, '330000', '990000') WHERE row = 7", 7),
        ("UPDATE audit_texts SET salt = 'f00' WHERE row = 2", 2),
        ("UPDATE audit_texts SET name = 'reason' WHERE row = 2", 2),
        ("INSERT INTO audit_texts VALUES (2, 'reason', '', 'because')", 2),
        ("DELETE FROM audit_texts WHERE row = 7", 7),
        ("DELETE FROM audit_texts WHERE row IN (1, 7)", 1),
        ("DELETE FROM audit_texts", 1),
        ("UPDATE audit SET details = '{' WHERE id = 5", 5),
        ("UPDATE audit SET details = '{\"n\":NaN}' WHERE id = 5", 5),
        ("UPDATE audit SET action_id = x'00ff' WHERE id = 5", 5),
        ("UPDATE audit SET at = '2026-07-04T12:00:00+00:00' WHERE id = 3", 3),
        ("UPDATE audit SET hash = 'f00' WHERE id = 3", 3),
        ("UPDATE audit SET previous = '' WHERE id = 3", 3),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("DELETE FROM audit WHERE id = 4", 5),
        ("DELETE FROM audit WHERE id < 7", 7),
        ("UPDATE audit SET id = 9 WHERE id = 7", 9),
        ("UPDATE audit SET id = 0 WHERE id = 1", 0),
        ("INSERT INTO audit SELECT 8, action_id, at, event, actor, details, previous, hash FROM audit LIMIT 1", 8),
        ("UPDATE audit SET id = -id", -7),
        ("SELECT 1", None),
    ],
)
async def test_the_first_row_that_does_not_fit(
    storage: Storage,
    shell: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    broken: int | None,
    piece: int,
) -> None:
    monkeypatch.setattr(audit, "PIECE", piece)
    shell.execute(statement)
    assert await storage.audit.verify() == broken


async def test_rows_removed_from_the_end_leave_their_numbers(storage: Storage, shell: sqlite3.Connection) -> None:
    shell.execute("DELETE FROM audit WHERE id > 5")
    assert await storage.audit.verify() == 6
    shell.execute("DELETE FROM audit_texts WHERE row = 2")
    assert await storage.audit.verify() == 2
    claim = await started(storage, message(thread(2)))
    await storage.turns.record(claim.turn, [], [new_action("next")], at=NOW)
    assert [row.id for row in await storage.audit.rows()][-2:] == [5, 8]
    assert await storage.audit.verify() == 8


@pytest.mark.parametrize("left", [0, 5])
async def test_only_what_was_noted_elsewhere_tells_of_rows_cut_off_without_a_trace(
    storage: Storage, shell: sqlite3.Connection, left: int
) -> None:
    early, last = await storage.audit.noted(3), await storage.audit.noted()
    assert early is not None
    assert last is not None
    assert last == await storage.audit.noted(ROWS) != early
    shell.execute("DELETE FROM audit_texts WHERE row > ?", [left])
    shell.execute("DELETE FROM audit WHERE id > ?", [left])
    shell.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'audit'", [left])
    # As its docstring says: the chain alone cannot see it, and not what follows either.
    assert await storage.audit.verify() is None
    claim = await started(storage, message(thread(2)))
    await storage.turns.record(claim.turn, [], [new_action(f"next-{n}") for n in range(ROWS - left)], at=NOW)
    assert await storage.audit.verify() is None
    assert (await storage.audit.noted(early.row) == early) is bool(left)
    assert (await storage.audit.noted(last.row)) != last
    assert await storage.audit.noted(ROWS + 1) is None


async def test_a_row_with_a_hash_of_its_own_breaks_the_next_one(
    storage: Storage, shell: sqlite3.Connection
) -> None:
    row = (await storage.audit.rows(after=3))[0]
    fields = {**vars(row), "at": row.at.isoformat(timespec="microseconds"), "actor": "U2"}
    shell.execute("UPDATE audit SET actor = 'U2', hash = ? WHERE id = 4", [link(row.previous, fields)])
    assert await storage.audit.verify() == 5


async def test_a_long_chain_is_read_in_pieces(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    await proposed(storage, *(f"action-{number}" for number in range(2_001)))
    pieces = []
    follow = audit.follow

    def watched(db: object, place: audit.Place) -> audit.Piece:
        pieces.append(place.id)
        return follow(db, place)  # type: ignore[arg-type]

    monkeypatch.setattr(audit, "follow", watched)
    assert await storage.audit.verify() is None
    assert pieces == [0, 1_000, 2_000]
