"""Turns: what a conversation's turn did, step by step."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from storage.ports import StorageError, TurnStopped
from storage.records import Action, Ended, NewAction, NewItem, Note, Retried, TurnState, Usage
from storage.sqlite.codec import conversation_from, note_from, note_json, time_text
from storage.sqlite.control import (
    SqliteTurnControl,
    acted,
    is_regenerated,
    is_stopped,
    mark_stopped,
    wait_again,
)
from storage.sqlite.history import append, said
from storage.sqlite.inbox import claimed
from storage.sqlite.memory import count, spend
from storage.sqlite.proposals import propose
from storage.sqlite.runs import ended as run_ended


class SqliteTurns(SqliteTurnControl):
    """See storage.ports.Turns."""

    async def record(
        self,
        turn: int,
        items: Sequence[NewItem],
        actions: Sequence[NewAction] = (),
        usage: Usage | None = None,
        *,
        at: datetime,
        ending: TurnState | None = None,
        front: int | None = None,
        note: Note | None = None,
    ) -> list[Action]:
        return await self._connection.write(record, turn, items, actions, usage, at, ending, front, note)

    async def finish(self, turn: int, state: TurnState, at: datetime, incident: str | None = None) -> None:
        await self._connection.write(finish, turn, state, at, incident)

    async def spend(self, turn: int, usage: Usage) -> None:
        await self._connection.write(spend, turn, usage)

    async def retry(self, turn: int, team: str, channel: str, user: str, at: datetime) -> Retried:
        return await self._connection.write(retry, turn, team, channel, user, at)

    async def spare(self, turn: int) -> None:
        await self._connection.write(spare, turn)

    async def ended(self) -> list[Ended]:
        return await self._connection.read(ended)


def record(
    db: Database,
    turn: int,
    items: Sequence[NewItem],
    actions: Sequence[NewAction],
    usage: Usage | None,
    at: datetime,
    ending: TurnState | None,
    front: int | None = None,
    note: Note | None = None,
) -> list[Action]:
    spent = usage or Usage()
    running = db.execute(
        """
        UPDATE turns SET
            input_tokens = input_tokens + :input, output_tokens = output_tokens + :output,
            cached_tokens = cached_tokens + :cached, reasoning_tokens = reasoning_tokens + :reasoning,
            ending = :ending, note = :note
        WHERE id = :turn AND state = 'running' AND stopped_at IS NULL
        """,
        {
            "turn": turn,
            "input": spent.input,
            "output": spent.output,
            "cached": spent.cached,
            "reasoning": spent.reasoning,
            "ending": ending,
            "note": note_json(note),
        },
    )
    _require_running(db, running.rowcount, turn)
    row = next(
        db.query(
            """
            SELECT conversation, team, channel, thread
            FROM turns JOIN conversations ON conversations.id = turns.conversation WHERE turns.id = ?
            """,
            [turn],
        )
    )
    conversation = conversation_from(row)
    append(db, conversation.id, turn, items, at)
    if front is not None:
        count(db, turn, items, spent, front)
    return [propose(db, conversation, turn, action, at) for action in actions]


def finish(db: Database, turn: int, state: TurnState, at: datetime, incident: str | None) -> None:
    if state is TurnState.RUNNING:
        raise ValueError("a turn does not end running")
    if state is TurnState.ANSWERED and is_stopped(db, turn):
        mark_stopped(db, turn, at)
    ended = db.execute(
        """
        UPDATE turns SET state = :state, finished_at = :at, incident = :incident
        WHERE id = :turn AND state = 'running' AND (stopped_at IS NULL OR :state = 'answered')
        """,
        {"state": state, "at": time_text(at), "incident": incident, "turn": turn},
    )
    _require_running(db, ended.rowcount, turn)
    if state is not TurnState.INTERRUPTED:
        run_ended(db, turn, state, at)
    if state is TurnState.INTERRUPTED:
        db.execute("UPDATE inbox SET state = 'waiting', turn = NULL WHERE turn = ?", [turn])
    elif state is TurnState.FAILED and _is_retried(db, turn):
        wait_again(db, turn, at)  # its person was faster than its end
    elif state is TurnState.ANSWERED and is_regenerated(db, turn):
        wait_again(db, turn, at)
    else:
        db.execute("UPDATE inbox SET state = 'done', done_at = ? WHERE turn = ?", [time_text(at), turn])


def retry(db: Database, turn: int, team: str, channel: str, user: str, at: datetime) -> Retried:
    failed = next(
        db.query(
            """
            SELECT turns.* FROM turns JOIN conversations ON conversations.id = turns.conversation
            WHERE turns.id = ? AND team = ? AND channel = ?
                AND (turns.state = 'failed' OR turns.state = 'running' AND turns.ending = 'failed')
            """,
            [turn, team, channel],
        ),
        None,
    )
    if failed is None:
        return Retried.UNKNOWN
    if failed["user"] != user:
        return Retried.NOT_YOURS
    if failed["retried_at"] is not None:
        return Retried.ALREADY
    waits = db.query("SELECT 1 FROM inbox WHERE turn = ? AND NOT deleted", [turn])
    if failed["forgotten_at"] is not None or not any(waits):
        return Retried.UNKNOWN
    if _overtaken(db, turn, failed["conversation"]):
        return Retried.MOVED_ON
    db.execute("UPDATE turns SET retried_at = ? WHERE id = ? AND retried_at IS NULL", [time_text(at), turn])
    if failed["state"] == TurnState.FAILED:
        wait_again(db, turn, at)
    return Retried.AGAIN


def _is_retried(db: Database, turn: int) -> bool:
    return any(db.query("SELECT 1 FROM turns WHERE id = ? AND retried_at IS NOT NULL", [turn]))


def _overtaken(db: Database, turn: int, conversation: int) -> bool:
    # A turn that left nothing in the history can be asked later as well as now.
    return any(
        db.query(
            """
            SELECT 1 FROM items WHERE turn = :turn AND EXISTS (
                SELECT 1 FROM items AS later WHERE later.conversation = :conversation AND later.turn > :turn
            ) LIMIT 1
            """,
            {"turn": turn, "conversation": conversation},
        )
    )


def ended(db: Database) -> list[Ended]:
    rows = db.query(
        """
        SELECT turns.id AS turn, turns.ending, turns.note, turns.stopped_at, conversation, team, channel, thread
        FROM turns INDEXED BY turns_running JOIN conversations ON conversations.id = turns.conversation
        WHERE turns.state = 'running' AND turns.ending IS NOT NULL ORDER BY turns.id
        """
    )
    return [
        Ended(
            claimed(db, row["turn"], conversation_from(row)),
            TurnState(row["ending"]),
            said(db, row["turn"]),
            note_from(row["note"]),
            row["stopped_at"] is not None,
            acted(db, row["turn"]),
        )
        for row in list(rows)
    ]


def spare(db: Database, turn: int) -> None:
    # Not the first one: the next turn has to know that there may be something half-written.
    db.execute("UPDATE inbox SET tries = max(tries - 1, 1) WHERE turn = ? AND state = 'taken'", [turn])


def _require_running(db: Database, rows: int, turn: int) -> None:
    # A process that was taken for dead must not write into the turn that another one has taken up again.
    if rows == 0 and any(db.query("SELECT 1 FROM turns WHERE id = ? AND state = 'running'", [turn])):
        raise TurnStopped(f"Turn {turn} was stopped by its person.")
    if rows == 0:
        raise StorageError(f"Turn {turn} is not running (any more).")
