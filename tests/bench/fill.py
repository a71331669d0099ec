"""Databases with a past, made in bulk: rows as Nod itself would have left them, by the storage's own schema."""

import asyncio
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from storage.records import AssistantItem, Item, SummaryItem, UserItem
from storage.sqlite import open_storage
from storage.sqlite.codec import item_row, time_text

QUESTION = "What did we say about the third of these, and who was to look at it until Thursday? It is number {}."
ANSWERED = (
    "Lee was to look at it, and to tell the others on Thursday what came of it; nothing else was said of {}."
)

SHOWN = 32
"""Items of a thread that stand behind its summary; a shorter one has none."""

ITEMS_EACH = 4
"""Of each other conversation."""

BATCH = 50_000


@dataclass(frozen=True)
class Past:
    """What stood in a database before: `threads` as (channel, ts), each with `items`, and `others`,
    conversations with ITEMS_EACH; `waiting` of those have an action that waits for a click."""

    team: str
    user: str
    threads: Sequence[tuple[str, str]] = ()
    items: int = 0
    others: int = 0
    waiting: int = 0


async def fill(path: Path, past: Past) -> None:
    """Make a database at `path`. It is nobody's yet: nothing is synchronised to the disk meanwhile."""
    storage = await open_storage(path)
    await storage.close()
    await asyncio.to_thread(_fill, path, past)


def _fill(path: Path, past: Past) -> None:
    now = datetime.now(UTC)
    db = sqlite3.connect(path)
    try:
        db.execute("PRAGMA synchronous=OFF")
        db.execute("PRAGMA foreign_keys=OFF")
        for number, (channel, ts) in enumerate(past.threads, start=1):
            _conversation(db, number, past, channel, ts, time_text(now))
            _items(db, _thread(number, past.items, past.user, time_text(now)))
        _others(db, past, len(past.threads) + 1, now)
        db.commit()
    finally:
        db.close()


def _conversation(db: sqlite3.Connection, number: int, past: Past, channel: str, ts: str, at: str) -> None:
    db.execute(
        "INSERT INTO conversations (id, team, channel, thread) VALUES (?, ?, ?, ?)",
        [number, past.team, channel, ts],
    )
    db.execute(
        "INSERT INTO turns (id, conversation, user, state, started_at, finished_at) VALUES (?, ?, ?, ?, ?, ?)",
        [number, number, past.user, "answered", at, at],
    )


_Row = tuple[int, int, str, str, str, int | None]


def _thread(number: int, count: int, user: str, at: str) -> Iterator[_Row]:
    """Give the items of one conversation, and a summary of all but the last of them."""
    for place in range(count):
        text = QUESTION if place % 2 == 0 else ANSWERED
        item: Item = (
            UserItem(text.format(place), user, "Kim") if place % 2 == 0 else AssistantItem(text.format(place))
        )
        yield _row(number, item, at)
    if count > SHOWN:
        gone = count - SHOWN - (count - SHOWN) % 2
        yield _row(
            number, SummaryItem("They went through a list; Lee looks at most of it."), at, _first(number) + gone
        )


def _first(number: int) -> int:
    """Return the id before a thread's first item: each has room for its own, so that a summary can say which it
    covers."""
    return number * 1_000_000


def _row(number: int, item: Item, at: str, covers: int | None = None) -> _Row:
    row = item_row(item)
    return number, number, str(row["kind"]), str(row["data"]), at, covers


def _items(db: sqlite3.Connection, rows: Iterable[_Row]) -> None:
    numbered = ((_first(row[0]) + place, *row) for place, row in enumerate(rows, start=1))
    db.executemany(
        """
        INSERT INTO items (id, conversation, turn, kind, data, at, covers, kept)
        VALUES (?, ?, ?, ?, ?, ?, ?, '[]')
        """,
        numbered,
    )


def _others(db: sqlite3.Connection, past: Past, first: int, now: datetime) -> None:
    """Each other conversation is one delivery and one turn with its items, an hour old: no key is old."""
    at = time_text(now - timedelta(hours=1))
    question, answer = (
        item_row(UserItem(QUESTION.format(1), past.user)),
        item_row(AssistantItem(ANSWERED.format(1))),
    )
    numbers = iter(range(first, first + past.others))
    while batch := list(islice(numbers, BATCH)):
        threads = [(number, past.team, "C0PAST00000", f"{number}.000000") for number in batch]
        db.executemany("INSERT INTO conversations (id, team, channel, thread) VALUES (?, ?, ?, ?)", threads)
        db.executemany(
            """
            INSERT INTO turns (id, conversation, user, state, started_at, finished_at)
            VALUES (?, ?, ?, 'answered', ?, ?)
            """,
            [(number, number, past.user, at, at) for number in batch],
        )
        db.executemany(
            """
            INSERT INTO inbox (key, kind, conversation, user, text, ts, direct, received_at, state, turn, done_at)
            VALUES (?, 'message', ?, ?, ?, ?, 0, ?, 'done', ?, ?)
            """,
            [
                (f"message:{team}:{channel}:{ts}", number, past.user, QUESTION, ts, at, number, at)
                for number, team, channel, ts in threads
            ],
        )
        for row in (question, answer) * (ITEMS_EACH // 2):
            db.executemany(
                "INSERT INTO items (conversation, turn, kind, data, at) VALUES (?, ?, ?, ?, ?)",
                [(number, number, row["kind"], row["data"], at) for number in batch],
            )
    _waiting(db, past, first, now)


def _waiting(db: sqlite3.Connection, past: Past, first: int, now: datetime) -> None:
    """Actions of the first conversations, whose cards were posted and which nobody has decided."""
    arguments = json.dumps({"name": "Kim", "salary": 1})
    db.executemany(
        """
        INSERT INTO actions
            (id, conversation, turn, call_id, function, arguments_json, schema_digest, digest, requester, preview,
             state, proposed_at, expires_at, card_ts)
        VALUES (?, ?, ?, ?, 'create_employee', ?, 'none', 'none', ?, '', 'pending', ?, ?, '1.000000')
        """,
        [
            (f"{number:032x}", number, number, f"call_{number}", arguments, past.user, time_text(now), soon)
            for number in range(first, first + past.waiting)
            for soon in [time_text(now + timedelta(hours=1))]
        ],
    )
