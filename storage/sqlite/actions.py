"""An action's life: every change of state is one compare-and-set with its audit row."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from storage.outcomes import outcome_items
from storage.ports import StorageError
from storage.records import (
    Action,
    ActionState,
    AuditRow,
    Click,
    Conversation,
    Decision,
    NewAction,
    Ruling,
    Verdict,
)
from storage.sqlite import audit
from storage.sqlite.codec import action_from, action_row, time_text
from storage.sqlite.connection import Connection
from storage.sqlite.history import append
from storage.sqlite.inbox import add_decision

_DECIDED = {Decision.CONFIRM: ActionState.CONFIRMED, Decision.DENY: ActionState.DENIED}
_ENDS = (ActionState.SUCCEEDED, ActionState.FAILED, ActionState.UNKNOWN)


class SqliteActions:
    """See storage.ports.Actions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, action_id: str) -> Action | None:
        return await self._connection.read(find, action_id)

    async def carded(self, action_id: str, card_ts: str) -> None:
        await self._connection.write(carded, action_id, card_ts)

    async def decide(self, click: Click) -> Ruling:
        return await self._connection.write(decide, click)

    async def begin(self, action_id: str, at: datetime) -> Action | None:
        return await self._connection.write(begin, action_id, at)

    async def finish(self, action_id: str, state: ActionState, outcome_json: str, at: datetime) -> Action:
        return await self._connection.write(finish, action_id, state, outcome_json, at)

    async def interrupt(self, at: datetime) -> list[Action]:
        return await self._connection.write(interrupt, at)

    async def expire(self, at: datetime) -> list[Action]:
        return await self._connection.write(expire, at)

    async def uncarded(self) -> list[Action]:
        return await self._connection.read(uncarded)

    async def audit(self, action_id: str | None = None) -> list[AuditRow]:
        return await self._connection.read(audit.rows, action_id)


def find(db: Database, action_id: str) -> Action | None:
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions JOIN conversations ON conversations.id = actions.conversation WHERE actions.id = ?
        """,
        [action_id],
    )
    return next((action_from(row) for row in rows), None)


def propose(db: Database, conversation: Conversation, turn: int, new: NewAction) -> Action:
    """Insert a pending action."""
    action = Action(
        id=new.id,
        conversation=conversation,
        turn=turn,
        call_id=new.call_id,
        function=new.function,
        arguments_json=new.arguments_json,
        schema_digest=new.schema_digest,
        digest=new.digest,
        requester=new.requester,
        preview=new.preview,
        state=ActionState.PENDING,
        proposed_at=new.proposed_at,
        expires_at=new.expires_at,
    )
    db.execute(
        """
        INSERT INTO actions
            (id, conversation, turn, call_id, function, arguments_json, schema_digest, digest, requester, preview,
             state, proposed_at, expires_at)
        VALUES
            (:id, :conversation, :turn, :call_id, :function, :arguments_json, :schema_digest, :digest, :requester,
             :preview, :state, :proposed_at, :expires_at)
        """,
        action_row(action),
    )
    details = {
        "function": action.function,
        "arguments_json": action.arguments_json,
        "schema_digest": action.schema_digest,
        "digest": action.digest,
        "requester": action.requester,
        "expires_at": time_text(action.expires_at),
    }
    audit.write(db, action, "proposed", audit.NOD, new.proposed_at, details)
    return action


def carded(db: Database, action_id: str, card_ts: str) -> None:
    if db.execute("UPDATE actions SET card_ts = ? WHERE id = ?", [card_ts, action_id]).rowcount == 0:
        raise StorageError(f"There is no action {action_id}.")


def decide(db: Database, click: Click) -> Ruling:
    action = find(db, click.action_id)
    if action is None or not _on_its_card(click, action):
        return Ruling(Verdict.UNKNOWN, None)
    if click.user != action.requester:
        return Ruling(Verdict.NOT_YOURS, action)
    if action.state is not ActionState.PENDING:
        return Ruling(Verdict.ALREADY, action)
    if click.at >= action.expires_at:
        return Ruling(Verdict.EXPIRED, _expire(db, action, click.at))
    state = _DECIDED[click.decision]
    decided = replace(
        action,
        state=state,
        decided_by=click.user,
        decided_at=click.at,
        finished_at=click.at if state.final else None,
    )
    details = {"digest": action.digest, "team": click.team, "channel": click.channel, "card_ts": click.card_ts}
    _advance(db, action, decided, click.user, click.at, details)
    add_decision(db, decided, click.at, click.response_url)
    return Ruling(Verdict.DECIDED, decided)


def begin(db: Database, action_id: str, at: datetime) -> Action | None:
    action = find(db, action_id)
    if action is None or action.state is not ActionState.CONFIRMED:
        return None
    if at > action.expires_at + (action.expires_at - action.proposed_at):
        _expire(db, action, at)
        return None
    executing = replace(action, state=ActionState.EXECUTING)
    _advance(db, action, executing, audit.NOD, at, {"digest": action.digest})
    return executing


def finish(db: Database, action_id: str, state: ActionState, outcome_json: str, at: datetime) -> Action:
    if state not in _ENDS:
        raise ValueError(f"an execution does not end {state}")
    action = find(db, action_id)
    if action is None or action.state is not ActionState.EXECUTING:
        raise StorageError(f"Action {action_id} is not executing (any more).")
    ended = replace(action, state=state, outcome_json=outcome_json, finished_at=at)
    _advance(db, action, ended, audit.NOD, at, {})
    return ended


def interrupt(db: Database, at: datetime) -> list[Action]:
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions JOIN conversations ON conversations.id = actions.conversation
        WHERE actions.state = 'executing' ORDER BY actions.id
        """
    )
    interrupted = []
    for action in [action_from(row) for row in rows]:
        unknown = replace(action, state=ActionState.UNKNOWN, finished_at=at)
        _advance(db, action, unknown, audit.NOD, at, {"reason": "interrupted"})
        add_decision(db, unknown, at)
        interrupted.append(unknown)
    return interrupted


def expire(db: Database, at: datetime) -> list[Action]:
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions JOIN conversations ON conversations.id = actions.conversation
        WHERE actions.state = 'pending' AND actions.expires_at <= ? ORDER BY actions.expires_at
        """,
        [time_text(at)],
    )
    return [_expire(db, action, at) for action in [action_from(row) for row in rows]]


def uncarded(db: Database) -> list[Action]:
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions JOIN conversations ON conversations.id = actions.conversation
        WHERE actions.state = 'pending' AND actions.card_ts IS NULL ORDER BY actions.proposed_at
        """
    )
    return [action_from(row) for row in rows]


def _on_its_card(click: Click, action: Action) -> bool:
    key = action.conversation.key
    if (click.team, click.channel) != (key.team, key.channel):
        return False
    # An ephemeral card has no ts: empty in the action once it was posted, None in the click.
    return not (action.card_ts and click.card_ts) or action.card_ts == click.card_ts


def _expire(db: Database, action: Action, at: datetime) -> Action:
    expired = replace(action, state=ActionState.EXPIRED, finished_at=at)
    _advance(db, action, expired, audit.NOD, at, {"was": action.state})
    append(db, action.conversation.id, action.turn, outcome_items(expired), at)
    return expired


def _advance(
    db: Database, old: Action, new: Action, actor: str, at: datetime, details: Mapping[str, str | None]
) -> None:
    moved = db.execute(
        """
        UPDATE actions SET state = :state, decided_by = :decided_by, decided_at = :decided_at,
            finished_at = :finished_at, outcome_json = :outcome_json
        WHERE id = :id AND state = :old
        """,
        action_row(new) | {"old": old.state},
    )
    if moved.rowcount != 1:
        # Not while the transaction that read `old` holds the write lock: a defect, and nothing may be done on it.
        raise StorageError(f"Action {old.id} is no longer {old.state}.")
    audit.write(db, new, new.state, actor, at, details)
