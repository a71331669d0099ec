"""Results that are longer than the model is shown at once: kept whole, shown in part, read on piece by piece."""

import json
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from functions.context import Context
from functions.contract import Function, function
from functions.errors import FunctionProblem
from storage.ports import History
from storage.records import ResultItem, StoredItem

NAME = "read_more"

LEAST, MOST = 4_000, 30_000
"""Characters of a result that the model is shown at once, however small or large its context is."""


SLACK = 200
"""Characters fewer than are shown at once, so that what was read on is never shortened itself."""


def longest(context_tokens: int) -> int:
    """Return how many characters of one result are shown: several have to fit into a request. It depends on the
    settings alone, so that a result is shown in the same way in every request."""
    return min(MOST, max(LEAST, context_tokens // 3))


def excerpted(items: Sequence[StoredItem], most: int) -> list[StoredItem]:
    """Put the beginning in the place of each result that has more than `most` characters."""
    return [
        StoredItem(stored.id, ResultItem(stored.item.call_id, _beginning(stored.id, stored.item, most)))
        if isinstance(stored.item, ResultItem) and len(stored.item.output_json) > most
        else stored
        for stored in items
    ]


def _beginning(id: int, result: ResultItem, most: int) -> str:
    shown = {
        "reference": f"r{id}",
        "characters": len(result.output_json),
        "note": f"This is only the beginning of the result. Call {NAME} to read on.",
    }
    return _piece(result.output_json, 0, most, shown)


def _piece(text: str, start: int, most: int, beside: dict[str, object]) -> str:
    """Write a part of a text as a JSON object of about `most` characters: quotes inside it take two."""
    end = start + most
    while True:
        part = text[start:end]
        next_offset = start + len(part)
        more = {"next_offset": next_offset} if next_offset < len(text) else {}
        told = json.dumps({**beside, **more, "part": part}, ensure_ascii=False)
        if len(told) <= most or end - start <= most // 8:
            return told
        end = start + (end - start) * 7 // 8


def reading(history: History, context_tokens: int) -> Function:
    """Make the function by which the model reads on, over the results that its own conversation has."""

    @function(read_only=True, title={"en": "Read on", "ko": "이어서 읽기"})
    async def read_more(
        context: Context,
        reference: Annotated[str, Field(description="The reference that the shortened result gave")],
        offset: Annotated[int, Field(ge=0, description="Where to read on: the next_offset that was given last")],
    ) -> dict[str, object]:
        """Read on in a result of this conversation that was too long to be shown at once."""
        id = reference.removeprefix("r")
        known = id.isascii() and id.isdecimal() and len(id) < 19
        found = await history.item(int(context.conversation), int(id)) if known else None
        if not isinstance(found, ResultItem):
            raise FunctionProblem("This conversation has no result of that reference.")
        if offset >= len(found.output_json):
            raise FunctionProblem(f"The result ends at {len(found.output_json)} characters.")
        piece: dict[str, object] = json.loads(
            _piece(found.output_json, offset, longest(context_tokens) - SLACK, {"reference": f"r{id}"})
        )
        return piece

    return read_more
