"""What can go wrong around a function, by who acts next.

    DeclarationError   its author: the function is refused at registration, with what to write instead
    FunctionProblem    the model, or who edits a card: nothing was changed, and the words say what would work
    OutcomeUnknown     the people: the effect may have happened, and somebody has to look

Anything else that a function raises is a defect: the safe call gives it an incident id and keeps its text
out of Slack and away from the model.
"""

from collections.abc import Mapping
from types import MappingProxyType

from functions.sentences import Sentence, by_language, spoken

UNSAID: Mapping[str, str] = MappingProxyType({})
"""What a subclass has said that does not call `__init__`."""


class DeclarationError(Exception):
    """Refuse a function at registration; `str()` is one sentence for its author."""


class FunctionProblem(ValueError):
    """Tell the model and the people that nothing was changed and why.

    `words` is one text, or one a language: `{"en": "…", "ko": "…"}`. People read theirs, on the card or, while
    they edit one, beside the field; the model reads the English one, and behind it `hint`: what it alone can do
    about it, such as a function to call. Write only words of your own: never an upstream's body, an exception's
    text or a token. `field` names the parameter that it is about. A pydantic validator may raise it, too, without
    a `field`; that is why it is a ValueError.
    """

    words = UNSAID
    field: str | None = None

    def __init__(self, words: Sentence, field: str | None = None, hint: str = "") -> None:
        super().__init__(f"{spoken(words)} {hint}" if hint else spoken(words))
        self.words = by_language(words)
        self.field = field


class Unavailable(FunctionProblem):
    """What the function works with gives no answer now: nothing is said about the arguments."""


class OutcomeUnknown(Exception):
    """Say that the effect may or may not have happened, such as a time-out after the request was sent.

    `words`, as those of a FunctionProblem, names what to check: people read it on the card.
    """

    words = UNSAID

    def __init__(self, words: Sentence = "") -> None:
        super().__init__(spoken(words))
        self.words = by_language(words)
