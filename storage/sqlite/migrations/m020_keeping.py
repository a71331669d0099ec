"""What forgetting asks for: the audit's texts beside its chain, and finding what is whose."""

import json
import secrets
from datetime import UTC, datetime

from sqlite_utils import Database

from storage.chain import KEPT, link, text_digest
from storage.sqlite.codec import time_text
from storage.sqlite.migrations.steps import MIGRATIONS

_WORDS = {"proposed": "arguments_json", "denied": "reason"}
"""The details of older rows that hold what people and the model wrote, by event."""


@MIGRATIONS()
def m020_keeping(db: Database) -> None:
    # Each time that some of a conversation is forgotten: a summary made of what was there before is refused.
    db.execute("ALTER TABLE conversations ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0")
    # Since when nothing is known of what the turn was asked and answered.
    db.execute("ALTER TABLE turns ADD COLUMN forgotten_at TEXT")
    db.execute("CREATE INDEX turns_person ON turns (conversation, user)")
    db.execute("CREATE INDEX turns_user ON turns (user, conversation) WHERE forgotten_at IS NULL")
    db.execute("CREATE INDEX turns_remembered ON turns (started_at, conversation) WHERE forgotten_at IS NULL")
    said = "WHERE kind IN ('user', 'overheard')"
    db.execute(f"CREATE INDEX items_user ON items (json_extract(data, '$.user'), conversation) {said}")
    db.execute(f"CREATE INDEX items_speaker ON items (conversation, json_extract(data, '$.user')) {said}")
    db.execute("CREATE INDEX actions_conversation ON actions (conversation, requester)")
    db.execute("CREATE INDEX aside_user ON aside (user, team)")
    # Whether the file's unused places may still hold what was forgotten: one row.
    db.execute("CREATE TABLE scrubbing (due INTEGER NOT NULL CHECK (due IN (0, 1)))")
    db.execute("INSERT INTO scrubbing VALUES (0)")
    _pictures(db)
    _actions(db)
    _audit_texts(db)


def _pictures(db: Database) -> None:
    # A picture goes with the last item that shows it, whatever deletes or rewrites that.
    db.execute(
        """
        CREATE TABLE item_pictures (
            digest TEXT NOT NULL,
            item INTEGER NOT NULL,
            PRIMARY KEY (digest, item)
        ) WITHOUT ROWID
        """
    )
    db.execute("CREATE INDEX item_pictures_item ON item_pictures (item)")
    shown = """
        INSERT OR IGNORE INTO item_pictures (digest, item)
        SELECT json_extract(file.value, '$.digest'), {item}
        FROM {table} json_each({data}, '$.files') AS file WHERE {of} json_extract(file.value, '$.digest') <> ''
        """
    db.execute(shown.format(item="items.id", table="items,", data="items.data", of="items.kind = 'user' AND"))
    db.execute("DELETE FROM pictures WHERE digest NOT IN (SELECT digest FROM item_pictures)")
    of_new = shown.format(item="NEW.id", table="", data="NEW.data", of="")
    gone = "DELETE FROM item_pictures WHERE item = OLD.id;"
    db.execute(f"CREATE TRIGGER items_show AFTER INSERT ON items WHEN NEW.kind = 'user' BEGIN {of_new}; END")
    db.execute(f"CREATE TRIGGER items_gone AFTER DELETE ON items WHEN OLD.kind = 'user' BEGIN {gone} END")
    db.execute(
        f"""
        CREATE TRIGGER items_rewritten AFTER UPDATE OF data ON items WHEN NEW.kind = 'user'
        BEGIN {of_new}; DELETE FROM item_pictures WHERE item = OLD.id AND digest NOT IN (
            SELECT json_extract(value, '$.digest') FROM json_each(NEW.data, '$.files')
        ); END
        """  # noqa: S608
    )
    db.execute(
        """
        CREATE TRIGGER item_pictures_last AFTER DELETE ON item_pictures
        WHEN NOT EXISTS (SELECT 1 FROM item_pictures WHERE digest = OLD.digest)
        BEGIN DELETE FROM pictures WHERE digest = OLD.digest; END
        """
    )


def _actions(db: Database) -> None:
    # What is over can be forgotten; nothing else about an action changes, and what can still run does not at all.
    db.execute("DROP TRIGGER actions_frozen")
    db.execute(
        """
        CREATE TRIGGER actions_frozen BEFORE UPDATE OF id, conversation, turn, call_id, function, schema_digest,
            digest, requester, proposed_at, expires_at, batch, grant_id ON actions
        BEGIN SELECT RAISE (ABORT, 'a proposed action does not change'); END
        """
    )
    db.execute(
        """
        CREATE TRIGGER actions_forgotten BEFORE UPDATE OF arguments_json, preview ON actions
        WHEN OLD.state IN ('pending', 'confirmed', 'executing') OR NEW.state <> OLD.state
            OR NEW.arguments_json <> '{}' OR NEW.preview <> ''
        BEGIN SELECT RAISE (ABORT, 'a proposed action does not change'); END
        """
    )


def _audit_texts(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE audit_texts (
            -- The row of the audit that has the digest of it.
            row INTEGER NOT NULL REFERENCES audit (id),
            name TEXT NOT NULL,
            salt TEXT NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (row, name)
        ) WITHOUT ROWID
        """
    )
    _part_from_chain(db)
    db.execute(
        """
        CREATE TRIGGER audit_texts_kept_as_written BEFORE UPDATE ON audit_texts
        BEGIN SELECT RAISE (ABORT, 'the audit is append-only'); END
        """
    )
    # The row that says so comes first.
    db.execute(
        """
        CREATE TRIGGER audit_texts_kept BEFORE DELETE ON audit_texts
        WHEN (SELECT event FROM audit WHERE id = (SELECT max(id) FROM audit)) IS NOT 'forgotten'
        BEGIN SELECT RAISE (ABORT, 'the audit is append-only: say first that it is forgotten'); END
        """
    )


def _part_from_chain(db: Database) -> None:
    """Put the texts of older rows beside them, and chain the rows anew from the first such one on.

    A chain that was broken stays broken at the same row: from there on nothing is chained anew. The hash that the
    last row had is written down, so that an export of before can still be held against this record.
    """
    rows = list(db.query("SELECT * FROM audit ORDER BY id"))
    db.execute("DROP TRIGGER audit_kept_as_written")
    before = after = last = ""
    for row in rows:
        try:
            details = json.loads(row["details"])
            whole = row["previous"] == before and row["hash"] == link(before, row | {"details": details})
        except (TypeError, ValueError, RecursionError):
            whole = False
        if not whole:
            last = ""
            break
        before = last = row["hash"]
        name = _WORDS.get(row["event"], "")
        if isinstance(details, dict) and isinstance(details.get(name), str):
            salt, text = secrets.token_hex(16), details.pop(name)
            details[KEPT] = {name: text_digest(salt, text)}
            db.execute("INSERT INTO audit_texts VALUES (?, ?, ?, ?)", [row["id"], name, salt, text])
        new = row | {"details": details, "previous": after}
        after = link(after, new)
        if (after, new["previous"]) != (row["hash"], row["previous"]):
            db.execute(
                "UPDATE audit SET details = ?, previous = ?, hash = ? WHERE id = ?",
                [json.dumps(details, ensure_ascii=False), new["previous"], after, row["id"]],
            )
    db.execute(
        """
        CREATE TRIGGER audit_kept_as_written BEFORE UPDATE ON audit
        BEGIN SELECT RAISE (ABORT, 'the audit is append-only'); END
        """
    )
    if last and last != after:
        _write_chained_anew(db, len(rows), last, after)


def _write_chained_anew(db: Database, rows: int, last: str, previous: str) -> None:
    new = {
        # Not the highest id: rows that somebody cut off at the end show by the gap.
        "id": next(db.query("SELECT seq FROM sqlite_sequence WHERE name = 'audit'"))["seq"] + 1,
        "action_id": "",
        "at": time_text(datetime.now(UTC)),
        "event": "rechained",
        "actor": "nod",
        "details": {"rows": rows, "last_hash": last},
    }
    db.execute(
        """
        INSERT INTO audit (id, action_id, at, event, actor, details, previous, hash)
        VALUES (:id, :action_id, :at, :event, :actor, :details, :previous, :hash)
        """,
        new | {"details": json.dumps(new["details"]), "previous": previous, "hash": link(previous, new)},
    )
