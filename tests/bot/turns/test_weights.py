"""How much there was of a conversation when the model was last shown it."""

from bot.turns.history import estimate
from bot.turns.weights import MOST, Weights
from storage.records import AssistantItem

ANSWER = AssistantItem("It is raining in Seoul.")


def test_what_was_never_shown_is_not_known_to_be_little() -> None:
    weights = Weights()
    weights.grown(1, [ANSWER])
    assert not weights.below(1, 10**6)


def test_what_was_shown_grows_by_what_is_recorded() -> None:
    weights = Weights()
    weights.shown(1, 100)
    weights.grown(1, [ANSWER, ANSWER])
    assert weights.below(1, 101 + 2 * estimate(ANSWER))
    assert not weights.below(1, 100 + 2 * estimate(ANSWER))
    assert not weights.below(2, 10**6)


def test_the_next_request_counts_anew() -> None:
    weights = Weights()
    weights.shown(1, 100)
    weights.shown(1, 10)
    assert weights.below(1, 11)


def test_only_the_last_are_remembered() -> None:
    weights = Weights()
    for conversation in range(MOST):
        weights.shown(conversation, 1)
    weights.shown(0, 1)
    weights.shown(MOST, 1)
    assert weights.below(0, 2)
    assert not weights.below(1, 2)
    assert weights.below(MOST, 2)
