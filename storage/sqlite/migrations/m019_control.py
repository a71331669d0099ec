"""Answers that people stop, have continued, or have given anew."""

from sqlite_utils import Database

from storage.sqlite.migrations.steps import MIGRATIONS


@MIGRATIONS()
def m019_control(db: Database) -> None:
    # When its person stopped it, which is how it ended; and Slack's time of that wish, by which a second delivery
    # of the same one is known.
    db.execute("ALTER TABLE turns ADD COLUMN stopped_at TEXT")
    db.execute("ALTER TABLE turns ADD COLUMN stopped_ts TEXT")
    db.execute(
        "CREATE INDEX turns_stopped ON turns (conversation, stopped_ts) "
        "WHERE stopped_ts IS NOT NULL AND stopped_ts <> ''"
    )
    # Each is done once.
    db.execute("ALTER TABLE turns ADD COLUMN continued_at TEXT")
    db.execute("ALTER TABLE turns ADD COLUMN regenerated_at TEXT")
    # An answer that was given anew: kept, and not shown to the model any more.
    db.execute("ALTER TABLE items ADD COLUMN superseded_at TEXT")
