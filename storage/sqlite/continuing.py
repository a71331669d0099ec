"""An answer that was cut goes on: at a click, or at a bare word of the person's that is kept as one."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from storage.records import CONTINUE, Continued, Delivery, DeliveryKind, Retried, ts_order
from storage.sqlite.codec import Row, conversation_from, note_from, time_from, time_text
from storage.sqlite.inbox import insert
from storage.sqlite.revisions import revision_of


def go_on(
    db: Database, turn: int, team: str, channel: str, user: str, at: datetime, response_url: str | None
) -> Retried:
    row = answered(db, turn, team, channel)
    if row is None or not (note := note_from(row["note"])) or not note.goes_on:
        return Retried.UNKNOWN
    if row["user"] != user:
        return Retried.NOT_YOURS
    if row["continued_at"] is not None:
        return Retried.ALREADY
    if row["regenerated_at"] is not None or moved_on(db, turn, row["conversation"]):
        return Retried.MOVED_ON
    db.execute("UPDATE turns SET continued_at = ? WHERE id = ?", [time_text(at), turn])
    key = conversation_from(row).key
    delivery = Delivery(
        kind=DeliveryKind.COMMAND if key.is_command else DeliveryKind.MESSAGE,
        key=f"{CONTINUE}{turn}",
        conversation=key,
        user=user,
        direct=bool(row["was_direct"]),
        response_url=response_url if key.is_command else None,
    )
    insert(db, delivery, at)
    return Retried.AGAIN


def go_on_at_word(db: Database, said: Delivery, at: datetime) -> Continued:
    if any(db.query("SELECT 1 FROM inbox WHERE key = ?", [said.key])) or revision_of(db, said.key) is not None:
        return Continued(Retried.UNKNOWN)  # kept before, or changed before it came: `add` knows what to do
    key = said.conversation
    last = next(
        db.query(
            """
            SELECT turns.id, turns.conversation, started_at
            FROM turns JOIN conversations ON conversations.id = turns.conversation
            WHERE team = ? AND channel = ? AND thread = ? ORDER BY turns.id DESC LIMIT 1
            """,
            [key.team, key.channel, key.thread],
        ),
        None,
    )
    if last is None or _asked_after(db, last["id"], said.ts):
        return Continued(Retried.UNKNOWN)
    goes_on = _going_on(db, last["conversation"], said.user)
    if goes_on is not None:
        _keep_key(db, said, goes_on, at)
        return Continued(Retried.ALREADY, goes_on)
    if go_on(db, last["id"], key.team, key.channel, said.user, at, None) is not Retried.AGAIN:
        return Continued(Retried.UNKNOWN)
    _keep_key(db, said, last["id"], at)
    return Continued(Retried.AGAIN, last["id"], time_from(last["started_at"]))


def _asked_after(db: Database, turn: int, ts: str) -> bool:
    """Tell whether what a turn answers is younger than a word, which is not about its answer then."""
    rows = db.query("SELECT ts FROM inbox WHERE turn = ? AND ts <> '' AND NOT deleted", [turn])
    return any(ts_order(row["ts"]) > ts_order(ts) for row in rows)


def _going_on(db: Database, conversation: int, user: str) -> int | None:
    """Return the turn whose answer to this person is being continued now, or waits to be."""
    rows = db.query(
        """
        SELECT inbox.key FROM inbox LEFT JOIN turns ON turns.id = inbox.turn
        WHERE inbox.key BETWEEN :first AND :last AND inbox.conversation = :conversation AND inbox.user = :user
            AND (inbox.state = 'waiting' OR inbox.state = 'taken' AND turns.ending IS NULL)
        """,
        # all keys that begin so: a colon comes after the digits
        {"first": CONTINUE, "last": f"{CONTINUE}:", "conversation": conversation, "user": user},
    )
    return next((int(row["key"].removeprefix(CONTINUE)) for row in rows), None)


def _keep_key(db: Database, said: Delivery, turn: int, at: datetime) -> None:
    """Keep a word with the turn that it was about, as a deleted message is: its key alone, by which it is known
    when Slack tells it again, and never as a part of the question."""
    insert(db, replace(said, text="", files=()), at)
    done = [turn, time_text(at), said.key]
    db.execute("UPDATE inbox SET state = 'done', turn = ?, done_at = ?, deleted = 1 WHERE key = ?", done)


def answered(db: Database, turn: int, team: str, channel: str) -> Row | None:
    """Find a turn of a channel that has answered; one that still runs has shown its answer already."""
    return next(
        db.query(
            """
            SELECT turns.*, team, channel, thread, coalesce(
                (SELECT max(direct) FROM inbox WHERE turn = turns.id), turns.direct, 0
            ) AS was_direct
            FROM turns JOIN conversations ON conversations.id = turns.conversation
            WHERE turns.id = ? AND team = ? AND channel = ? AND turns.forgotten_at IS NULL
                AND (turns.state = 'answered'
                    OR turns.state = 'running' AND turns.ending = 'answered' AND turns.stopped_at IS NULL)
            """,
            [turn, team, channel],
        ),
        None,
    )


def moved_on(db: Database, turn: int, conversation: int) -> bool:
    return any(
        db.query(
            """
            SELECT 1 FROM turns WHERE conversation = :conversation AND id > :turn
            UNION ALL SELECT 1 FROM inbox WHERE conversation = :conversation AND state = 'waiting' LIMIT 1
            """,
            {"turn": turn, "conversation": conversation},
        )
    )
