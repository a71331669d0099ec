"""Errors, by who acts next.

    NodError
    ├── OperatorError        whoever runs Nod: a setting, a token, an address. Ends the process with exit status 2
    └── ModelError           the model's side; the person is told in words of the catalogue
        ├── ModelBusy        nobody: try again later (429, 5xx, no connection)
        ├── ModelRefused     whoever runs Nod: key, model name, a request that the server does not take
        ├── ModelCut         nobody: the stream ended in the middle
        └── ContextTooLong   the person: a new thread

The author of a function: `functions.errors`. Anything else is a defect of ours: an incident id and a log line.
"""

from pathlib import Path


class NodError(Exception):
    """The root; `str()` is for the log and the operator, never for Slack or the model."""


class OperatorError(NodError):
    """`str()` is one sentence that names the setting and says what to do."""


class ModelError(NodError):
    """The model gave no usable answer."""


class ModelBusy(ModelError):
    """Worth trying later. `repeated` tells that the request was repeated already, as often as is sensible now."""

    def __init__(self, words: str = "", *, repeated: bool = False) -> None:
        super().__init__(words)
        self.repeated = repeated


class ModelRefused(ModelError):
    """The same request will be refused again until the operator changes something. `request` tells that it is
    about what was sent, and not about the key, the model or the address."""

    def __init__(self, words: str = "", *, request: bool = False) -> None:
        super().__init__(words)
        self.request = request


class ModelCut(ModelError):
    """The stream broke off; `ModelBusy` if nothing had come yet."""


class ContextTooLong(ModelError):
    """The conversation no longer fits into the model's context."""


def no_database(path: Path) -> str:
    """Say that there is no database yet, and what to do."""
    return (
        f"NOD_DATABASE: there is no file {path}. Nod has not run here yet: start it with `nod run`,"
        " or set NOD_DATABASE to its file."
    )
