"""How much of a conversation a model is sensibly shown at once, where the operator has not said it."""

from collections.abc import Iterable

WINDOWS = (
    ("gpt-5", 400_000),
    ("gpt-4.1", 1_047_576),
    ("gpt-4o", 128_000),
    ("gpt-4-turbo", 128_000),
    ("gpt-4", 8_192),
    ("gpt-3.5", 16_385),
    ("o1", 200_000),
    ("o3", 200_000),
    ("o4", 200_000),
    ("gpt-oss", 131_072),
)
"""Tokens of the context windows of models by the beginnings of their names, the longer beginning first, as far as
they are known here: what the operator says in NOD_CONTEXT_TOKENS counts instead."""

UNKNOWN = 32_768
"""What is taken for the window of any other model: an Azure deployment or a server's own name tells nothing."""

MOST = 100_000
"""Tokens. More of a thread costs more and takes longer with each question, and seldom makes the answer better."""


def context_tokens(models: Iterable[str]) -> int:
    """Return the budget of a request, in tokens, for models any of which may be asked: three quarters of the
    smallest window, which leaves the rest to the answer and to what the estimate misses."""
    return min(MOST, *(_window(model) * 3 // 4 for model in models))


def _window(model: str) -> int:
    name = model.strip().lower().rpartition("/")[2]
    return next((tokens for start, tokens in WINDOWS if name.startswith(start)), UNKNOWN)
