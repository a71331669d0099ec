"""What can go wrong around a function, by who acts next.

    DeclarationError   its author: the function is refused at registration, with what to write instead
    FunctionProblem    the model, or who edits a card: nothing was changed, and the words say what would work
    OutcomeUnknown     the people: the effect may have happened, and somebody has to look

Anything else that a function raises is a defect: the safe call gives it an incident id and keeps its text
out of Slack and away from the model.
"""


class DeclarationError(Exception):
    """Refuse a function at registration; `str()` is one sentence for its author."""


class FunctionProblem(ValueError):
    """Tell the model that nothing was changed and why; `str()` is shown to it as it is.

    Write only words of your own: never an upstream's body, an exception's text or a token. `field` names the
    parameter that it is about: whoever edits a card reads the words beside it. A pydantic validator may raise it,
    too, without a `field`; that is why it is a ValueError.
    """

    def __init__(self, words: str, field: str | None = None) -> None:
        super().__init__(words)
        self.field = field


class Unavailable(FunctionProblem):
    """What the function works with gives no answer now: nothing is said about the arguments."""


class OutcomeUnknown(Exception):
    """Say that the effect may or may not have happened, such as a time-out after the request was sent.

    `str()` names what to check, in words of your own: people in the thread read it.
    """
