"""What the confirmation contract asks for: grants, edits, batches, a chained audit, recovery."""

import json

from sqlite_utils import Database

from storage.chain import link
from storage.sqlite.migrations.steps import MIGRATIONS


@MIGRATIONS()
def m007_grants(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE grants (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            -- One person's, for one function, in one conversation: nowhere else and for nobody else.
            conversation INTEGER NOT NULL REFERENCES conversations (id),
            user TEXT NOT NULL,
            function TEXT NOT NULL,
            -- Whose confirmation made it.
            action_id TEXT NOT NULL REFERENCES actions (id),
            expires_at TEXT NOT NULL,
            revoked_at TEXT
        )
        """
    )
    db.execute(
        """
        CREATE INDEX grants_found ON grants (conversation, user, function, expires_at) WHERE revoked_at IS NULL
        """
    )
    db.execute("CREATE INDEX grants_user ON grants (user, expires_at) WHERE revoked_at IS NULL")
    # Only a click grants authority: the database too makes a grant of nothing but the requester's confirmation.
    db.execute(
        """
        CREATE TRIGGER grants_born BEFORE INSERT ON grants
        WHEN NEW.revoked_at IS NOT NULL OR NOT EXISTS (
            SELECT 1 FROM actions
            WHERE id = NEW.action_id AND state = 'confirmed' AND decided_by = NEW.user AND requester = NEW.user
                AND conversation = NEW.conversation AND function = NEW.function
        )
        BEGIN SELECT RAISE (ABORT, 'a grant comes of its own person''s confirmation'); END
        """
    )
    db.execute(
        """
        CREATE TRIGGER grants_frozen BEFORE UPDATE ON grants
        WHEN OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL
            OR (NEW.id, NEW.conversation, NEW.user, NEW.function, NEW.action_id, NEW.expires_at)
            IS NOT (OLD.id, OLD.conversation, OLD.user, OLD.function, OLD.action_id, OLD.expires_at)
        BEGIN SELECT RAISE (ABORT, 'a grant does not change but to be revoked'); END
        """
    )


@MIGRATIONS()
def m008_actions_batch_grant_reason(db: Database) -> None:
    # What is decided together with one button.
    db.execute("ALTER TABLE actions ADD COLUMN batch TEXT")
    # The grant that confirmed it, in place of a click.
    db.execute("ALTER TABLE actions ADD COLUMN grant_id INTEGER REFERENCES grants (id)")
    db.execute("ALTER TABLE actions ADD COLUMN reason TEXT NOT NULL DEFAULT ''")
    # The action that an edit put in this one's place.
    db.execute("ALTER TABLE actions ADD COLUMN superseded_by TEXT REFERENCES actions (id)")
    db.execute("CREATE INDEX actions_open ON actions (conversation) WHERE state = 'pending'")
    db.execute("CREATE INDEX actions_batch ON actions (batch) WHERE batch IS NOT NULL")
    db.execute("DROP TRIGGER actions_frozen")
    db.execute(
        """
        CREATE TRIGGER actions_frozen BEFORE UPDATE OF id, conversation, turn, call_id, function, arguments_json,
            schema_digest, digest, requester, preview, proposed_at, expires_at, batch, grant_id ON actions
        BEGIN SELECT RAISE (ABORT, 'a proposed action does not change'); END
        """
    )
    db.execute("DROP TRIGGER actions_path")
    # "executing confirmed" for idempotent functions only: whether it is one, the code knows. An action that began
    # once and is too old to be run again goes from confirmed to unknown, because it may have been done.
    db.execute(
        """
        CREATE TRIGGER actions_path BEFORE UPDATE OF state ON actions
        WHEN (OLD.state || ' ' || NEW.state) NOT IN (
            'pending confirmed', 'pending denied', 'pending expired', 'pending withdrawn',
            'confirmed executing', 'confirmed expired', 'confirmed unknown',
            'executing succeeded', 'executing failed', 'executing unknown', 'executing confirmed'
        )
        BEGIN SELECT RAISE (ABORT, 'an action cannot go that way'); END
        """
    )


@MIGRATIONS()
def m009_audit_chain(db: Database) -> None:
    db.execute("DROP TRIGGER audit_kept_as_written")
    # The hash of the row before, empty for the first, and this row's own: see storage.chain.
    db.execute("ALTER TABLE audit ADD COLUMN previous TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT ''")
    previous = ""
    for row in list(db.query("SELECT id, action_id, at, event, actor, details FROM audit ORDER BY id")):
        own = link(previous, row | {"details": json.loads(row["details"])})
        db.execute("UPDATE audit SET previous = ?, hash = ? WHERE id = ?", [previous, own, row["id"]])
        previous = own
    db.execute(
        """
        CREATE TRIGGER audit_kept_as_written BEFORE UPDATE ON audit
        BEGIN SELECT RAISE (ABORT, 'the audit is append-only'); END
        """
    )
    db.execute(
        """
        CREATE TRIGGER audit_chained BEFORE INSERT ON audit
        WHEN NEW.hash = '' OR NEW.previous IS NOT coalesce(
            (SELECT hash FROM audit WHERE id = (SELECT max(id) FROM audit)), ''
        )
        BEGIN SELECT RAISE (ABORT, 'the audit is append-only: a row goes on from the last one'); END
        """
    )


@MIGRATIONS()
def m010_recovery(db: Database) -> None:
    # How a turn will end once its last step is shown: after a crash in between it is not run again.
    db.execute("ALTER TABLE turns ADD COLUMN ending TEXT CHECK (ending IN ('answered', 'waiting', 'failed'))")
    # Confirmed and never begun: what the sweep looks for.
    db.execute("CREATE INDEX actions_confirmed ON actions (id) WHERE state = 'confirmed'")
    # What a grant confirmed and has no card is looked for too, and what took another one's place.
    db.execute("DROP INDEX actions_uncarded")
    uncarded = "card_ts IS NULL AND (state = 'pending' OR state = 'confirmed' AND grant_id IS NOT NULL)"
    db.execute(f"CREATE INDEX actions_uncarded ON actions (proposed_at) WHERE {uncarded}")
    db.execute("CREATE INDEX actions_superseded ON actions (superseded_by) WHERE superseded_by IS NOT NULL")
