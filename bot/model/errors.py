"""From the openai package's exceptions, and a provider's error events, to errors by who acts next."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import openai

from bot.errors import ContextTooLong, ModelBusy, ModelCut, ModelError, ModelRefused
from bot.model.bounds import TooMuch
from bot.model.options import SettingNames
from bot.model.waits import asked_wait
from bot.model.wire import LOST, Unreadable

# The servers' own words; only OpenAI, Azure and llama.cpp have a code for it.
_CONTEXT = re.compile(
    r"context[_ ](?:length|size|window)|maximum context|prompt is too long|input is too long|request too large"
    r"|exceeds? the (?:maximum|limit|available)[a-z ]* tokens|too many (?:input )?tokens",
    re.IGNORECASE,
)
_REFUSED_EVENTS = ("invalid_request_error", "model_not_found", "invalid_api_key")
_ABOUT_REQUEST = (400, 415, 422)
_SILENT = "it was silent for too long"
_ENDLESS = "the server sent more than an answer has"
_WORD = re.compile(r"[A-Za-z0-9_./+\[\]-]{1,80}")


@contextmanager
def translated(begun: Callable[[], bool], settings: SettingNames) -> Iterator[None]:
    """Turn what the client raises into a ModelError.

    `begun` tells whether some of the answer has come; `settings` are those to name to the operator.
    """
    try:
        yield
    except openai.APIError as error:
        raise _from_api(error, settings, begun=begun()) from error
    except openai.OpenAIError as error:
        raise ModelRefused(f"The openai package refuses its settings; look at {settings.key}.") from error
    except LOST as error:
        raise broken(begun=begun(), why=_why(error)) from error


def _why(error: Exception) -> str:
    match error:
        case TimeoutError():
            return _SILENT
        case Unreadable():
            return "an event that cannot be read"
        case TooMuch():
            return _ENDLESS
        case _:
            return type(error).__name__


def broken(*, begun: bool, why: str, repeated: bool = False) -> ModelError:
    """Return the error for an answer that stopped before its end; `repeated`: the package has tried again already,
    as it does until a response begins."""
    if begun:
        return ModelCut(f"The model's answer broke off: {why}.")
    return ModelBusy(f"The model did not begin to answer: {why}.", repeated=repeated)


def not_a_stream(content_type: str, settings: SettingNames) -> ModelRefused:
    """Return the error for a server that answers, but with something else than server-sent events."""
    kind = _word(content_type.partition(";")[0].strip()) or "something else"
    return ModelRefused(
        f"The server answers with {kind} instead of an event stream; look whether {settings.address} is complete, "
        "such as https://host/v1."
    )


def compressed(settings: SettingNames) -> ModelRefused:
    """Return the error for a server that compresses what it was asked to send as it is.

    Such a body is not read: a few kilobytes can be hours of zeros, and no time-out takes effect while they are
    inflated.
    """
    return ModelRefused(
        f"The server of {settings.address} compresses its answers, though Nod asks it not to; have it, or the "
        "proxy in front of it, send them as they are."
    )


def tells_enough(status: int) -> bool:
    """Tell whether an HTTP status says without its body who acts next."""
    return status >= 400 and status not in _ABOUT_REQUEST


def from_event(code: str, message: str, *, begun: bool) -> ModelError:
    """Return the error for an error event in a stream; `code` is the provider's code, or its type."""
    if _CONTEXT.search(f"{code} {message}"):
        return _too_long()
    if begun or code not in _REFUSED_EVENTS:
        return broken(begun=begun, why=f"the provider reports {_word(code) or 'an error'}")
    return ModelRefused(
        f"The model refuses the request ({_word(code)}); look at NOD_MODEL and its settings.",
        request=code == "invalid_request_error",
    )


def wait_asked_for(error: ModelError) -> float | None:
    """Return the seconds for which the server asked to be left alone; None if it did not say."""
    cause = error.__cause__
    return asked_wait(cause.response.headers) if isinstance(cause, openai.APIStatusError) else None


def is_of_this_model(error: ModelError) -> bool:
    """Tell whether a refusal is about the model that was asked for: not there, or not granted to this key."""
    return isinstance(error.__cause__, openai.NotFoundError | openai.PermissionDeniedError)


def is_filtered(code: str | None) -> bool:
    """Tell whether a provider's content filter or policy stopped the request, which is an answer, not a defect."""
    return code is not None and (code in ("content_filter", "invalid_prompt") or "policy" in code)


def refuses_include(error: openai.APIStatusError) -> bool:
    """Tell whether a server, or a model that does not reason, refuses to give encrypted reasoning."""
    return re.search(r"\binclude\b|encrypted", f"{error.param} {error.message}", re.IGNORECASE) is not None


def refuses_reasoning(error: openai.APIStatusError) -> bool:
    """Tell whether stored reasoning can no longer be read, as after a change of the key's organization."""
    return error.code == "invalid_encrypted_content"


def _from_api(error: openai.APIError, settings: SettingNames, *, begun: bool) -> ModelError:
    if isinstance(error, openai.APITimeoutError):
        return broken(begun=begun, why=_SILENT, repeated=True)
    if isinstance(error.__cause__, TooMuch):
        return broken(begun=begun, why=_ENDLESS)
    if isinstance(error, openai.APIConnectionError):
        return broken(begun=begun, why=f"no connection to the server of {settings.address}", repeated=True)
    if isinstance(error, openai.APIStatusError):
        return _from_status(error, settings)
    return from_event(error.code or error.type or "", error.message, begun=begun)


def _from_status(error: openai.APIStatusError, settings: SettingNames) -> ModelError:
    status = error.status_code
    about_context = _CONTEXT.search(f"{error.code} {error.type} {error.message}") is not None
    if status == 413 or (about_context and status not in (401, 403, 404)):
        return _too_long()
    details = _details(error)
    if error.code == "insufficient_quota":
        return ModelRefused(f"The account of {settings.key} has no quota left; look at its billing ({details}).")
    if status in (408, 409, 429) or status >= 500:
        return ModelBusy(f"The model is busy or out of order ({details}).", repeated=True)
    match status:
        case 401:
            words = f"The server does not accept {settings.key}; write a valid one."
        case 403:
            words = f"{settings.key} may not use the model of NOD_MODEL; grant it or choose another."
        case 404:
            words = f"The server does not know the model of NOD_MODEL or the path of {settings.address}; mend it."
        case _:
            words = (
                f"The server does not take Nod's request; look whether {settings.address}, NOD_MODEL and "
                "NOD_MODEL_API go together."
            )
    return ModelRefused(f"{words[:-1]} ({details}).", request=status in _ABOUT_REQUEST)


def _details(error: openai.APIStatusError) -> str:
    """Name status, code, parameter and request id: enough to look it up, nothing of the body's prose."""
    parts = [f"status {error.status_code}", _word(error.code), _word(error.param)]
    if request_id := _word(error.request_id):
        parts.append(f"request {request_id}")
    return ", ".join(filter(None, parts))


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def _too_long() -> ContextTooLong:
    return ContextTooLong("The conversation no longer fits into the model's context.")
