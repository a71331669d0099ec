"""Forgetting what nobody will ask for again, a piece at a time."""

from datetime import datetime

from sqlite_utils import Database

from storage.sqlite.codec import time_text
from storage.sqlite.history import question

PIECE = 100
"""Rows that one transaction forgets: some milliseconds of the write lock."""


def forget_done(db: Database, before: datetime) -> int:
    """Forget the oldest entries whose turn ended before; how many. What their turns need of them is kept."""
    rows = list(
        db.query(
            """
            SELECT id, turn FROM inbox INDEXED BY inbox_done
            WHERE state = 'done' AND done_at < ? ORDER BY done_at, id LIMIT ?
            """,
            [time_text(before), PIECE],
        )
    )
    # All of them first: a turn that went on after a click was asked what another one was.
    kept = [(question(db, turn), turn) for turn in {row["turn"] for row in rows}]
    for text, turn in kept:
        db.execute(
            """
            UPDATE turns SET question = :question,
                direct = max(coalesce(direct, 0), (SELECT max(direct) FROM inbox WHERE turn = :turn))
            WHERE id = :turn
            """,
            {"question": text, "turn": turn},
        )
    for row in rows:
        db.execute("DELETE FROM inbox WHERE id = ?", [row["id"]])
    return len(rows)


def forget_aside(db: Database, before: datetime) -> int:
    """Forget what was set aside first, before a time; how many."""
    return db.execute(
        """
        DELETE FROM aside WHERE id IN (
            SELECT id FROM aside WHERE received_at < ? ORDER BY received_at LIMIT ?
        )
        """,
        [time_text(before), PIECE],
    ).rowcount


def forget_edits(db: Database, before: datetime) -> int:
    """Forget edits that were told before a time; how many. The messages that they changed have come by then."""
    return db.execute(
        """
        DELETE FROM revisions WHERE id IN (
            SELECT id FROM revisions INDEXED BY revisions_edits
            WHERE text IS NOT NULL AND received_at < ? ORDER BY received_at LIMIT ?
        )
        """,
        [time_text(before), PIECE],
    ).rowcount


def forget_deletions(db: Database, before: datetime) -> int:
    """Forget deletions that were told before a time; how many. Until then they are known."""
    return db.execute(
        """
        DELETE FROM revisions WHERE id IN (
            SELECT id FROM revisions INDEXED BY revisions_deletions
            WHERE text IS NULL AND received_at < ? ORDER BY received_at LIMIT ?
        )
        """,
        [time_text(before), PIECE],
    ).rowcount
