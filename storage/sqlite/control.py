"""What people may ask of a turn: that it stop, that its answer go on, that it be given anew."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlite_utils import Database

from storage.ports import StorageError
from storage.records import (
    AssistantItem,
    Continued,
    ConversationKey,
    Delivery,
    NewItem,
    Note,
    Retried,
    Stop,
    Stopping,
    ts_order,
)
from storage.sqlite.codec import Row, note_from, note_json, time_text
from storage.sqlite.connection import Connection
from storage.sqlite.continuing import answered, go_on, go_on_at_word, moved_on
from storage.sqlite.history import append


class SqliteTurnControl:
    """See storage.turn_control.TurnControl."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def stop(
        self,
        key: ConversationKey,
        user: str,
        at: datetime,
        *,
        note: Note,
        beside: Note,
        turn: int | None = None,
        ts: str = "",
    ) -> Stop:
        return await self._connection.write(stop, key, user, at, (note, beside), turn, ts)

    async def unask(self, key: str, at: datetime, *, note: Note, beside: Note) -> Stop:
        return await self._connection.write(unask, key, at, (note, beside))

    async def stopped(self, turn: int, items: Sequence[NewItem], said: str, at: datetime) -> Note:
        return await self._connection.write(stopped, turn, items, said, at)

    async def go_on(
        self, turn: int, team: str, channel: str, user: str, at: datetime, response_url: str | None = None
    ) -> Retried:
        return await self._connection.write(go_on, turn, team, channel, user, at, response_url)

    async def go_on_at_word(self, said: Delivery, at: datetime) -> Continued:
        return await self._connection.write(go_on_at_word, said, at)

    async def regenerate(
        self, turn: int, team: str, channel: str, user: str, at: datetime, *, acting: Collection[str] = ()
    ) -> Retried:
        return await self._connection.write(regenerate, turn, team, channel, user, at, acting)


def stop(
    db: Database,
    key: ConversationKey,
    user: str,
    at: datetime,
    notes: tuple[Note, Note],
    turn: int | None,
    ts: str,
) -> Stop:
    place = [key.team, key.channel, key.thread]
    conversation = "SELECT id FROM conversations WHERE team = ? AND channel = ? AND thread = ?"
    if ts and any(
        db.query(
            f"SELECT 1 FROM turns WHERE conversation = ({conversation}) AND stopped_ts = ?",  # noqa: S608
            [*place, ts],
        )
    ):
        return Stop(Stopping.ALREADY)
    if turn is not None and any(
        db.query(
            f"""
            SELECT 1 FROM turns
            WHERE id = ? AND conversation = ({conversation}) AND user = ? AND stopped_at IS NOT NULL
            """,  # noqa: S608
            [turn, *place, user],
        )
    ):
        return Stop(Stopping.ALREADY)
    if ts and any(db.query("SELECT 1 FROM inbox WHERE key = ?", [f"message:{key.team}:{key.channel}:{ts}"])):
        return Stop(Stopping.OVER)  # taken for a message before: Slack tells a mention twice
    running = next(
        db.query(
            f"""
            SELECT id, conversation, user, ending FROM turns
            WHERE conversation = ({conversation}) AND state = 'running'
            """,  # noqa: S608
            place,
        ),
        None,
    )
    if running is None or running["ending"] is not None or turn not in (None, running["id"]):
        return Stop(Stopping.OVER)
    if ts and _said_after(db, running["id"], ts):
        return Stop(Stopping.OVER)
    if running["user"] != user:
        return Stop(Stopping.NOT_YOURS, running["id"], running["user"])
    return _end(db, running, at, notes, ts)


def unask(db: Database, key: str, at: datetime, notes: tuple[Note, Note]) -> Stop:
    running = next(
        db.query(
            """
            SELECT id, conversation, user FROM turns
            WHERE id = (SELECT turn FROM inbox WHERE key = ? AND deleted) AND state = 'running' AND ending IS NULL
                AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.turn = turns.id AND NOT deleted)
            """,
            [key],
        ),
        None,
    )
    return Stop(Stopping.OVER) if running is None else _end(db, running, at, notes, "")


def _end(db: Database, running: Row, at: datetime, notes: tuple[Note, Note], ts: str) -> Stop:
    goes_on = any(
        db.query(
            """
            SELECT 1 FROM actions INDEXED BY actions_unfinished
            WHERE conversation = ? AND state IN ('pending', 'confirmed', 'executing') AND state <> 'pending'
            """,
            [running["conversation"]],
        )
    )
    db.execute(
        "UPDATE turns SET ending = 'answered', note = ?, stopped_at = ?, stopped_ts = ? WHERE id = ?",
        [note_json(notes[goes_on]), time_text(at), ts, running["id"]],
    )
    return Stop(Stopping.STOPPED, running["id"], running["user"])


def _said_after(db: Database, turn: int, ts: str) -> bool:
    """Tell whether what a turn answers is younger than a wish that it stop: a late one is not about it."""
    rows = db.query("SELECT ts FROM inbox WHERE turn = ? AND ts <> ''", [turn])
    return any(ts_order(row["ts"]) > ts_order(ts) for row in rows)


def is_stopped(db: Database, turn: int) -> bool:
    return any(db.query("SELECT 1 FROM turns WHERE id = ? AND stopped_at IS NOT NULL", [turn]))


def stopped(db: Database, turn: int, items: Sequence[NewItem], said: str, at: datetime) -> Note:
    row = next(
        db.query(
            "SELECT conversation, note FROM turns WHERE id = ? AND state = 'running' AND stopped_at IS NOT NULL",
            [turn],
        ),
        None,
    )
    if row is None:
        raise StorageError(f"Turn {turn} was not stopped, or has ended.")
    append(db, row["conversation"], turn, [*items, _mark(turn, said)], at)
    note = note_from(row["note"])
    if note is None:
        raise StorageError(f"Turn {turn} was stopped without a note.")
    return note


def mark_stopped(db: Database, turn: int, at: datetime) -> None:
    """Append the mark of a stopped turn whose process ended before it could say what it had said."""
    conversation = next(db.query("SELECT conversation FROM turns WHERE id = ?", [turn]))["conversation"]
    append(db, conversation, turn, [_mark(turn, "")], at)


def _mark(turn: int, said: str) -> NewItem:
    return NewItem(AssistantItem(said, stopped=True), key=f"stopped:{turn}")


def regenerate(
    db: Database, turn: int, team: str, channel: str, user: str, at: datetime, acting: Collection[str]
) -> Retried:
    row = answered(db, turn, team, channel)
    if row is None:
        return Retried.UNKNOWN
    if row["user"] != user:
        return Retried.NOT_YOURS
    if row["regenerated_at"] is not None:
        return Retried.ALREADY
    if not any(db.query("SELECT 1 FROM inbox WHERE turn = ? AND NOT deleted", [turn])):
        return Retried.UNKNOWN
    if moved_on(db, turn, row["conversation"]):
        return Retried.MOVED_ON
    if acted(db, turn, acting):
        return Retried.ACTED
    db.execute("UPDATE turns SET regenerated_at = ? WHERE id = ?", [time_text(at), turn])
    _supersede(db, turn, row["conversation"], at)
    if row["state"] != "running":
        wait_again(db, turn, at)
    return Retried.AGAIN


def is_regenerated(db: Database, turn: int) -> bool:
    return any(db.query("SELECT 1 FROM turns WHERE id = ? AND regenerated_at IS NOT NULL", [turn]))


def wait_again(db: Database, turn: int, at: datetime) -> None:
    """Put a turn's entries back to waiting, as if they had been received now and never tried."""
    db.execute(
        """
        UPDATE inbox SET state = 'waiting', turn = NULL, tries = 0, done_at = NULL, received_at = ?
        WHERE turn = ?
        """,
        [time_text(at), turn],
    )


def acted(db: Database, turn: int, acting: Collection[str] = ()) -> bool:
    """Tell whether a turn, or an earlier try of it, had to do with an action, or called one of these functions."""
    proposed = "SELECT 1 FROM actions WHERE turn BETWEEN :first AND :turn AND conversation = :conversation"
    decided = "SELECT 1 FROM inbox WHERE turn = :turn AND kind = 'decision'"
    tries = {"turn": turn, **_tries(db, turn)}
    if any(db.query(f"{proposed} UNION ALL {decided} LIMIT 1", tries)):
        return True
    called = db.query(
        """
        SELECT json_extract(data, '$.function') AS function FROM items
        WHERE turn BETWEEN :first AND :turn AND conversation = :conversation AND kind = 'call'
        """,
        tries,
    )
    return any(call["function"] in acting for call in called)


def _supersede(db: Database, turn: int, conversation: int, at: datetime) -> None:
    """Take out what was answered, read and called since the question was recorded. What was counted with it does
    not count any more."""
    tries = {"turn": turn, **_tries(db, turn)}
    db.execute(
        """
        UPDATE items SET superseded_at = :at
        WHERE conversation = :conversation AND turn BETWEEN :first AND :turn AND superseded_at IS NULL
            AND kind IN ('assistant', 'reasoning', 'call', 'result') AND id > coalesce(
                (SELECT min(items.id) FROM items JOIN inbox ON items.key = 'entry:' || inbox.id
                 WHERE inbox.turn = :turn AND items.conversation = :conversation), 0
            )
        """,
        {**tries, "at": time_text(at)},
    )
    db.execute(
        """
        UPDATE turns SET counted_tokens = NULL, counted_item = NULL, counted_front = NULL
        WHERE conversation = :conversation AND id BETWEEN :first AND :turn
        """,
        tries,
    )


def _tries(db: Database, turn: int) -> dict[str, int]:
    """Return the first turn that may have been an earlier try of this one (those of a conversation that ended
    without an answer right before it), and the conversation."""
    return next(
        db.query(
            """
            SELECT turns.conversation, coalesce((
                SELECT max(earlier.id) FROM turns AS earlier
                WHERE earlier.conversation = turns.conversation AND earlier.id < turns.id
                    AND earlier.state IN ('answered', 'waiting')
            ), 0) + 1 AS first
            FROM turns WHERE turns.id = ?
            """,
            [turn],
        )
    )
