"""What of a conversation's items the model is shown, and how a summary takes the place of the others."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from storage.ports import StorageError
from storage.records import (
    AssistantItem,
    CallItem,
    Compaction,
    Counted,
    Memory,
    NewItem,
    Part,
    ReasoningItem,
    StoredItem,
    Usage,
)
from storage.sqlite.codec import Row, item_from, item_row, time_text

# What of an item is read, at every step of every turn: of a long result its beginning, cut in the database's own
# thread.
_SHOWN = """
    id, kind,
    CASE WHEN kind = 'result' AND length(data) > :most THEN json_object(
        'call_id', json_extract(data, '$.call_id'),
        'output_json', substr(json_extract(data, '$.output_json'), 1, :most)
    ) ELSE data END AS data,
    CASE WHEN kind = 'result' AND length(data) > :most THEN length(json_extract(data, '$.output_json')) END
        AS characters
"""

ALL = 2**62


def memory(db: Database, conversation: int, most: int | None = None) -> Memory:
    bound = ALL if most is None else most
    summary = next(
        db.query(
            """
            SELECT id, kind, data, coalesce(covers, id) AS covers, coalesce(kept, '[]') AS kept FROM items
            WHERE conversation = ? AND kind = 'summary' ORDER BY id DESC LIMIT 1
            """,
            [conversation],
        ),
        None,
    )
    rows: list[Row] = []
    if summary is not None:
        rows.append(summary)
        for id in json.loads(summary["kept"]):
            rows += db.query(
                f"""
                SELECT {_SHOWN} FROM items
                WHERE id = :id AND conversation = :conversation AND superseded_at IS NULL
                """,  # noqa: S608
                {"id": id, "conversation": conversation, "most": bound},
            )
    front, covers = (0, 0) if summary is None else (summary["id"], summary["covers"])
    rows += db.query(
        f"""
        SELECT {_SHOWN} FROM items
        WHERE conversation = :conversation AND id > :covers AND (kind <> 'summary' OR id > :front)
            AND superseded_at IS NULL ORDER BY id
        """,  # noqa: S608
        {"conversation": conversation, "covers": covers, "front": front, "most": bound},
    )
    items = tuple(_stored(row, bound) for row in rows)
    return Memory(items, front, covers, _counted(db, conversation, front), _revision(db, conversation))


def _revision(db: Database, conversation: int) -> int:
    rows = db.query("SELECT revision + forgotten AS revision FROM conversations WHERE id = ?", [conversation])
    return next((row["revision"] for row in rows), 0)


def _stored(row: Row, most: int) -> StoredItem:
    characters = row.get("characters") or 0
    return StoredItem(row["id"], item_from(row), characters if characters > most else 0)


def _counted(db: Database, conversation: int, front: int) -> Counted | None:
    row = next(
        db.query(
            """
            SELECT counted_tokens, counted_item, counted_front FROM turns
            WHERE conversation = ? AND counted_item IS NOT NULL ORDER BY counted_item DESC LIMIT 1
            """,
            [conversation],
        ),
        None,
    )
    if row is None or row["counted_front"] != front:
        return None
    return Counted(row["counted_tokens"], row["counted_item"])


def result(db: Database, conversation: int, id: int, offset: int, most: int) -> Part | None:
    # The call of a result is of the same turn, and before it; some servers number the calls of each turn anew.
    row = next(
        db.query(
            """
            SELECT channel, length(output) AS characters, substr(output, :offset + 1, :most) AS text, (
                SELECT json_extract(data, '$.function') FROM items
                WHERE turn = found.turn AND kind = 'call' AND id < :id
                    AND json_extract(data, '$.call_id') = found.call_id
                ORDER BY id DESC LIMIT 1
            ) AS function
            FROM (
                SELECT conversation, turn, json_extract(data, '$.call_id') AS call_id,
                    json_extract(data, '$.output_json') AS output
                FROM items WHERE id = :id AND conversation = :conversation AND kind = 'result'
            ) AS found JOIN conversations ON conversations.id = found.conversation
            """,
            {"conversation": conversation, "id": id, "offset": offset, "most": most},
        ),
        None,
    )
    if row is None or row["function"] is None:
        return None
    return Part(row["function"], row["channel"], row["characters"], row["text"])


def compact(db: Database, turn: int, made: Compaction, usage: Usage, at: datetime) -> bool:
    row = next(
        db.query(
            """
            SELECT conversation, coalesce(
                (SELECT max(id) FROM items WHERE conversation = turns.conversation AND kind = 'summary'), 0
            ) AS front, conversations.forgotten
            FROM turns JOIN conversations ON conversations.id = turns.conversation WHERE turns.id = ?
            """,
            [turn],
        ),
        None,
    )
    if row is None:
        raise StorageError(f"There is no turn {turn}.")
    if row["front"] != made.front or _revision(db, row["conversation"]) != made.revision:
        return False
    db.execute(
        """
        INSERT INTO items (conversation, turn, kind, data, at, covers, kept)
        VALUES (:conversation, :turn, :kind, :data, :at, :covers, :kept)
        """,
        {"conversation": row["conversation"], "turn": turn, "at": time_text(at), "covers": made.covers}
        | {"kept": json.dumps(made.kept)}
        | item_row(made.summary),
    )
    spend(db, turn, usage)
    return True


def spend(db: Database, turn: int, usage: Usage) -> None:
    db.execute(
        """
        UPDATE turns SET
            input_tokens = input_tokens + ?, output_tokens = output_tokens + ?,
            cached_tokens = cached_tokens + ?, reasoning_tokens = reasoning_tokens + ?
        WHERE id = ?
        """,
        [usage.input, usage.output, usage.cached, usage.reasoning, turn],
    )


def count(db: Database, turn: int, new: Sequence[NewItem], usage: Usage, front: int) -> None:
    """Keep what the provider counted of the request that gave a step's items, which are the last ones: up to the
    last of the model's own. Results came after it."""
    own = [each.item for each in new if isinstance(each.item, AssistantItem | ReasoningItem | CallItem)]
    if not own or not usage.input:
        return
    db.execute(
        """
        UPDATE turns SET counted_tokens = ?, counted_front = ?, counted_item = (
            SELECT max(id) FROM items
            WHERE conversation = turns.conversation AND kind IN ('assistant', 'reasoning', 'call')
        )
        WHERE id = ?
        """,
        [usage.input + usage.output, front, turn],
    )
