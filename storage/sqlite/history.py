"""Conversations and their items."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import chain

from sqlite_utils import Database

from storage.records import (
    AssistantItem,
    Compaction,
    Conversation,
    ConversationKey,
    Item,
    Memory,
    NewItem,
    OverheardItem,
    Part,
    Usage,
    UserItem,
)
from storage.sqlite.codec import conversation_from, item_from, item_row, time_text
from storage.sqlite.connection import Connection
from storage.sqlite.memory import compact, memory, result
from storage.sqlite.revised_items import revised
from storage.sqlite.revisions import revision_of


class SqliteHistory:
    """See storage.ports.History."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def items(self, conversation: int) -> list[Item]:
        return await self._connection.read(items, conversation)

    async def memory(self, conversation: int, most: int | None = None) -> Memory:
        return await self._connection.read(memory, conversation, most)

    async def result(self, conversation: int, id: int, offset: int, most: int) -> Part | None:
        return await self._connection.read(result, conversation, id, offset, most)

    async def compact(self, turn: int, made: Compaction, usage: Usage, at: datetime) -> bool:
        return await self._connection.write(compact, turn, made, usage, at)

    async def first(self, conversation: int, keys: Collection[str]) -> int | None:
        return await self._connection.read(first, conversation, keys)

    async def empty(self, conversation: int) -> bool:
        return await self._connection.read(empty, conversation)

    async def recorded(self, conversation: int, key: str) -> bool:
        return await self._connection.read(recorded, conversation, key)

    async def pictures(self, digests: Collection[str]) -> dict[str, bytes]:
        return await self._connection.read(pictures, digests)

    async def picture_sizes(self, digests: Collection[str]) -> dict[str, int]:
        return await self._connection.read(picture_sizes, digests)

    async def refuse_pictures(self, digests: Collection[str]) -> None:
        await self._connection.write(refuse_pictures, digests)

    async def conversation(self, key: ConversationKey) -> Conversation | None:
        return await self._connection.read(find_conversation, key)

    async def answer(self, turn: int) -> tuple[str, str, str] | None:
        return await self._connection.read(answer, turn)


def items(db: Database, conversation: int) -> list[Item]:
    return [stored.item for stored in memory(db, conversation).items]


def append(db: Database, conversation: int, turn: int, new: Sequence[NewItem], at: datetime) -> None:
    """Append items in their order, without those whose key the conversation has, and the pictures among them. What
    was edited or deleted since it was taken is appended so."""
    for each in new:
        item = _as_it_is_now(db, conversation, each.item)
        files = item.files if isinstance(item, UserItem) else ()
        pictures = {file.digest: file.content for file in files if file.content}
        for picture in pictures.items():
            db.execute(
                """
                INSERT INTO pictures (digest, content) VALUES (?, ?)
                ON CONFLICT DO UPDATE SET content = excluded.content WHERE length(content) = 0
                """,
                picture,
            )
        db.execute(
            """
            INSERT INTO items (conversation, turn, key, kind, data, at, ts)
            VALUES (:conversation, :turn, :key, :kind, :data, :at, :ts)
            ON CONFLICT (conversation, key) WHERE key IS NOT NULL DO NOTHING
            """,
            {"conversation": conversation, "turn": turn, "key": each.key, "at": time_text(at)} | item_row(item),
        )


def _as_it_is_now(db: Database, conversation: int, item: Item) -> Item:
    if not (isinstance(item, UserItem | OverheardItem) and item.ts):
        return item
    where = next(db.query("SELECT team, channel FROM conversations WHERE id = ?", [conversation]))
    changed = revision_of(db, f"message:{where['team']}:{where['channel']}:{item.ts}")
    return item if changed is None else revised(item, changed) or item


def first(db: Database, conversation: int, keys: Collection[str]) -> int | None:
    rows = (
        db.query("SELECT id FROM items WHERE conversation = ? AND key = ?", [conversation, key]) for key in keys
    )
    return min((row["id"] for row in chain.from_iterable(rows)), default=None)


def empty(db: Database, conversation: int) -> bool:
    return not any(db.query("SELECT 1 FROM items WHERE conversation = ? LIMIT 1", [conversation]))


def recorded(db: Database, conversation: int, key: str) -> bool:
    return any(db.query("SELECT 1 FROM items WHERE conversation = ? AND key = ?", [conversation, key]))


def pictures(db: Database, digests: Collection[str]) -> dict[str, bytes]:
    found = {}
    for digest in digests:
        for row in db.query("SELECT content FROM pictures WHERE digest = ?", [digest]):
            found[digest] = bytes(row["content"])
    return found


def picture_sizes(db: Database, digests: Collection[str]) -> dict[str, int]:
    found = {}
    for digest in digests:
        for row in db.query("SELECT length(content) AS size FROM pictures WHERE digest = ?", [digest]):
            found[digest] = int(row["size"])
    return found


def refuse_pictures(db: Database, digests: Collection[str]) -> None:
    for digest in digests:
        db.execute("UPDATE pictures SET content = x'' WHERE digest = ?", [digest])


def find_conversation(db: Database, key: ConversationKey) -> Conversation | None:
    rows = db.query(
        "SELECT id, team, channel, thread FROM conversations WHERE team = ? AND channel = ? AND thread = ?",
        [key.team, key.channel, key.thread],
    )
    return next((conversation_from(row, "id") for row in rows), None)


def answer(db: Database, turn: int) -> tuple[str, str, str] | None:
    rows = db.query(
        """
        SELECT turns.user, items.kind, items.data FROM turns JOIN items ON items.turn = turns.id
        WHERE turns.id = ? AND turns.state NOT IN ('failed', 'interrupted') AND turns.forgotten_at IS NULL
            AND items.kind = 'assistant'
        ORDER BY items.id DESC LIMIT 1
        """,
        [turn],
    )
    row = next(rows, None)
    if row is None:
        return None
    text = getattr(item_from(row), "text", "")
    return (row["user"], question(db, turn), text) if text else None


def question(db: Database, turn: int) -> str:
    """Return what a turn was asked: for one that goes on after a click, what the action's turn was asked."""
    asked: int | None = turn
    while asked is not None:
        # Written down when the entries were forgotten.
        kept = next(db.query("SELECT question FROM turns WHERE id = ?", [asked]))["question"]
        if kept is not None:
            return str(kept)
        entries = list(
            db.query(
                """
                SELECT inbox.text, actions.turn AS proposed_in
                FROM inbox LEFT JOIN actions ON actions.id = inbox.action_id
                WHERE inbox.turn = ? ORDER BY inbox.id
                """,
                [asked],
            )
        )
        if text := "\n".join(entry["text"] for entry in entries if entry["text"]):
            return text
        # Always an earlier turn, so that this ends.
        asked = max((entry["proposed_in"] for entry in entries if entry["proposed_in"]), default=None)
    return ""


def said(db: Database, turn: int) -> str:
    """Return all that a turn has said, as it was written one below the other."""
    rows = db.query("SELECT kind, data FROM items WHERE turn = ? AND kind = 'assistant' ORDER BY id", [turn])
    texts = [item.text for item in map(item_from, rows) if isinstance(item, AssistantItem)]
    return "\n\n".join(text for text in texts if text)
