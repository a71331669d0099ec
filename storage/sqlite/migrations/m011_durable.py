"""What a durable inbox asks for: tries, retries, what is set aside, and what is forgotten."""

from sqlite_utils import Database

from storage.sqlite.migrations.steps import MIGRATIONS


@MIGRATIONS()
def m011_inbox_tries_done(db: Database) -> None:
    # How often it was claimed: a delivery that ends the process each time must not do so for ever.
    db.execute("ALTER TABLE inbox ADD COLUMN tries INTEGER NOT NULL DEFAULT 0")
    db.execute("UPDATE inbox SET tries = 1 WHERE state <> 'waiting'")
    # When its turn ended: a key is needed as long as Slack may deliver it again, and then it is forgotten.
    db.execute("ALTER TABLE inbox ADD COLUMN done_at TEXT")
    db.execute(
        """
        UPDATE inbox SET done_at = coalesce((SELECT finished_at FROM turns WHERE id = inbox.turn), received_at)
        WHERE state = 'done'
        """
    )
    db.execute("CREATE INDEX inbox_done ON inbox (done_at) WHERE state = 'done'")


@MIGRATIONS()
def m012_turns_outlive_their_entries(db: Database) -> None:
    # A failed turn is taken up again once.
    db.execute("ALTER TABLE turns ADD COLUMN retried_at TEXT")
    # What its entries told, written down when they are forgotten: what was asked, and whether directly.
    db.execute("ALTER TABLE turns ADD COLUMN question TEXT")
    db.execute("ALTER TABLE turns ADD COLUMN direct INTEGER CHECK (direct IN (0, 1))")


@MIGRATIONS()
def m013_aside(db: Database) -> None:
    # The first thing that was said to Nod in a thread: replies before it were not. Empty where there is no ts.
    db.execute("ALTER TABLE conversations ADD COLUMN joined_ts TEXT NOT NULL DEFAULT ''")
    db.execute(
        """
        UPDATE conversations SET joined_ts = first.ts
        FROM (SELECT conversation, ts, min(id) FROM inbox GROUP BY conversation) AS first
        WHERE conversations.id = first.conversation
        """
    )
    db.execute(
        """
        CREATE TABLE aside (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL CHECK (kind IN ('message', 'command', 'decision')),
            -- No conversation yet: Nod is not part of that thread.
            team TEXT NOT NULL,
            channel TEXT NOT NULL,
            thread TEXT NOT NULL,
            user TEXT NOT NULL,
            text TEXT NOT NULL,
            ts TEXT NOT NULL,
            direct INTEGER NOT NULL CHECK (direct IN (0, 1)),
            response_url TEXT,
            action_id TEXT,
            received_at TEXT NOT NULL
        )
        """
    )
    db.execute("CREATE INDEX aside_thread ON aside (team, channel, thread)")
    db.execute("CREATE INDEX aside_received ON aside (received_at)")


@MIGRATIONS()
def m014_actions_counted(db: Database) -> None:
    db.execute("CREATE INDEX actions_state ON actions (state)")
