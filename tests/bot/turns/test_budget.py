"""Whatever the history and whatever the budget: pairs stay together, what is open stays, the order is kept."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.turns import budget
from bot.turns.budget import Budget, Cut, cut, measured, weight
from bot.turns.history import estimate, pair_calls
from storage.records import (
    AssistantItem,
    CallItem,
    Counted,
    Item,
    Raw,
    ReasoningItem,
    ResultItem,
    StoredItem,
    SummaryItem,
    UserItem,
)

texts = st.text(max_size=300)
THOUGHT = ReasoningItem(Raw("responses", "m", {"type": "reasoning", "encrypted_content": "b64"}))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[StoredItem], set[str]]:
    """Draw a conversation as turns record it, perhaps after a summary, and the calls of it that are still open."""
    items: list[Item] = [SummaryItem(draw(texts))] if draw(st.booleans()) else []
    calls: list[str] = []
    for turn in range(draw(st.integers(1, 8))):
        if draw(st.booleans()):
            items.append(UserItem(draw(texts), "U1"))
        else:
            items += [CallItem(f"outcome_{turn}", "pay", "{}"), ResultItem(f"outcome_{turn}", draw(texts))]
        for step in range(draw(st.integers(0, 3))):
            made = [f"c{turn}.{step}.{number}" for number in range(draw(st.integers(0, 2)))]
            items += [THOUGHT] if draw(st.booleans()) else []
            items += [AssistantItem(draw(texts))] if draw(st.booleans()) else []
            items += [CallItem(id, "pay", draw(texts)) for id in made]
            items += [ResultItem(id, draw(texts)) for id in made]
            calls += made
    first = draw(st.integers(1, 5))
    opened = draw(st.sets(st.sampled_from(calls), max_size=3)) if calls else set()
    return [StoredItem(first + index, item) for index, item in enumerate(items)], opened


def the_rest(items: list[StoredItem]) -> list[StoredItem]:
    """Return the last question or outcome, and all that followed it."""
    begins = [
        place
        for place, stored in enumerate(items)
        if isinstance(stored.item, UserItem)
        or (isinstance(stored.item, CallItem) and stored.item.call_id.startswith("outcome_"))
    ]
    return items[begins[-1] :]


@given(histories(), st.integers(0, 1_500))
def test_a_cut_parts_nothing_that_belongs_together(history: tuple[list[StoredItem], set[str]], most: int) -> None:
    items, opened = history
    found = cut(items, 0, opened, most)
    if found is None:
        return
    assert sorted([*found.gone, *found.shown], key=lambda stored: stored.id) == items, "each is in one place"
    assert [stored.id for stored in found.shown] == sorted(stored.id for stored in found.shown), (
        "the order is kept"
    )
    for part in (found.gone, found.shown):
        plain = [stored.item for stored in part]
        assert pair_calls(plain) == plain, "a call and its result are on the same side"
    shown = {stored.item.call_id for stored in found.shown if isinstance(stored.item, CallItem)}
    assert opened <= shown
    assert found.shown[-len(the_rest(items)) :] == tuple(the_rest(items)), "the last question stays"
    assert found.covers == max(
        stored.id for stored in items if stored not in found.shown or stored.id in found.kept
    )


@given(histories(), st.integers(0, 1_500))
def test_reasoning_stays_with_what_it_led_to(history: tuple[list[StoredItem], set[str]], most: int) -> None:
    items, opened = history
    found = cut(items, 0, opened, most)
    outcomes = {stored.id for stored in items if getattr(stored.item, "call_id", "").startswith("outcome_")}
    sides = {stored.id: stored in found.shown for stored in items} if found else {}
    for one, other in itertools.pairwise(items):
        if (
            isinstance(one.item, ReasoningItem)
            and isinstance(other.item, CallItem | AssistantItem)
            and other.id not in outcomes
        ):
            assert sides.get(one.id) == sides.get(other.id)


@given(histories(), st.integers(0, 1_500))
def test_what_stays_is_as_large_as_it_may_be(history: tuple[list[StoredItem], set[str]], most: int) -> None:
    items, opened = history
    found = cut(items, 0, opened, most)
    if found is None:
        return
    if weight(found.shown) > most:
        late = the_rest(items)
        assert [stored.id for stored in found.shown if stored.id not in found.kept] == [each.id for each in late]
    larger = cut(items, 0, opened, 10**9)
    assert larger is not None
    assert {stored.id for stored in found.shown} <= {stored.id for stored in larger.shown}


@given(histories(), st.integers(0, 1_500), st.text(max_size=50))
def test_a_second_cut_goes_on_from_the_first(
    history: tuple[list[StoredItem], set[str]], most: int, text: str
) -> None:
    """As storage keeps it: the summary, what was kept, what came after."""
    items, opened = history
    first = cut(items, 0, opened, most)
    if first is None:
        return
    now = [StoredItem(items[-1].id + 1, SummaryItem(text)), *first.shown]
    second = cut(now, first.covers, set(), most // 2)
    if second is None:
        return
    assert second.covers >= first.covers
    assert second.gone[0] == now[0], "the notes so far are summed up again"
    assert second.kept == ()


def test_nothing_can_give_way_to_a_single_question() -> None:
    items = [StoredItem(1, UserItem("x" * 9_000, "U1")), StoredItem(2, AssistantItem("y"))]
    assert cut(items, 0, set(), 10) is None
    assert cut([], 0, set(), 10) is None


def test_the_first_place_that_fits_is_taken() -> None:
    items = [StoredItem(number, UserItem("x" * 300, "U1")) for number in range(1, 11)]
    found = cut(items, 0, set(), 5 * estimate(items[0].item))
    assert found == Cut(tuple(items[:5]), 5, (), tuple(items[5:]))


def test_what_the_provider_counts_sets_the_estimate_right() -> None:
    items = [StoredItem(1, UserItem("x" * 300, "U1")), StoredItem(2, AssistantItem("y" * 300))]
    plain = measured(6_000, 1_000, items, None)
    assert plain == Budget(6_000, 1_000)
    assert plain.room == 5_000
    half = measured(6_000, 1_000, items, Counted((1_000 + weight(items)) // 2, 2))
    assert 10_900 < half.room < 11_100
    assert measured(6_000, 1_000, items, Counted(10**9, 2)).scale == 3.0, "no server is believed everything"
    assert measured(1_000, 4_000, items, None).room == 200, "some room is left beside the longest schemas"


def test_an_estimate_counts_what_a_provider_wants_back() -> None:
    raw = Raw("responses", "m", {"type": "message", "id": "msg_" + "x" * 600})
    assert estimate(AssistantItem("yes", raw)) > estimate(AssistantItem("yes")) + 90
    assert estimate(UserItem("half \ud83d", "U1")) > 0
    assert json.dumps(raw.value)


def place_by_place(items: list[StoredItem], opened: set[str], most: int, until: int | None) -> Cut | None:
    """Look at each place by itself: what `cut` finds in one pass."""
    found = None
    for place in range(1, len(items)):
        if until is not None and items[place].id > until:
            break
        found = cut(items, 0, opened, -1, items[place].id)
        if found is not None and weight(found.shown) <= most:
            break
    return found


@given(histories(), st.integers(0, 1_500), st.none() | st.integers(1, 60))
def test_one_pass_finds_what_place_by_place_finds(
    history: tuple[list[StoredItem], set[str]], most: int, until: int | None
) -> None:
    items, opened = history
    assert cut(items, 0, opened, most, until) == place_by_place(items, opened, most, until)


def test_a_cut_estimates_each_item_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long thread would stop everything else that Nod does, at every step of every turn."""
    estimated: list[Item] = []

    def counting(item: Item) -> int:
        estimated.append(item)
        return estimate(item)

    monkeypatch.setattr(budget, "estimate", counting)
    pair: tuple[Item, Item] = UserItem("why?", "U1"), AssistantItem("so")
    items = [StoredItem(number + 1, pair[number % 2]) for number in range(3_000)]
    found = cut(items, 0, {"open"}, 50 * estimate(items[0].item))
    assert found is not None
    assert 48 <= len(found.shown) <= 52
    assert len(estimated) == len(items)
