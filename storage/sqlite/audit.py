"""The append-only, hash-chained record of what happened to actions and grants.

What people and the model wrote stands beside the chain, which has its digest: it can be forgotten, and the chain
still holds. A row that says so names the rows whose texts are gone.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from storage.chain import KEPT, link, text_digest
from storage.records import AuditRow, KeptText, Noted
from storage.sqlite.codec import Row, audit_from, time_text
from storage.sqlite.connection import Connection

NOD = "nod"
"""The actor of what no person did."""

FORGOTTEN = "forgotten"
"""The event of a row that says whose texts are gone; its detail `rows` has their ids."""

PIECE = 1_000
"""How many rows `verify` holds at once."""

_LOWEST = -(2**63)


class SqliteAudit:
    """See storage.ports.Audit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def rows(self, *, action_id: str | None = None, after: int = 0, limit: int = 1_000) -> list[AuditRow]:
        return await self._connection.read(rows, action_id, after, limit)

    async def noted(self, row: int | None = None) -> Noted | None:
        return await self._connection.read(noted, row)

    async def verify(self) -> int | None:
        """See the port. A change, a removal or an insertion shows, and so does a removal of the last rows, by the
        numbers that were given out. If these were set back too, or somebody with write access to the file computed
        the chain anew, only what was `noted` elsewhere tells."""
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
    """How far the chain was followed, and the rows until there that lack a text of which no row has said yet that
    it was forgotten."""

    id: int = 0
    hash: str = ""
    lacking: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Piece:
    """`last` is where to go on, None at the end."""

    last: Place | None
    broken: int | None = None


def write(
    db: Database,
    action_id: str,
    event: str,
    actor: str,
    at: datetime,
    details: Mapping[str, Any],
    texts: Mapping[str, str] | None = None,
) -> None:
    """Append a row, with texts beside it. Call it in a transaction with the write lock, which orders the rows of
    all processes."""
    salted = {name: (secrets.token_hex(16), text) for name, text in (texts or {}).items()}
    if salted:
        details = {**details, KEPT: {name: text_digest(*each) for name, each in salted.items()}}
    last = noted(db, None)
    previous = "" if last is None else last.hash
    row = {
        # Not the highest id: one that was taken once is never given again.
        "id": _given(db) + 1,
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
    for name, (salt, text) in salted.items():
        db.execute(
            "INSERT INTO audit_texts (row, name, salt, text) VALUES (?, ?, ?, ?)", [row["id"], name, salt, text]
        )


def empty(db: Database, ids: Sequence[int]) -> None:
    """Forget the texts beside rows. The last row has to be the one that says so."""
    for id in ids:
        db.execute("DELETE FROM audit_texts WHERE row = ?", [id])


def rows(db: Database, action_id: str | None, after: int, limit: int) -> list[AuditRow]:
    if action_id is None:
        found = db.query("SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?", [after, limit])
    else:
        found = db.query(
            "SELECT * FROM audit WHERE action_id = ? AND id > ? ORDER BY id LIMIT ?", [action_id, after, limit]
        )
    return [audit_from(row, _texts(db, row["id"])) for row in list(found)]


def noted(db: Database, row: int | None) -> Noted | None:
    named = "(SELECT max(id) FROM audit)" if row is None else "?"
    found = db.query(f"SELECT id, hash FROM audit WHERE id = {named}", [] if row is None else [row])  # noqa: S608
    return next((Noted(each["id"], each["hash"]) for each in found), None)


def has(db: Database, action_id: str, event: str) -> bool:
    return details(db, action_id, event) is not None


def details(db: Database, action_id: str, event: str) -> dict[str, Any] | None:
    """Return what is recorded of an action's, or a wish's, first event of a kind."""
    rows = db.query(
        "SELECT details FROM audit WHERE action_id = ? AND event = ? ORDER BY id LIMIT 1", [action_id, event]
    )
    return next((dict(json.loads(row["details"])) for row in rows), None)


def follow(db: Database, place: Place) -> Piece:
    """Follow the chain from a place on, for one piece."""
    # From the very first row on, also if somebody has given it an id below 1.
    after = place.id or _LOWEST
    rows = list(db.query("SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?", [after, PIECE]))
    for row in rows:
        # Ids have no gaps: a transaction that is taken back takes its ids back too.
        if row["id"] != place.id + 1 or not _fits(row, place.hash):
            return Piece(None, broken=row["id"])
        details = json.loads(row["details"])
        missing = _missing(db, row["id"], details)
        if missing is None:
            return Piece(None, broken=row["id"])
        lacking = place.lacking | ({row["id"]} if missing else set())
        if row["event"] == FORGOTTEN:
            lacking -= frozenset(details.get("rows", ()))
        place = Place(row["id"], row["hash"], lacking)
    if len(rows) == PIECE:
        return Piece(place)
    cut_off = {place.id + 1} if _given(db) > place.id else set()
    return Piece(None, broken=min(place.lacking | cut_off, default=None))


def _given(db: Database) -> int:
    """Return the last number that a row was given, whether or not that row is still there."""
    sequence = next(db.query("SELECT seq FROM sqlite_sequence WHERE name = 'audit'"), None)
    return 0 if sequence is None else int(sequence["seq"])


def _fits(row: Row, previous: str) -> bool:
    try:
        details = json.loads(row["details"])
        own = link(previous, {**row, "details": details})
    except (TypeError, ValueError, RecursionError):
        return False
    return (row["previous"], row["hash"]) == (previous, own) and isinstance(details, dict)


def _missing(db: Database, id: int, details: Mapping[str, Any]) -> bool | None:
    """Tell whether a row lacks some of its texts; None if one of those it has is not what was written."""
    kept = details.get(KEPT, {})
    texts = _texts(db, id)
    if any(kept.get(name) != text_digest(each.salt, each.text) for name, each in texts.items()):
        return None
    return len(texts) < len(kept)


def _texts(db: Database, id: int) -> dict[str, KeptText]:
    found = db.query("SELECT name, salt, text FROM audit_texts WHERE row = ? ORDER BY name", [id])
    return {row["name"]: KeptText(row["salt"], row["text"]) for row in found}
