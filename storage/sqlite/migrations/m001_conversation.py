"""From conversations to actions and their audit: what the first Nod kept."""

from sqlite_utils import Database

from storage.sqlite.migrations.steps import MIGRATIONS


@MIGRATIONS()
def m001_conversations(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE conversations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            -- Channel ids are unique in a team only, and a ts in a channel only.
            team TEXT NOT NULL,
            channel TEXT NOT NULL,
            thread TEXT NOT NULL,
            UNIQUE (team, channel, thread)
        )
        """
    )


@MIGRATIONS()
def m002_turns(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE turns (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation INTEGER NOT NULL REFERENCES conversations (id),
            -- For whom it runs: what may be shared is theirs to share.
            user TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('running', 'answered', 'waiting', 'failed', 'interrupted')),
            started_at TEXT NOT NULL,
            finished_at TEXT,
            -- What a person who reports a failure can quote, and the log line has.
            incident TEXT,
            -- Tokens, summed over the turn's steps; cached is part of input, reasoning part of output.
            input_tokens INTEGER NOT NULL DEFAULT 0,
            output_tokens INTEGER NOT NULL DEFAULT 0,
            cached_tokens INTEGER NOT NULL DEFAULT 0,
            reasoning_tokens INTEGER NOT NULL DEFAULT 0
        )
        """
    )
    # Unique, so that no two processes can run a turn of one conversation at once.
    db.execute("CREATE UNIQUE INDEX turns_running ON turns (conversation) WHERE state = 'running'")


@MIGRATIONS()
def m003_inbox(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE inbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            -- Slack delivers again what it saw no ack for, and a mention twice: one row a key, for ever.
            key TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL CHECK (kind IN ('message', 'command', 'decision')),
            conversation INTEGER NOT NULL REFERENCES conversations (id),
            user TEXT NOT NULL,
            text TEXT NOT NULL,
            ts TEXT NOT NULL,
            direct INTEGER NOT NULL CHECK (direct IN (0, 1)),
            -- Where the answer goes that only one person sees; it works for 30 minutes.
            response_url TEXT,
            action_id TEXT,
            received_at TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'taken', 'done')),
            -- The turn that took it last: kept when done, because it tells what the turn was asked.
            turn INTEGER REFERENCES turns (id),
            CHECK ((state = 'waiting') = (turn IS NULL))
        )
        """
    )
    # Partial, so that they stay as small as the queue however long the table becomes.
    db.execute("CREATE INDEX inbox_waiting ON inbox (id, conversation) WHERE state = 'waiting'")
    db.execute("CREATE INDEX inbox_next ON inbox (conversation, id, user) WHERE state = 'waiting'")
    db.execute("CREATE INDEX inbox_turn ON inbox (turn) WHERE turn IS NOT NULL")


@MIGRATIONS()
def m004_items(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE items (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation INTEGER NOT NULL REFERENCES conversations (id),
            turn INTEGER NOT NULL REFERENCES turns (id),
            -- Beside the data, because summaries and answers are looked for.
            kind TEXT NOT NULL CHECK (kind IN ('user', 'assistant', 'reasoning', 'call', 'result', 'summary')),
            -- Names what must not be written twice, when a step is taken again after a crash.
            key TEXT,
            -- The item's fields as JSON, with the provider's own item in it.
            data TEXT NOT NULL,
            at TEXT NOT NULL
        )
        """
    )
    db.execute("CREATE INDEX items_conversation ON items (conversation, id)")
    db.execute("CREATE INDEX items_turn ON items (turn, kind, id)")
    db.execute("CREATE INDEX items_summary ON items (conversation, id) WHERE kind = 'summary'")
    db.execute("CREATE UNIQUE INDEX items_key ON items (conversation, key) WHERE key IS NOT NULL")


@MIGRATIONS()
def m005_actions(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE actions (
            id TEXT NOT NULL PRIMARY KEY,
            conversation INTEGER NOT NULL REFERENCES conversations (id),
            turn INTEGER NOT NULL REFERENCES turns (id),
            -- The model's id of the call. Not unique: some servers count from 0 in every answer.
            call_id TEXT NOT NULL,
            function TEXT NOT NULL,
            -- What the card shows and what runs, character for character.
            arguments_json TEXT NOT NULL,
            schema_digest TEXT NOT NULL,
            digest TEXT NOT NULL,
            requester TEXT NOT NULL,
            preview TEXT NOT NULL,
            state TEXT NOT NULL,
            proposed_at TEXT NOT NULL,
            expires_at TEXT NOT NULL,
            -- NULL until the card was posted: after a crash in between it is posted again.
            card_ts TEXT,
            decided_by TEXT,
            decided_at TEXT,
            finished_at TEXT,
            -- As the model is shown it: the record of what came of it, when the upstream system has forgotten.
            outcome_json TEXT
        )
        """
    )
    db.execute("CREATE INDEX actions_pending ON actions (expires_at) WHERE state = 'pending'")
    db.execute(
        "CREATE INDEX actions_uncarded ON actions (proposed_at) WHERE state = 'pending' AND card_ts IS NULL"
    )
    db.execute("CREATE INDEX actions_executing ON actions (id) WHERE state = 'executing'")
    # The promise, kept by the database too: what was confirmed is what runs, and no path leads to a second run.
    db.execute(
        """
        CREATE TRIGGER actions_frozen BEFORE UPDATE OF id, conversation, turn, call_id, function, arguments_json,
            schema_digest, digest, requester, preview, proposed_at, expires_at ON actions
        BEGIN SELECT RAISE (ABORT, 'a proposed action does not change'); END
        """
    )
    db.execute(
        """
        CREATE TRIGGER actions_born BEFORE INSERT ON actions WHEN NEW.state <> 'pending'
        BEGIN SELECT RAISE (ABORT, 'an action begins pending'); END
        """
    )
    db.execute(
        """
        CREATE TRIGGER actions_path BEFORE UPDATE OF state ON actions
        WHEN (OLD.state || ' ' || NEW.state) NOT IN (
            'pending confirmed', 'pending denied', 'pending expired', 'pending withdrawn',
            'confirmed executing', 'confirmed expired',
            'executing succeeded', 'executing failed', 'executing unknown'
        )
        BEGIN SELECT RAISE (ABORT, 'an action cannot go that way'); END
        """
    )


@MIGRATIONS()
def m006_audit(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            -- No foreign key: the row outlives its action.
            action_id TEXT NOT NULL,
            at TEXT NOT NULL,
            event TEXT NOT NULL,
            -- The id of the person whose click it was, or 'nod'.
            actor TEXT NOT NULL,
            -- JSON. A proposal's names the exact arguments, a click's their digest and where the card was.
            details TEXT NOT NULL
        )
        """
    )
    db.execute("CREATE INDEX audit_action ON audit (action_id, id)")
    db.execute(
        """
        CREATE TRIGGER audit_kept_as_written BEFORE UPDATE ON audit
        BEGIN SELECT RAISE (ABORT, 'the audit is append-only'); END
        """
    )
    db.execute(
        """
        CREATE TRIGGER audit_kept BEFORE DELETE ON audit
        BEGIN SELECT RAISE (ABORT, 'the audit is append-only'); END
        """
    )
