from hypothesis import given
from hypothesis import strategies as st

from bot.turns.history import INTERRUPTED, estimate, model_input, pair_calls
from storage.records import AssistantItem, CallItem, Item, ResultItem, UserItem

texts = st.text(max_size=200)
ids = st.sampled_from(["a", "b", "c", "d"])
items = st.lists(
    st.one_of(
        st.builds(UserItem, texts, st.just("U1")),
        st.builds(AssistantItem, texts),
        st.builds(CallItem, ids, st.just("look"), texts),
        st.builds(ResultItem, ids, texts),
    ),
    max_size=30,
    unique_by=lambda item: (type(item), getattr(item, "call_id", id(item))),
)


@given(items)
def test_every_call_has_one_result_behind_its_step(history: list[Item]) -> None:
    waiting: list[str] = []
    for item in pair_calls(history):
        match item:
            case CallItem():
                waiting.append(item.call_id)
            case ResultItem():
                assert item.call_id == waiting.pop(0)
            case _:
                assert waiting == []
    assert waiting == []


@given(items)
def test_nothing_but_stray_results_is_lost(history: list[Item]) -> None:
    kept = [item for item in pair_calls(history) if not isinstance(item, ResultItem)]
    assert kept == [item for item in history if not isinstance(item, ResultItem)]


@given(items, st.integers(10, 500))
def test_what_is_over_the_budget_begins_with_a_question(history: list[Item], budget: int) -> None:
    shown = model_input(history, budget)
    whole = pair_calls(history)
    assert whole[len(whole) - len(shown) :] == shown
    if len(shown) < len(whole):
        assert isinstance(shown[0], UserItem)
    if sum(map(estimate, shown)) > budget:
        assert not any(isinstance(item, UserItem) for item in shown[1:])


def test_a_call_without_a_result_gets_one_that_says_so() -> None:
    call = CallItem("a", "look", "{}")
    assert pair_calls([call]) == [call, ResultItem("a", INTERRUPTED)]


def test_the_last_question_is_kept_whatever_it_costs() -> None:
    long = UserItem("x" * 10_000, "U1")
    assert model_input([UserItem("before", "U1"), long], 100) == [long]
