"""The append-only record of what happened to actions."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlite_utils import Database

from storage.records import Action, AuditRow
from storage.sqlite.codec import audit_from, time_text

NOD = "nod"
"""The actor of what no person did."""


def write(
    db: Database, action: Action, event: str, actor: str, at: datetime, details: Mapping[str, str | None]
) -> None:
    db.execute(
        "INSERT INTO audit (action_id, at, event, actor, details) VALUES (?, ?, ?, ?, ?)",
        [action.id, time_text(at), event, actor, json.dumps(details, ensure_ascii=False)],
    )


def rows(db: Database, action_id: str | None) -> list[AuditRow]:
    if action_id is None:
        return [audit_from(row) for row in db.query("SELECT * FROM audit ORDER BY id")]
    of_one = db.query("SELECT * FROM audit WHERE action_id = ? ORDER BY id", [action_id])
    return [audit_from(row) for row in of_one]
