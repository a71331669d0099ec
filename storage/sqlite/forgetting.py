"""What it takes to forget: a whole conversation, or one person's part of it. Called in a transaction."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from storage.outcomes import outcome_items
from storage.records import AssistantItem, OverheardItem, UserItem
from storage.sqlite.codec import action_from, item_row, time_text

MARKER = "[forgotten]"
"""What stands in the place of words that were forgotten, for the model."""

UNREACHED = "9" * 20
"""A `joined_ts` after every message: nothing in the thread is for Nod before it is mentioned anew."""

FINAL = "state NOT IN ('pending', 'confirmed', 'executing')"


def forget_whole(db: Database, conversation: int, at: datetime) -> list[int]:
    """Forget all that was said in a conversation; the rows of the audit whose texts are to go with it."""
    db.execute("DELETE FROM items WHERE conversation = ?", [conversation])
    turns = "SELECT id FROM turns WHERE conversation = :conversation"
    _blank(db, turns, "conversation = :conversation", {"conversation": conversation, "at": time_text(at)})
    db.execute(
        "UPDATE conversations SET forgotten = forgotten + 1, joined_ts = ? WHERE id = ?", [UNREACHED, conversation]
    )
    return _audited(db, "conversation = :conversation", {"conversation": conversation})


def forget_part(db: Database, conversation: int, user: str, at: datetime) -> list[int]:
    """Forget what one person said in a conversation with others, and what Nod did and said for them."""
    reasons, texts = _forget_reasons(db, conversation, user)
    changed = [_mark_said(db, conversation, user), *_forget_answers(db, conversation, user), *reasons]
    first = min((id for id in changed if id is not None), default=None)
    if first is not None:
        # A later summary is made of the earlier one.
        db.execute(
            "DELETE FROM items WHERE conversation = ? AND kind = 'summary' AND coalesce(covers, id) >= ?",
            [conversation, first],
        )
    theirs = {"conversation": conversation, "user": user, "at": time_text(at)}
    turns = "SELECT id FROM turns WHERE conversation = :conversation AND user = :user"
    whose = "conversation = :conversation AND requester = :user"
    _blank(db, turns, whose, theirs)
    db.execute(
        "UPDATE turns SET counted_tokens = NULL, counted_item = NULL, counted_front = NULL WHERE conversation = ?",
        [conversation],
    )
    db.execute("UPDATE conversations SET forgotten = forgotten + 1 WHERE id = ?", [conversation])
    return texts + _audited(db, whose, theirs)


def _forget_reasons(db: Database, conversation: int, user: str) -> tuple[list[int], list[int]]:
    """Forget why a person denied what others had asked for; the items that told it, and the rows of the audit
    whose texts are to go."""
    rows = db.query(
        """
        SELECT actions.*, team, channel, thread
        FROM actions INDEXED BY actions_reasons JOIN conversations ON conversations.id = actions.conversation
        WHERE decided_by = ? AND reason <> '' AND conversation = ? AND requester <> decided_by
        """,
        [user, conversation],
    )
    items: list[int] = []
    texts: list[int] = []
    for action in [action_from(row) for row in rows]:
        db.execute("UPDATE actions SET reason = '', outcome_json = NULL WHERE id = ?", [action.id])
        _, told = outcome_items(replace(action, reason="", outcome_json=None))
        changed = [told.key, conversation]
        items += [
            row["id"] for row in db.query("SELECT id FROM items WHERE key = ? AND conversation = ?", changed)
        ]
        db.execute(
            "UPDATE items SET data = ? WHERE key = ? AND conversation = ?", [item_row(told.item)["data"], *changed]
        )
        denied = db.query(
            """
            SELECT audit.id FROM audit JOIN audit_texts ON audit_texts.row = audit.id
            WHERE action_id = ? AND event = 'denied'
            """,
            [action.id],
        )
        texts += [row["id"] for row in denied]
    return items, texts


def _mark_said(db: Database, conversation: int, user: str) -> int | None:
    """Put the marker in the place of a person's messages; the first one that was changed."""
    rows = list(
        db.query(
            """
            SELECT id, kind, json_extract(data, '$.speaker') AS speaker FROM items INDEXED BY items_user
            WHERE kind IN ('user', 'overheard') AND json_extract(data, '$.user') = ? AND conversation = ?
            ORDER BY id
            """,
            [user, conversation],
        )
    )
    for row in rows:
        kind = UserItem if row["kind"] == "user" else OverheardItem
        marker = item_row(kind(text=MARKER, user=user, speaker=row["speaker"] or ""))
        # Without its ts no later edit finds it.
        db.execute("UPDATE items SET data = ?, ts = NULL WHERE id = ?", [marker["data"], row["id"]])
    return rows[0]["id"] if rows else None


def _forget_answers(db: Database, conversation: int, user: str) -> list[int]:
    """Forget what Nod called, was given and said in a person's turns; what was there. One marker a turn stays in
    the place of its last words, so that the others' questions and answers keep their order."""
    rows = list(
        db.query(
            """
            SELECT items.id, items.turn, items.kind FROM turns JOIN items ON items.turn = turns.id
            WHERE turns.conversation = ? AND turns.user = ?
                AND items.kind IN ('assistant', 'reasoning', 'call', 'result')
            ORDER BY items.id
            """,
            [conversation, user],
        )
    )
    last = {row["turn"]: row["id"] for row in rows if row["kind"] == "assistant"}
    marker = item_row(AssistantItem(MARKER))["data"]
    for row in rows:
        if last.get(row["turn"]) == row["id"]:
            db.execute("UPDATE items SET data = ? WHERE id = ?", [marker, row["id"]])
        else:
            db.execute("DELETE FROM items WHERE id = ?", [row["id"]])
    return [row["id"] for row in rows]


def _blank(db: Database, turns: str, actions: str, given: dict[str, object]) -> None:
    """Empty what turns, their deliveries and final actions say. Keys stay: Slack may deliver again."""
    db.execute(
        f"UPDATE inbox SET text = '', files = '[]', response_url = NULL WHERE turn IN ({turns})",  # noqa: S608
        given,
    )
    db.execute(
        f"""
        UPDATE turns SET question = '', note = NULL, counted_tokens = NULL, counted_item = NULL,
            counted_front = NULL, forgotten_at = :at
        WHERE id IN ({turns})
        """,  # noqa: S608
        given,
    )
    db.execute(
        f"""
        UPDATE actions SET arguments_json = '{{}}', preview = '', reason = '',
            outcome_json = json_object('status', state)
        WHERE {actions} AND {FINAL}
        """,  # noqa: S608
        given,
    )


def _audited(db: Database, actions: str, given: dict[str, object]) -> list[int]:
    rows = db.query(
        f"""
        SELECT DISTINCT audit.id FROM actions JOIN audit ON audit.action_id = actions.id
            JOIN audit_texts ON audit_texts.row = audit.id
        WHERE {actions.replace("conversation", "actions.conversation", 1)} AND actions.{FINAL} ORDER BY audit.id
        """,  # noqa: S608
        given,
    )
    return [row["id"] for row in rows]


def revocable(db: Database, conversation: int, user: str, at: datetime) -> list[int]:
    """Return a person's living grants in a conversation."""
    rows = db.query(
        "SELECT id FROM grants WHERE conversation = ? AND user = ? AND revoked_at IS NULL AND expires_at > ?",
        [conversation, user, time_text(at)],
    )
    return [row["id"] for row in rows]
