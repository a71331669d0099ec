"""Executing a confirmed action: claimed before the effect, ended after it, and honest about a crash between."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from storage.outcomes import outcome_items
from storage.ports import StorageError
from storage.records import Action, ActionState
from storage.sqlite import audit
from storage.sqlite.codec import action_from
from storage.sqlite.history import append
from storage.sqlite.inbox import add_decision
from storage.sqlite.life import advance, end_late, find

_ENDS = (ActionState.SUCCEEDED, ActionState.FAILED, ActionState.UNKNOWN)


def begin(db: Database, action_id: str, at: datetime) -> Action | None:
    action = find(db, action_id)
    if action is None or action.state is not ActionState.CONFIRMED:
        return None
    if is_too_late(action, at):
        end_confirmed(db, action, at)
        return None
    executing = replace(action, state=ActionState.EXECUTING)
    advance(db, action, executing, audit.NOD, at, {"digest": action.digest})
    return executing


def finish(db: Database, action_id: str, state: ActionState, outcome_json: str, at: datetime) -> Action:
    if state not in _ENDS:
        raise ValueError(f"an execution does not end {state}")
    action = find(db, action_id)
    if action is None or action.state is not ActionState.EXECUTING:
        raise StorageError(f"Action {action_id} is not executing (any more).")
    ended = replace(action, state=state, outcome_json=outcome_json, finished_at=at)
    advance(db, action, ended, audit.NOD, at, {})
    append(db, action.conversation.id, action.turn, outcome_items(ended), at)
    return ended


def interrupt(db: Database, at: datetime, idempotent: Collection[str]) -> list[Action]:
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions JOIN conversations ON conversations.id = actions.conversation
        WHERE actions.state = 'executing' ORDER BY actions.id
        """
    )
    interrupted = []
    for action in [action_from(row) for row in rows]:
        if action.function in idempotent and not is_too_late(action, at):
            after, event = replace(action, state=ActionState.CONFIRMED), "retried"
        else:
            after, event = replace(action, state=ActionState.UNKNOWN, finished_at=at), "unknown"
        advance(db, action, after, audit.NOD, at, {"reason": "interrupted"}, event)
        add_decision(db, after, at)
        interrupted.append(after)
    for action in confirmed(db):
        add_decision(db, action, at)
    return interrupted


def confirmed(db: Database) -> list[Action]:
    """Return what was confirmed and has not begun."""
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions JOIN conversations ON conversations.id = actions.conversation
        WHERE actions.state = 'confirmed' ORDER BY actions.id
        """
    )
    return [action_from(row) for row in list(rows)]


def end_confirmed(db: Database, action: Action, at: datetime) -> Action:
    """End what was confirmed and not begun in time."""
    # One that began once may have been done: "expired, nothing was done" could be untrue.
    began = audit.has(db, action.id, "retried")
    return end_late(db, action, at, ActionState.UNKNOWN if began else ActionState.EXPIRED)


def is_too_late(action: Action, at: datetime) -> bool:
    return at > action.expires_at + (action.expires_at - action.proposed_at)
