"""A thread that goes on for hundreds of questions, and what the model was shown of it, item by item."""

import itertools
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from bot.demo.model.usage import BYTES_PER_TOKEN
from bot.demo.workspace.state import Message, Workspace
from bot.model.chat_messages import build_messages
from bot.model.responses_input import build_input
from bot.turns.history import pair_calls
from bot.turns.summary import INSTRUCTIONS as NOTES
from storage.records import StoredItem, SummaryItem
from storage.sqlite.codec import item_from
from tests.e2e.office import WITHIN, Office, Thread, shown

ASIDES = ("I have summarised", "I no longer look at", "이 스레드의 앞부분은")
OPENING = "[Summary of the conversation so far"

Json = dict[str, Any]


@dataclass
class LongThread:
    """One person asks on and on. `answers` holds what Nod said, without its asides."""

    office: Office
    thread: Thread
    answers: list[str] = field(default_factory=list)

    @classmethod
    async def begin(cls, office: Office, person: str, text: str) -> "LongThread":
        long = cls(office, await office.ask(person, "general", f"@Nod {text}"))
        await long.answered()
        return long

    async def ask(self, person: str, text: str) -> str:
        self.thread = await self.thread.then(person, text)
        return await self.answered()

    async def answered(self) -> str:
        """Wait for the end of what Nod says after the last question or click."""

        def said(workspace: Workspace) -> list[Message] | None:
            after = [message for message in self.thread.replies if message.ts > self.thread.asked]
            found = [message for message in after if not is_aside(message)]
            busy = workspace.statuses.get((self.thread.channel, self.thread.ts))
            return found if found and not busy and not any(each.streaming for each in found) else None

        self.answers.append((await self.office.workspace.wait_for(said, WITHIN))[0].text)
        return self.answers[-1]

    async def asides(self, count: int) -> list[Message]:
        """Wait until the thread has so many asides."""

        def seen(_: Workspace) -> list[Message] | None:
            found = [message for message in self.thread.replies if is_aside(message)]
            return found if len(found) >= count else None

        return await self.office.workspace.wait_for(seen, WITHIN)

    def stored(self) -> list[StoredItem]:
        """Return every item of the conversation as it stands in the database, summaries too."""
        with closing(sqlite3.connect(self.office.folder / "nod.db")) as db:
            db.row_factory = sqlite3.Row
            rows = db.execute(
                "SELECT items.* FROM items JOIN conversations ON conversations.id = conversation "
                "WHERE thread = ? ORDER BY items.id",
                [self.thread.ts],
            ).fetchall()
        return [StoredItem(row["id"], item_from(dict(row))) for row in rows]

    def turns(self) -> list[Json]:
        with closing(sqlite3.connect(self.office.folder / "nod.db")) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute("SELECT * FROM turns ORDER BY id")]


def is_aside(message: Message) -> bool:
    return shown(message).strip().startswith(ASIDES)


def front_of(body: Json) -> str:
    """Return what a provider's cache sees first: the instructions and the functions."""
    instructions = body.get("instructions") or body["messages"][0]["content"]
    return json.dumps([instructions, body.get("tools")], ensure_ascii=False)


def input_of(body: Json) -> list[Json]:
    items: list[Json] = body["input"] if "input" in body else body["messages"][1:]
    return items


def is_notes(body: Json) -> bool:
    """Whether a request asks for a summary."""
    return NOTES[:60] in front_of(body)


def is_summary(item: Json) -> bool:
    return item.get("role") == "user" and str(item["content"]).startswith(OPENING)


def whole_input(items: list[StoredItem], api: str, model: str) -> list[Json]:
    """Write a whole history, without its summaries, as the API would be sent it."""
    kept = pair_calls([stored.item for stored in items if not isinstance(stored.item, SummaryItem)])
    return build_input(kept, model) if api == "responses" else build_messages("", kept, model)


def shared(before: bytes, after: bytes) -> int:
    """Return how many bytes two requests begin with alike."""
    length = min(len(before), len(after))
    if before[:length] == after[:length]:
        return length
    return next(place for place in range(length) if before[place] != after[place])


def prompt(body: Json) -> bytes:
    """Write a request in the order in which a provider reads it: functions, instructions, items."""
    return (front_of(body) + "".join(json.dumps(item, ensure_ascii=False) for item in input_of(body))).encode()


def tokens_of(body: Json) -> int:
    """Count a request's tokens as the stand-in model does."""
    return -(-len(prompt(body)) // BYTES_PER_TOKEN)


def pairs(bodies: list[Json]) -> Iterator[tuple[Json, Json]]:
    yield from itertools.pairwise(bodies)
