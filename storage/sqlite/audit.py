"""The append-only, hash-chained record of what happened to actions and grants."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from storage.chain import link
from storage.records import AuditRow
from storage.sqlite.codec import Row, audit_from, time_text
from storage.sqlite.connection import Connection

NOD = "nod"
"""The actor of what no person did."""

PIECE = 1_000
"""How many rows `verify` holds at once."""

_LOWEST = -(2**63)


class SqliteAudit:
    """See storage.ports.Audit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def rows(self, *, action_id: str | None = None, after: int = 0, limit: int = 1_000) -> list[AuditRow]:
        return await self._connection.read(rows, action_id, after, limit)

    async def verify(self) -> int | None:
        """See the port. A change, a removal or an insertion shows, and so does a removal of the last rows once
        another row follows. Rows that were removed from the end with none after them cannot be seen by the chain
        alone, nor can a chain that somebody with write access to the file computed anew: keep the last id and
        hash elsewhere, and compare."""
        place: Place | None = Place()
        # A transaction a piece: rows are never changed, so that pieces fit together, and other reads get through.
        while place is not None:
            piece = await self._connection.read(follow, place)
            if piece.broken is not None:
                return piece.broken
            place = piece.last
        return None


@dataclass(frozen=True)
class Place:
    """How far the chain was followed."""

    id: int = 0
    hash: str = ""


@dataclass(frozen=True)
class Piece:
    """`last` is where to go on, None at the end."""

    last: Place | None
    broken: int | None = None


def write(db: Database, action_id: str, event: str, actor: str, at: datetime, details: Mapping[str, Any]) -> None:
    """Append a row. Call it in a transaction with the write lock, which orders the rows of all processes."""
    last = next(db.query("SELECT hash FROM audit WHERE id = (SELECT max(id) FROM audit)"), None)
    previous: str = "" if last is None else last["hash"]
    # The sequence, not the highest id: an id that was taken once is never given again.
    sequence = next(db.query("SELECT seq FROM sqlite_sequence WHERE name = 'audit'"), None)
    row = {
        "id": 1 if sequence is None else sequence["seq"] + 1,
        "action_id": action_id,
        "at": time_text(at),
        "event": event,
        "actor": actor,
        "details": details,
    }
    db.execute(
        """
        INSERT INTO audit (id, action_id, at, event, actor, details, previous, hash)
        VALUES (:id, :action_id, :at, :event, :actor, :details, :previous, :hash)
        """,
        row
        | {
            "details": json.dumps(details, ensure_ascii=False),
            "previous": previous,
            "hash": link(previous, row),
        },
    )


def rows(db: Database, action_id: str | None, after: int, limit: int) -> list[AuditRow]:
    if action_id is None:
        found = db.query("SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?", [after, limit])
    else:
        found = db.query(
            "SELECT * FROM audit WHERE action_id = ? AND id > ? ORDER BY id LIMIT ?", [action_id, after, limit]
        )
    return [audit_from(row) for row in found]


def has(db: Database, action_id: str, event: str) -> bool:
    return any(db.query("SELECT 1 FROM audit WHERE action_id = ? AND event = ?", [action_id, event]))


def follow(db: Database, place: Place) -> Piece:
    """Follow the chain from a place on, for one piece."""
    # From the very first row on, also if somebody has given it an id below 1.
    after = place.id or _LOWEST
    count = 0
    for row in db.query("SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?", [after, PIECE]):
        # Ids have no gaps: a transaction that is taken back takes its ids back too.
        if row["id"] != place.id + 1 or not _fits(row, place.hash):
            return Piece(None, broken=row["id"])
        place = Place(row["id"], row["hash"])
        count += 1
    return Piece(place if count == PIECE else None)


def _fits(row: Row, previous: str) -> bool:
    try:
        own = link(previous, {**row, "details": json.loads(row["details"])})
    except (TypeError, ValueError, RecursionError):
        return False
    return (row["previous"], row["hash"]) == (previous, own)
