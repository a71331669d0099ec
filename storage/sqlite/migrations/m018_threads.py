"""What following a thread asks for: what others said before, and edits and deletions of what stands in it."""

from sqlite_utils import Database

from storage.sqlite.migrations.steps import MIGRATIONS


@MIGRATIONS()
def m018_threads(db: Database) -> None:
    _items_of_threads(db)
    # How often something in it was edited or deleted: a summary made meanwhile does not know of that.
    db.execute("ALTER TABLE conversations ADD COLUMN revision INTEGER NOT NULL DEFAULT 0")
    for queue in ("inbox", "aside"):
        # The ts of the last edit that it holds, empty for none.
        db.execute(f"ALTER TABLE {queue} ADD COLUMN edited TEXT NOT NULL DEFAULT ''")
        db.execute(f"ALTER TABLE {queue} ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))")
    # The newest edit or the deletion of a message, for what is delivered, read or recorded after it.
    db.execute(
        """
        CREATE TABLE revisions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            -- That of the message's delivery.
            key TEXT NOT NULL UNIQUE,
            user TEXT NOT NULL,
            -- NULL: it was deleted.
            text TEXT,
            -- The change's own ts.
            at TEXT NOT NULL,
            received_at TEXT NOT NULL
        )
        """
    )
    db.execute("CREATE INDEX revisions_edits ON revisions (received_at) WHERE text IS NOT NULL")
    db.execute("CREATE INDEX revisions_deletions ON revisions (received_at) WHERE text IS NULL")
    db.execute("CREATE INDEX turns_conversation ON turns (conversation, id)")
    db.execute("CREATE INDEX actions_turn ON actions (turn)")


def _items_of_threads(db: Database) -> None:
    """Let items be overheard ones, and name the message that each was. A CHECK changes only with its table."""
    db.execute(
        """
        CREATE TABLE items_now (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation INTEGER NOT NULL REFERENCES conversations (id),
            turn INTEGER NOT NULL REFERENCES turns (id),
            -- Beside the data, because summaries and answers are looked for.
            kind TEXT NOT NULL CHECK (
                kind IN ('user', 'overheard', 'assistant', 'reasoning', 'call', 'result', 'summary')
            ),
            -- Names what must not be written twice, when a step is taken again after a crash.
            key TEXT,
            -- The item's fields as JSON, with the provider's own item in it.
            data TEXT NOT NULL,
            at TEXT NOT NULL,
            -- The last item that a summary stands for; NULL: all before it.
            covers INTEGER,
            -- Of those, a JSON list of the ids that stay as they are, because their action is still open.
            kept TEXT,
            -- The message that it was, in its conversation's channel: an edit is looked for by it.
            ts TEXT
        )
        """
    )
    db.execute(
        """
        INSERT INTO items_now (id, conversation, turn, kind, key, data, at, covers, kept, ts)
        SELECT items.id, items.conversation, items.turn, items.kind, items.key, items.data, items.at,
            items.covers, items.kept, nullif(inbox.ts, '')
        FROM items LEFT JOIN inbox ON items.kind = 'user' AND items.key LIKE 'entry:%'
            AND inbox.id = CAST(substr(items.key, 7) AS INTEGER)
        ORDER BY items.id
        """
    )
    db.execute("UPDATE items_now SET data = json_set(data, '$.ts', ts) WHERE ts IS NOT NULL")
    # An id is never given twice, also where the last items are gone.
    db.execute(
        """
        UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'items')
        WHERE name = 'items_now' AND seq < (SELECT seq FROM sqlite_sequence WHERE name = 'items')
        """
    )
    db.execute("DROP TABLE items")
    db.execute("ALTER TABLE items_now RENAME TO items")
    db.execute("CREATE INDEX items_conversation ON items (conversation, id)")
    db.execute("CREATE INDEX items_turn ON items (turn, kind, id)")
    db.execute("CREATE INDEX items_summary ON items (conversation, id) WHERE kind = 'summary'")
    db.execute("CREATE UNIQUE INDEX items_key ON items (conversation, key) WHERE key IS NOT NULL")
    db.execute("CREATE INDEX items_ts ON items (ts) WHERE ts IS NOT NULL")
