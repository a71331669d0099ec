"""Edits and deletions of messages that stand in a history, in place; nothing keeps what was deleted."""

import dataclasses
from typing import Any

from sqlite_utils import Database

from storage.records import OverheardItem, Revision, UserItem, ts_order
from storage.sqlite.codec import Row, item_from, item_row

Said = UserItem | OverheardItem


def revised(item: Said, revision: Revision) -> Said | None:
    """Return an item as a change leaves it; None if the change is not newer, or not of its author."""
    if item.deleted:
        return None
    if revision.text is None:
        gone: dict[str, Any] = {"text": "", "files": (), "edited": revision.at, "deleted": True}
        return dataclasses.replace(item, **gone)
    if item.user != revision.user or ts_order(revision.at) <= ts_order(item.edited):
        return None
    return dataclasses.replace(item, text=revision.text, edited=revision.at)


def revise_items(db: Database, revision: Revision) -> int | None:
    """Change what stands in the history of a message; the id of what a person said to Nod, if its text is another
    one now."""
    rows = db.query(
        """
        SELECT items.id, items.conversation, items.turn, items.kind, items.data
        FROM items INDEXED BY items_ts JOIN conversations ON conversations.id = items.conversation
        WHERE items.ts = ? AND team = ? AND channel = ?
        """,
        [revision.ts, revision.team, revision.channel],
    )
    edited = None
    for row in list(rows):
        item = item_from(row)
        if not isinstance(item, UserItem | OverheardItem) or (now := revised(item, revision)) is None:
            continue
        db.execute("UPDATE items SET data = ? WHERE id = ?", [item_row(now)["data"], row["id"]])
        _forget_what_was_made_of_it(db, row)
        if isinstance(item, UserItem):
            _change_question(db, row, item, now)
            if not now.deleted and now.text != item.text:
                edited = row["id"]
    return edited


def _forget_what_was_made_of_it(db: Database, row: Row) -> None:
    """Drop the summaries that tell of an item, and those made after them: what they stood for is shown again, and
    summed up anew. What was counted was counted of other words."""
    conversation = row["conversation"]
    db.execute(
        "DELETE FROM items WHERE conversation = ? AND kind = 'summary' AND coalesce(covers, id) >= ?",
        [conversation, row["id"]],
    )
    db.execute("UPDATE conversations SET revision = revision + 1 WHERE id = ?", [conversation])
    db.execute(
        "UPDATE turns SET counted_item = NULL WHERE conversation = ? AND counted_item IS NOT NULL", [conversation]
    )


def _change_question(db: Database, row: Row, before: UserItem, now: Said) -> None:
    """Change what a turn was asked where that was written down, when its entries were forgotten."""
    asked = db.query(
        """
        SELECT id, question FROM turns INDEXED BY turns_conversation
        WHERE conversation = ? AND id >= ? AND question IS NOT NULL AND user = ? ORDER BY id
        """,
        [row["conversation"], row["turn"], before.user],
    )
    for turn in list(asked):
        parts = f"\n{turn['question']}\n".partition(f"\n{before.text}\n")
        if before.text and parts[1]:
            question = "\n".join(filter(None, (parts[0].strip("\n"), now.text, parts[2].strip("\n"))))
            db.execute("UPDATE turns SET question = ? WHERE id = ?", [question, turn["id"]])
            return
