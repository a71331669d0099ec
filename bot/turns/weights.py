"""How much there was of a conversation when the model was last shown it: who knows that it is little need not read
it again to see whether it has to become a summary."""

from collections.abc import Iterable

from bot.turns.history import estimate
from storage.records import Item

MOST = 1_000
"""Conversations that are remembered; of another one it is not known, and it is read."""


class Weights:
    """Estimated tokens of the conversations that were asked about last."""

    def __init__(self) -> None:
        self._of: dict[int, int] = {}

    def shown(self, conversation: int, tokens: int) -> None:
        """Remember how much the model is shown."""
        self._of.pop(conversation, None)
        self._of[conversation] = tokens
        if len(self._of) > MOST:
            del self._of[next(iter(self._of))]

    def grown(self, conversation: int, items: Iterable[Item]) -> None:
        """Count what was recorded behind that."""
        if conversation in self._of:
            self._of[conversation] += sum(map(estimate, items))

    def below(self, conversation: int, tokens: float) -> bool:
        """Whether it is known to have less. An edit in the meantime may have brought back what a summary stood
        for: then this is wrong until the next request."""
        return self._of.get(conversation, tokens) < tokens
