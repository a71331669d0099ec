"""Over both adapters: a request begins with all that the one before it said, so that the provider's cache hits."""

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.chat import ChatModel
from bot.model.client import build_client
from bot.model.options import ModelOptions, provider_of
from bot.model.responses import ResponsesModel
from bot.turns.excerpts import excerpted
from bot.turns.history import pair_calls
from functions import Context, Function, function
from storage.records import (
    AssistantItem,
    CallItem,
    Item,
    OverheardItem,
    Raw,
    ReasoningItem,
    ResultItem,
    StoredItem,
    SummaryItem,
    UserItem,
)

MODEL = "gpt-5.4-mini"
OPTIONS = ModelOptions(MODEL, api_key="sk-test")
texts = st.text(min_size=1, max_size=40)


@function(read_only=True)
async def look(context: Context, what: str) -> dict[str, str]:
    """Look something up."""
    return {"found": what}


@function
async def pay(context: Context, amount: int = 5) -> None:
    """Pay an amount."""


Body = Callable[[str, Sequence[Item], Sequence[Function]], dict[str, Any]]


def body_of(api: str) -> Body:
    adapter = ResponsesModel if api == "responses" else ChatModel
    provider = provider_of(OPTIONS)
    return adapter(build_client(OPTIONS, provider), OPTIONS, provider).body


@st.composite
def courses(draw: st.DrawFn, api: str) -> list[list[Item]]:
    """Draw what is added to a history between one request and the next, perhaps after a summary."""
    added: list[list[Item]] = []
    new: list[Item] = [SummaryItem(draw(texts))] if draw(st.booleans()) else []
    new += [OverheardItem(draw(texts), "U2", draw(texts), "1.1") for _ in range(draw(st.integers(0, 2)))]
    number = 0
    for _ in range(draw(st.integers(1, 6))):
        if draw(st.booleans()):
            new.append(UserItem(draw(texts), "U1", draw(st.sampled_from(["", "Kim"]))))
        else:
            number += 1
            new += [CallItem(f"outcome_{number}", "pay", "{}"), ResultItem(f"outcome_{number}", "{}")]
        for _ in range(draw(st.integers(0, 2))):
            added.append(new)
            number += 1
            id = f"c{number}"
            own = {"type": "function_call", "call_id": id, "name": "look", "arguments": "{}", "id": f"fc_{id}"}
            thought = Raw(api, MODEL, {"type": "reasoning", "encrypted_content": "b64", "id": f"rs_{id}"})
            raw = Raw(api, MODEL, own if api == "responses" else {"extra_content": id})
            new = [ReasoningItem(thought)] if draw(st.booleans()) else []
            new += [CallItem(id, "look", "{}", raw if draw(st.booleans()) else None)]
            new += [ResultItem(id, json.dumps(draw(texts) * draw(st.sampled_from([1, 200]))))]
        added.append(new)
        new = [AssistantItem(draw(texts))]
    return added


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_each_request_begins_with_the_one_before(api: str) -> None:
    body = body_of(api)

    @given(courses(api))
    def check(course: list[list[Item]]) -> None:
        items: list[StoredItem] = []
        bodies = []
        for new in course:
            items += [StoredItem(len(items) + place, item) for place, item in enumerate(new, 1)]
            shown = pair_calls([stored.item for stored in excerpted(items, 4_000)])
            bodies.append(body("Be kind.", shown, [look, pay]))
        name = "input" if api == "responses" else "messages"
        for one, other in pairwise(bodies):
            before, after = json.dumps(one.pop(name)), json.dumps(other[name])
            assert after.startswith(before[:-1]), "what was sent is sent again, byte by byte"
            rest = {key: value for key, value in other.items() if key != name}
            assert json.dumps(one) == json.dumps(rest), "all the rest, in its order, never changes"

    check()
