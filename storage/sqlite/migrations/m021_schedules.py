"""What schedules ask for: themselves, their runs, and what their owners have to be told."""

from sqlite_utils import Database

from storage.sqlite.migrations.steps import MIGRATIONS


@MIGRATIONS()
def m021_schedules(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE schedules (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            -- The action that made it: run again after a crash, it makes no second one.
            made_by TEXT NOT NULL UNIQUE,
            team TEXT NOT NULL,
            owner TEXT NOT NULL,
            channel TEXT NOT NULL,
            -- Empty once it has ended.
            prompt TEXT NOT NULL,
            rule TEXT NOT NULL,
            zone TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
            pause TEXT,
            next_at TEXT,
            -- In a row.
            failures INTEGER NOT NULL DEFAULT 0,
            -- The last action that changed it: run again, it changes nothing more.
            changed_by TEXT NOT NULL DEFAULT '',
            made_at TEXT NOT NULL,
            CHECK ((state = 'active') = (next_at IS NOT NULL)),
            CHECK ((state = 'paused') = (pause IS NOT NULL))
        )
        """
    )
    db.execute("CREATE INDEX schedules_next ON schedules (next_at) WHERE state = 'active'")
    db.execute("CREATE INDEX schedules_listed ON schedules (team, owner) WHERE state <> 'ended'")
    db.execute("CREATE INDEX schedules_owner ON schedules (owner) WHERE state <> 'ended'")
    db.execute(
        """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            schedule INTEGER NOT NULL REFERENCES schedules (id),
            due TEXT NOT NULL,
            began_at TEXT NOT NULL,
            by_hand INTEGER NOT NULL CHECK (by_hand IN (0, 1)),
            -- As they were when it was claimed: what is changed later is for later runs.
            owner TEXT NOT NULL,
            channel TEXT NOT NULL,
            -- Empty once it is asked or given up.
            prompt TEXT NOT NULL,
            rule TEXT NOT NULL,
            zone TEXT NOT NULL,
            -- claimed: to be posted; asked: in the inbox; dropped: too late, or it could not be posted.
            state TEXT NOT NULL CHECK (state IN ('claimed', 'asked', 'ended', 'dropped')),
            -- Once it is posted.
            conversation INTEGER REFERENCES conversations (id),
            -- The claim: one insert, whoever fires.
            UNIQUE (schedule, due)
        )
        """
    )
    db.execute("CREATE INDEX runs_open ON runs (state, schedule) WHERE state IN ('claimed', 'asked')")
    db.execute("CREATE INDEX runs_over ON runs (began_at) WHERE state IN ('ended', 'dropped')")
    db.execute("CREATE INDEX runs_conversation ON runs (conversation) WHERE conversation IS NOT NULL")
    db.execute(
        """
        CREATE TABLE notices (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            schedule INTEGER NOT NULL REFERENCES schedules (id),
            owner TEXT NOT NULL,
            due TEXT,
            at TEXT NOT NULL,
            told_at TEXT
        )
        """
    )
    db.execute("CREATE INDEX notices_untold ON notices (id) WHERE told_at IS NULL")
    db.execute("CREATE INDEX notices_awaited ON notices (schedule) WHERE told_at IS NULL")
