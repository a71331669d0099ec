from bot.model.windows import MOST, UNKNOWN, context_tokens


def test_a_budget_follows_the_models_window() -> None:
    assert context_tokens(["gpt-5.4-mini"]) == MOST
    assert context_tokens(["gpt-4o-mini"]) == 96_000
    assert context_tokens(["gpt-4"]) == 6_144
    assert context_tokens(["openai/gpt-4.1"]) == MOST


def test_an_unknown_model_is_taken_to_be_small() -> None:
    assert context_tokens(["our-deployment"]) == UNKNOWN * 3 // 4


def test_any_of_several_models_has_to_hold_it() -> None:
    assert context_tokens(["gpt-5.4", "gpt-3.5-turbo"]) == 16_385 * 3 // 4
