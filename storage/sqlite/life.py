"""The steps of an action's life that every transaction is made of: look, insert, go on, expire."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from storage.outcomes import outcome_items
from storage.ports import StorageError
from storage.records import Action, ActionState
from storage.sqlite import audit
from storage.sqlite.codec import action_from, action_row
from storage.sqlite.history import append


def find(db: Database, action_id: str) -> Action | None:
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions JOIN conversations ON conversations.id = actions.conversation WHERE actions.id = ?
        """,
        [action_id],
    )
    return next((action_from(row) for row in rows), None)


def insert(db: Database, action: Action) -> None:
    db.execute(
        """
        INSERT INTO actions
            (id, conversation, turn, call_id, function, arguments_json, schema_digest, digest, requester, preview,
             state, proposed_at, expires_at, card_ts, batch, grant_id)
        VALUES
            (:id, :conversation, :turn, :call_id, :function, :arguments_json, :schema_digest, :digest, :requester,
             :preview, :state, :proposed_at, :expires_at, :card_ts, :batch, :grant_id)
        """,
        action_row(action),
    )


def advance(
    db: Database,
    old: Action,
    new: Action,
    actor: str,
    at: datetime,
    details: Mapping[str, Any],
    event: str | None = None,
    texts: Mapping[str, str] | None = None,
) -> None:
    """Go from `old` to `new`, one compare-and-set, with its audit row: the new state, if no `event` is named."""
    moved = db.execute(
        """
        UPDATE actions SET state = :state, decided_by = :decided_by, decided_at = :decided_at,
            finished_at = :finished_at, outcome_json = :outcome_json, reason = :reason,
            superseded_by = :superseded_by
        WHERE id = :id AND state = :old
        """,
        action_row(new) | {"old": old.state},
    )
    if moved.rowcount != 1:
        # Not while the transaction that read `old` holds the write lock: a defect, and nothing may be done on it.
        raise StorageError(f"Action {old.id} is no longer {old.state}.")
    audit.write(db, new.id, event or new.state, actor, at, details, texts)


def end_late(db: Database, action: Action, at: datetime, state: ActionState = ActionState.EXPIRED) -> Action:
    """End an action whose time is over, and tell its conversation."""
    ended = replace(action, state=state, finished_at=at)
    advance(db, action, ended, audit.NOD, at, {"was": action.state})
    append(db, action.conversation.id, action.turn, outcome_items(ended), at)
    return ended
