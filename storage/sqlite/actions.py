"""Actions: every change of state is one compare-and-set with its audit row."""

from collections.abc import Collection
from datetime import datetime

from sqlite_utils import Database

from storage.ports import StorageError
from storage.records import Action, ActionState, Click, NewAction, Ruling
from storage.sqlite.codec import action_from, time_text
from storage.sqlite.connection import Connection
from storage.sqlite.decisions import decide, edit, withdraw
from storage.sqlite.executions import begin, confirmed, end_confirmed, finish, interrupt, is_too_late
from storage.sqlite.life import end_late, find


class SqliteActions:
    """See storage.ports.Actions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, action_id: str) -> Action | None:
        return await self._connection.read(find, action_id)

    async def pending(self, conversation: int) -> list[Action]:
        return await self._connection.read(pending, conversation)

    async def unfinished(self, conversation: int) -> list[Action]:
        return await self._connection.read(unfinished, conversation)

    async def batch(self, batch: str) -> list[Action]:
        return await self._connection.read(of_batch, batch)

    async def carded(self, action_id: str, card_ts: str) -> None:
        await self._connection.write(carded, action_id, card_ts)

    async def decide(self, click: Click) -> Ruling:
        return await self._connection.write(decide, click)

    async def withdraw(self, action_id: str, requester: str, at: datetime) -> Action | None:
        return await self._connection.write(withdraw, action_id, requester, at)

    async def edit(self, click: Click, new: NewAction) -> tuple[Ruling, Action | None]:
        return await self._connection.write(edit, click, new)

    async def begin(self, action_id: str, at: datetime) -> Action | None:
        return await self._connection.write(begin, action_id, at)

    async def finish(self, action_id: str, state: ActionState, outcome_json: str, at: datetime) -> Action:
        return await self._connection.write(finish, action_id, state, outcome_json, at)

    async def interrupt(self, at: datetime, idempotent: Collection[str] = ()) -> list[Action]:
        return await self._connection.write(interrupt, at, idempotent)

    async def expire(self, at: datetime) -> list[Action]:
        return await self._connection.write(expire, at)

    async def successors(self) -> list[Action]:
        return await self._connection.read(successors)

    async def unsettled(self, before: datetime, most: int = 50) -> list[Action]:
        return await self._connection.read(unsettled, before, most)

    async def settled(self, action_id: str) -> None:
        await self._connection.write(settled, action_id)

    async def uncarded(self, *, of_ended_turns: bool = False) -> list[Action]:
        return await self._connection.read(uncarded, of_ended_turns=of_ended_turns)


def pending(db: Database, conversation: int) -> list[Action]:
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions JOIN conversations ON conversations.id = actions.conversation
        WHERE actions.state = 'pending' AND actions.conversation = ? ORDER BY actions.rowid
        """,
        [conversation],
    )
    return [action_from(row) for row in rows]


def unfinished(db: Database, conversation: int) -> list[Action]:
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions JOIN conversations ON conversations.id = actions.conversation
        WHERE actions.state IN ('pending', 'confirmed', 'executing') AND actions.conversation = ?
        ORDER BY actions.rowid
        """,
        [conversation],
    )
    return [action_from(row) for row in rows]


def of_batch(db: Database, batch: str) -> list[Action]:
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions JOIN conversations ON conversations.id = actions.conversation
        WHERE actions.batch = ? ORDER BY actions.rowid
        """,
        [batch],
    )
    return [action_from(row) for row in rows]


def carded(db: Database, action_id: str, card_ts: str) -> None:
    # Once: people click on the card that they see, and a second place would make the first one's button a lie.
    db.execute("UPDATE actions SET card_ts = ? WHERE id = ? AND card_ts IS NULL", [card_ts, action_id])
    if not any(db.query("SELECT 1 FROM actions WHERE id = ?", [action_id])):
        raise StorageError(f"There is no action {action_id}.")


def expire(db: Database, at: datetime) -> list[Action]:
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions JOIN conversations ON conversations.id = actions.conversation
        WHERE actions.state = 'pending' AND actions.expires_at <= ? ORDER BY actions.expires_at
        """,
        [time_text(at)],
    )
    undecided = [end_late(db, action, at) for action in [action_from(row) for row in rows]]
    late = [action for action in confirmed(db) if is_too_late(action, at)]
    return undecided + [end_confirmed(db, action, at) for action in late]


def uncarded(db: Database, *, of_ended_turns: bool = False) -> list[Action]:
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions JOIN conversations ON conversations.id = actions.conversation
        WHERE actions.card_ts IS NULL
            AND (actions.state = 'pending' OR actions.state = 'confirmed' AND actions.grant_id IS NOT NULL)
            AND NOT (:of_ended_turns AND (SELECT state FROM turns WHERE turns.id = actions.turn) = 'running')
        ORDER BY actions.proposed_at
        """,
        {"of_ended_turns": of_ended_turns},
    )
    return [action_from(row) for row in rows]


def unsettled(db: Database, before: datetime, most: int) -> list[Action]:
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions INDEXED BY actions_unsettled JOIN conversations ON conversations.id = actions.conversation
        WHERE actions.settled = 0 AND actions.card_ts <> '' AND actions.superseded_by IS NULL
            AND actions.finished_at <= ?
        ORDER BY actions.finished_at LIMIT ?
        """,
        [time_text(before), most],
    )
    return [action_from(row) for row in rows]


def settled(db: Database, action_id: str) -> None:
    db.execute("UPDATE actions SET settled = 1 WHERE id = ? AND finished_at IS NOT NULL", [action_id])


def successors(db: Database) -> list[Action]:
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions JOIN conversations ON conversations.id = actions.conversation
        WHERE actions.state = 'pending' AND EXISTS (
            SELECT 1 FROM actions AS old WHERE old.superseded_by = actions.id
        )
        ORDER BY actions.proposed_at
        """
    )
    return [action_from(row) for row in rows]
