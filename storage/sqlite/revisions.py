"""What people edit and delete: the newest edit wins, and nothing comes after a deletion."""

from datetime import datetime

from sqlite_utils import Database

from storage.records import Answerable, Revision, ts_order
from storage.sqlite import aside
from storage.sqlite.codec import Row, time_text, whole_text
from storage.sqlite.revised_items import revise_items


def revise(db: Database, revision: Revision, at: datetime) -> Answerable | None:
    if not _keep(db, revision, at):
        return None
    queued = next(db.query("SELECT * FROM inbox WHERE key = ?", [revision.key]), None)
    if queued is not None:
        _in_queue(db, queued, revision)
    aside.revise(db, revision)
    edited = revise_items(db, revision)
    return None if edited is None or queued is None else _answerable(db, edited, queued, revision)


def revision_of(db: Database, key: str) -> Revision | None:
    """Return the newest change of a message that was told before the message itself, if there is one."""
    for row in db.query("SELECT user, text, at FROM revisions WHERE key = ?", [key]):
        _, team, channel, ts = key.split(":", 3)
        return Revision(team, channel, ts, row["at"], row["user"], row["text"])
    return None


def _keep(db: Database, revision: Revision, at: datetime) -> bool:
    """Keep a change for what is still to come of its message; whether it is the newest."""
    known = revision_of(db, revision.key)
    if known is not None and (
        known.text is None or (revision.text is not None and ts_order(known.at) >= ts_order(revision.at))
    ):
        return False
    db.execute(
        """
        INSERT INTO revisions (key, user, text, at, received_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET
            user = excluded.user, text = excluded.text, at = excluded.at, received_at = excluded.received_at
        """,
        [
            revision.key,
            revision.user,
            None if revision.text is None else whole_text(revision.text),
            revision.at,
            time_text(at),
        ],
    )
    return True


def _in_queue(db: Database, row: Row, revision: Revision) -> None:
    if row["deleted"] or _is_forgotten(db, row):
        return
    if revision.text is not None:
        if row["user"] == revision.user and ts_order(revision.at) > ts_order(row["edited"]):
            changed = [whole_text(revision.text), revision.at, row["id"]]
            db.execute("UPDATE inbox SET text = ?, edited = ? WHERE id = ?", changed)
    elif row["state"] == "waiting" and row["tries"] == 0:
        # Nobody has begun to answer it. Its key stays, as that of a deleted message.
        db.execute("DELETE FROM inbox WHERE id = ?", [row["id"]])
        aside.leave(db, row["conversation"])
    else:
        gone = [revision.at, row["id"]]
        db.execute("UPDATE inbox SET text = '', files = '[]', edited = ?, deleted = 1 WHERE id = ?", gone)


def _is_forgotten(db: Database, row: Row) -> bool:
    """Tell whether only the key of a message is left, because Slack may deliver it again."""
    return any(db.query("SELECT 1 FROM turns WHERE id = ? AND forgotten_at IS NOT NULL", [row["turn"]]))


def _answerable(db: Database, edited: int, queued: Row, revision: Revision) -> Answerable | None:
    """Tell whether the turn that answered an edited item (its id) may be answered anew: it did nothing but answer,
    and nothing came after it."""
    row = next(
        db.query(
            """
            SELECT turns.id, conversations.thread FROM turns JOIN conversations
                ON conversations.id = turns.conversation
            WHERE turns.id = :turn AND (
                    turns.state IN ('answered', 'waiting')
                    -- shown, or about to be: people may be faster than its end
                    OR turns.state = 'running' AND turns.ending IN ('answered', 'waiting')
                )
                AND NOT EXISTS (SELECT 1 FROM actions WHERE actions.turn = turns.id)
                AND NOT EXISTS (
                    SELECT 1 FROM items
                    WHERE items.conversation = turns.conversation AND items.id > :item AND kind = 'user'
                )
                AND NOT EXISTS (
                    SELECT 1 FROM inbox INDEXED BY inbox_next
                    WHERE inbox.conversation = turns.conversation AND inbox.state = 'waiting'
                )
                AND NOT EXISTS (
                    SELECT 1 FROM turns AS running INDEXED BY turns_running
                    WHERE running.conversation = turns.conversation AND running.state = 'running'
                        AND running.id <> turns.id
                )
            """,
            {"turn": queued["turn"], "item": edited},
        ),
        None,
    )
    return (
        None
        if row is None
        else Answerable(row["id"], revision.team, revision.channel, row["thread"], revision.user)
    )
