from hypothesis import given
from hypothesis import strategies as st

from bot.turns.history import INTERRUPTED, pair_calls
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


def test_a_call_without_a_result_gets_one_that_says_so() -> None:
    call = CallItem("a", "look", "{}")
    assert pair_calls([call]) == [call, ResultItem("a", INTERRUPTED)]
