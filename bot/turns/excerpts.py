"""Results that are longer than the model is shown at once: kept whole, shown in part, read on piece by piece."""

import json
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bot.turns.parts import Parts
from functions.context import Context, Person
from functions.contract import Function, function
from functions.errors import FunctionProblem, Unavailable
from storage.outcomes import OUTCOME
from storage.records import Part, ResultItem, StoredItem

NAME = "read_more"

LEAST, MOST = 4_000, 30_000
"""Characters of a result that the model is shown at once, however small or large its context is."""


BRIEF = 600
"""Characters that are shown of one that only stands beside an open action."""

READ_ON = f"This is only the beginning of the result. Call {NAME} to read on."
CALL_AGAIN = "This is only the beginning of an old result. Call the function again if it is needed."

MOST_OFFSET = 10**9
"""Where no result reaches: SQLite counts with 64 bits."""

SLACK = 200
"""Characters fewer than are shown at once, so that what was read on is never shortened itself."""


def longest(context_tokens: int) -> int:
    """Return how many characters of one result are shown: several have to fit into a request. It depends on the
    settings alone, so that a result is shown in the same way in every request."""
    return min(MOST, max(LEAST, context_tokens // 3))


def excerpted(items: Sequence[StoredItem], most: int, covers: int = 0) -> list[StoredItem]:
    """Put the beginning in the place of each result that has more than `most` characters, as `History.memory` may
    have read no more of it. Those up to the id `covers` stand behind a summary, and are shown in brief."""
    return [brief(stored, most) if stored.id <= covers else _excerpt(stored, most, most) for stored in items]


def brief(stored: StoredItem, most: int) -> StoredItem:
    """Show a few hundred characters of a result that stays only because of an action beside it, which may wait for
    days; all of what became of an action itself."""
    item = stored.item
    if isinstance(item, ResultItem) and item.call_id.startswith(OUTCOME):
        return _excerpt(stored, most, most)
    return _excerpt(stored, BRIEF, most)


def _excerpt(stored: StoredItem, length: int, most: int) -> StoredItem:
    item = stored.item
    if not isinstance(item, ResultItem):
        return stored
    characters = stored.characters or len(item.output_json)
    if characters <= length:
        return stored
    beside: dict[str, object] = {"characters": characters, "note": CALL_AGAIN}
    if characters > most:
        beside = {"reference": f"r{stored.id}", "characters": characters, "note": READ_ON}
    return StoredItem(stored.id, ResultItem(item.call_id, _piece(item.output_json, 0, characters, length, beside)))


def _piece(text: str, start: int, characters: int, most: int, beside: dict[str, object]) -> str:
    """Write a part of a result as a JSON object of about `most` characters: quotes inside it take two. `text` is
    the result from `start` on, or as much of it as may be needed; the whole has so many `characters`."""
    length = most
    while True:
        part = text[:length]
        next_offset = start + len(part)
        more = {"next_offset": next_offset} if next_offset < characters else {}
        told = json.dumps({**beside, **more, "part": part}, ensure_ascii=False)
        if len(told) <= most or length <= most // 8:
            return told
        length = length * 7 // 8


def reading(parts: Parts) -> Function:
    """Make the function by which the model reads on, over the results that its own conversation has.

    It reads for a person what the operator's rules let them have called: a reference is a number that anybody can
    name, and another person's result may stand under it.
    """
    most = longest(parts.context_tokens)

    @function(read_only=True, title={"en": "Read on", "ko": "이어서 읽기"})
    async def read_more(
        context: Context,
        reference: Annotated[str, Field(description="The reference that the shortened result gave")],
        offset: Annotated[int, Field(ge=0, description="Where to read on: the next_offset that was given last")],
    ) -> dict[str, object]:
        """Read on in a result of this conversation that was too long to be shown at once."""
        id = reference.removeprefix("r")
        known = id.isascii() and id.isdecimal() and len(id) < 19
        history, conversation = parts.storage.history, int(context.conversation)
        found = await history.result(conversation, int(id), min(offset, MOST_OFFSET), most) if known else None
        # What was shown whole has no reference; what was read on has that of the result it is of.
        if found is None or found.characters <= most or found.function == NAME:
            raise FunctionProblem("This conversation has no result of that reference.")
        allowed = await _may_have(parts, found, context.requester)
        if allowed is None:
            raise Unavailable(
                f"Slack did not say just now whether this person may use {found.function}. Tell them to ask again "
                "in a moment."
            )
        if not allowed:
            raise FunctionProblem(
                f"The administrator does not let this person use {found.function} here, nor what it gave. Say so."
            )
        if offset >= found.characters:
            raise FunctionProblem(f"The result ends at {found.characters} characters.")
        beside: dict[str, object] = {"reference": f"r{id}"}
        piece: dict[str, object] = json.loads(_piece(found.text, offset, found.characters, most - SLACK, beside))
        return piece

    return read_more


async def _may_have(parts: Parts, found: Part, person: Person) -> bool | None:
    """A function that is not there any more has no rules that could allow it."""
    if found.function not in parts.functions:
        return False
    return await parts.policy.may_call_now(found.function, person.id, found.channel)
