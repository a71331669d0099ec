"""The durable queue of what Slack delivered."""

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from storage.records import (
    Action,
    Answerable,
    Claim,
    Conversation,
    Delivery,
    DeliveryKind,
    InLine,
    Revision,
    SharedFile,
)
from storage.sqlite import aside
from storage.sqlite.codec import (
    Row,
    conversation_from,
    delivery_row,
    entry_from,
    files_from,
    files_text,
    time_text,
)
from storage.sqlite.connection import Connection
from storage.sqlite.pruning import forget_aside, forget_deletions, forget_done, forget_edits
from storage.sqlite.queue import first, line
from storage.sqlite.revisions import revise, revision_of


class SqliteInbox:
    """See storage.ports.Inbox."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, delivery: Delivery, at: datetime, *, only_if_joined: bool = False) -> bool:
        return await self._connection.write(add, delivery, at, only_if_joined=only_if_joined)

    async def revise(self, revision: Revision, at: datetime) -> Answerable | None:
        return await self._connection.write(revise, revision, at)

    async def files(self, entry: int) -> tuple[SharedFile, ...] | None:
        return await self._connection.read(files, entry)

    async def claim(self, at: datetime, most: int | None = None, room: int | None = None) -> Claim | None:
        return await self._connection.write(claim, at, most, room)

    async def line(self, at: datetime, waited: timedelta) -> list[InLine]:
        return await self._connection.read(line, at - waited)

    async def prune(self, done_before: datetime, aside_before: datetime) -> int:
        forgotten = 0
        for forget, before in (
            (forget_done, done_before),
            (forget_aside, aside_before),
            (forget_edits, aside_before),
            (forget_deletions, done_before),
        ):
            # Between two pieces others get the write lock: Slack waits three seconds for an ack.
            while piece := await self._connection.write(forget, before):
                forgotten += piece
        return forgotten

    async def release(self) -> int:
        return await self._connection.write(release)


def add(db: Database, delivery: Delivery, at: datetime, *, only_if_joined: bool) -> bool:
    # Looked at first, so that a second delivery of a key makes no conversation either.
    if any(db.query("SELECT 1 FROM inbox WHERE key = ?", [delivery.key])):
        if delivery.files is not None:
            told = [files_text(delivery.files), delivery.key]
            db.execute("UPDATE inbox SET files = ? WHERE key = ? AND files IS NULL", told)
        return False
    # Slack may deliver a change before the message that it changes.
    if (changed := revision_of(db, delivery.key)) is not None:
        if changed.text is None:
            return False
        if changed.user == delivery.user:
            delivery = replace(delivery, text=changed.text, edited=changed.at)
    if only_if_joined and not aside.is_joined(db, delivery):
        aside.keep(db, delivery, at)
        return False
    if only_if_joined:
        insert(db, delivery, at)
        return True
    if delivery.files is None:
        delivery = replace(delivery, files=aside.files(db, delivery))
    aside.join(db, delivery)
    insert(db, delivery, at)
    for later, received_at in aside.take(db, delivery):
        insert(db, later, received_at)
    return True


def files(db: Database, entry: int) -> tuple[SharedFile, ...] | None:
    rows = db.query("SELECT files FROM inbox WHERE id = ?", [entry])
    return next((files_from(row["files"]) for row in rows), None)


def add_decision(db: Database, action: Action, at: datetime, response_url: str | None = None) -> None:
    """Put `decision:<id>` into the inbox; one that was done already waits again. One that a turn holds which was
    stopped, and whose end is not shown yet, stays with that turn under another key."""
    asked = db.query(
        """
        SELECT max(direct) AS direct FROM (
            SELECT direct FROM inbox WHERE turn = :turn UNION ALL SELECT direct FROM turns WHERE id = :turn
        )
        """,
        {"turn": action.turn},
    )
    delivery = Delivery(
        kind=DeliveryKind.DECISION,
        key=f"decision:{action.id}",
        conversation=action.conversation.key,
        user=action.requester,
        direct=any(row["direct"] for row in asked),
        response_url=response_url,
        action_id=action.id,
    )
    db.execute(
        """
        UPDATE inbox SET key = key || ':' || turn
        WHERE key = ? AND state = 'taken'
            AND EXISTS (SELECT 1 FROM turns WHERE turns.id = inbox.turn AND stopped_at IS NOT NULL)
        """,
        [delivery.key],
    )
    again = db.execute(
        """
        UPDATE inbox SET state = 'waiting', turn = NULL, tries = 0, done_at = NULL
        WHERE key = ? AND state = 'done'
        """,
        [delivery.key],
    )
    if again.rowcount == 0 and not any(db.query("SELECT 1 FROM inbox WHERE key = ?", [delivery.key])):
        insert(db, delivery, at)


def insert(db: Database, delivery: Delivery, at: datetime) -> None:
    """Let a delivery wait; its conversation is there, and its key is new."""
    key = delivery.conversation
    db.execute(
        """
        INSERT INTO inbox
            (key, kind, conversation, user, text, ts, direct, response_url, action_id, files, edited, received_at,
             state)
        VALUES
            (:key, :kind,
             (SELECT id FROM conversations WHERE team = :team AND channel = :channel AND thread = :thread),
             :user, :text, :ts, :direct, :response_url, :action_id, :files, :edited, :received_at,
             'waiting')
        """,
        delivery_row(delivery)
        | {"team": key.team, "channel": key.channel, "thread": key.thread, "received_at": time_text(at)},
    )


def claim(db: Database, at: datetime, most: int | None = None, room: int | None = None) -> Claim | None:
    next_up = first(db, most)
    if next_up is None:
        return None
    conversation = conversation_from(next_up)
    db.execute(
        "INSERT INTO turns (conversation, user, state, started_at) VALUES (?, ?, 'running', ?)",
        [conversation.id, next_up["user"], time_text(at)],
    )
    # The one that is running, as turns_running is unique.
    running = "SELECT id FROM turns WHERE conversation = ? AND state = 'running'"
    turn: int = next(db.query(running, [conversation.id]))["id"]
    db.execute(
        """
        UPDATE inbox SET state = 'taken', turn = :turn, tries = tries + 1
        WHERE conversation = :conversation AND state = 'waiting' AND id <= :last
        """,
        {"turn": turn, "conversation": conversation.id, "last": _last_to_join(db, next_up, room)},
    )
    return claimed(db, turn, conversation)


def _last_to_join(db: Database, next_up: Row, room: int | None) -> int:
    waiting = db.query(
        """
        SELECT id, user, length(CAST(text AS BLOB)) AS bytes FROM inbox INDEXED BY inbox_next
        WHERE conversation = ? AND state = 'waiting' ORDER BY id
        """,
        [next_up["conversation"]],
    )
    last, taken = 0, 0
    with closing(waiting):
        for row in waiting:
            taken += row["bytes"]
            if last and (row["user"] != next_up["user"] or (room is not None and taken > room)):
                break
            last = row["id"]
    return last


def claimed(db: Database, turn: int, conversation: Conversation) -> Claim:
    """Read a turn with its entries."""
    rows = db.query("SELECT * FROM inbox WHERE turn = ? ORDER BY id", [turn])
    return Claim(turn, conversation, tuple(entry_from(row, conversation) for row in rows))


def release(db: Database) -> int:
    entries = db.execute(
        """
        UPDATE inbox SET state = 'waiting', turn = NULL
        WHERE state = 'taken' AND turn IN (SELECT id FROM turns WHERE state = 'running' AND ending IS NULL)
        """
    )
    db.execute("UPDATE turns SET state = 'interrupted' WHERE state = 'running' AND ending IS NULL")
    return entries.rowcount
