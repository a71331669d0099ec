"""Replies in threads that Nod is not part of yet: Slack may deliver one before the mention that it answers."""

from datetime import datetime

from sqlite_utils import Database

from storage.records import Delivery, Revision, SharedFile, ts_order
from storage.sqlite.codec import delivery_from, delivery_row, files_from, time_from, time_text, whole_text

NEVER = "9" * 20
"""Comes after every ts."""


def is_joined(db: Database, delivery: Delivery) -> bool:
    """Tell whether a reply was said to Nod: after the first thing that was, in its thread."""
    key = delivery.conversation
    rows = db.query(
        "SELECT joined_ts FROM conversations WHERE team = ? AND channel = ? AND thread = ?",
        [key.team, key.channel, key.thread],
    )
    return any(ts_order(delivery.ts) > ts_order(row["joined_ts"]) for row in rows)


def join(db: Database, delivery: Delivery) -> None:
    """Make Nod part of a delivery's thread, from that delivery on."""
    key = delivery.conversation
    thread = [key.team, key.channel, key.thread]
    made = db.execute(
        "INSERT INTO conversations (team, channel, thread, joined_ts) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [*thread, delivery.ts],
    )
    if made.rowcount == 0 and not is_joined(db, delivery):
        # An earlier mention that came late.
        db.execute(
            "UPDATE conversations SET joined_ts = ? WHERE team = ? AND channel = ? AND thread = ?",
            [delivery.ts, *thread],
        )


def leave(db: Database, conversation: int) -> None:
    """Take Nod out of a thread in which nothing was done and nothing waits, until it is called again."""
    db.execute(
        """
        UPDATE conversations SET joined_ts = :never WHERE id = :id
            AND NOT EXISTS (SELECT 1 FROM turns WHERE conversation = :id)
            AND NOT EXISTS (
                SELECT 1 FROM inbox INDEXED BY inbox_next WHERE conversation = :id AND state = 'waiting'
            )
        """,
        {"id": conversation, "never": NEVER},
    )


def keep(db: Database, delivery: Delivery, at: datetime) -> None:
    """Set a reply aside, once."""
    key = delivery.conversation
    db.execute(
        """
        INSERT INTO aside
            (key, kind, team, channel, thread, user, text, ts, direct, response_url, action_id, files, edited,
             received_at)
        VALUES
            (:key, :kind, :team, :channel, :thread, :user, :text, :ts, :direct, :response_url, :action_id, :files,
             :edited, :received_at)
        ON CONFLICT (key) DO NOTHING
        """,
        delivery_row(delivery)
        | {"team": key.team, "channel": key.channel, "thread": key.thread, "received_at": time_text(at)},
    )


def revise(db: Database, revision: Revision) -> None:
    """Change what was set aside as its author has changed it."""
    if revision.text is None:
        db.execute("DELETE FROM aside WHERE key = ?", [revision.key])
        return
    for row in list(db.query("SELECT id, user, edited FROM aside WHERE key = ?", [revision.key])):
        if row["user"] == revision.user and ts_order(revision.at) > ts_order(row["edited"]):
            changed = [whole_text(revision.text), revision.at, row["id"]]
            db.execute("UPDATE aside SET text = ?, edited = ? WHERE id = ?", changed)


def files(db: Database, delivery: Delivery) -> tuple[SharedFile, ...] | None:
    """Return the files of a mention that was set aside as a plain reply before; None if it was not."""
    rows = db.query("SELECT files FROM aside WHERE key = ?", [delivery.key])
    return next((files_from(row["files"]) for row in rows), None)


def take(db: Database, first: Delivery) -> list[tuple[Delivery, datetime]]:
    """Take out what was said after `first` in its thread, in its order, with when it was received. What was said
    before it stays aside until it is forgotten: an earlier mention may still come."""
    key = first.conversation
    rows = list(
        db.query(
            "SELECT * FROM aside WHERE team = ? AND channel = ? AND thread = ?",
            [key.team, key.channel, key.thread],
        )
    )
    later = [row for row in rows if ts_order(row["ts"]) > ts_order(first.ts)]
    for row in rows:
        # A mention may have been set aside as a plain reply before.
        if row in later or row["key"] == first.key:
            db.execute("DELETE FROM aside WHERE id = ?", [row["id"]])
    later.sort(key=lambda row: (ts_order(row["ts"]), row["id"]))
    return [(delivery_from(row, key), time_from(row["received_at"])) for row in later if row["key"] != first.key]
