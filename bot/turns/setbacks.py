"""Summaries that failed: when another one is tried, and when the older part is left out without one."""

from dataclasses import dataclass

from bot.errors import ModelBusy

MOST = 3
"""Summaries of a conversation that fail before it goes on without one."""


@dataclass(frozen=True)
class _Setback:
    times: int
    weight: int


class Setbacks:
    """What became of the summaries since this process began, by conversation. Each try costs a request as large as
    the budget: what a model has refused it is not asked again until there is more of it."""

    def __init__(self) -> None:
        self._of: dict[int, _Setback] = {}

    def failed(self, conversation: int, weight: int, error: Exception) -> None:
        """Remember a summary that failed when its conversation weighed so much. A server that is too busy or away
        has said nothing of the conversation."""
        if not isinstance(error, ModelBusy):
            before = self._of.get(conversation)
            self._of[conversation] = _Setback(before.times + 1 if before else 1, weight)

    def succeeded(self, conversation: int) -> None:
        self._of.pop(conversation, None)

    def waits(self, conversation: int, weight: int, growth: float) -> bool:
        """Whether it has to grow by so much before the next try."""
        before = self._of.get(conversation)
        return before is not None and weight < before.weight + growth

    def given_up(self, conversation: int, *, refused: bool) -> bool:
        """Whether nothing more is to be hoped for: after the third, and after the first where the model has
        `refused` the whole conversation too."""
        before = self._of.get(conversation)
        return before is not None and (refused or before.times >= MOST)
