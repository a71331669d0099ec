"""Call a function so that whatever it does, the model gets words that it can act on and nothing internal."""

import asyncio
import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from functions.arguments import thaw
from functions.context import Context
from functions.contract import Function
from functions.errors import FunctionProblem, OutcomeUnknown
from functions.sentences import filled

log = logging.getLogger("nod.functions")

MAX_READ = 2_000_000
"""Characters of a read-only function's result that are kept: more than the model is shown at once, which asks for
the rest piece by piece."""

MAX_OUTPUT = 60_000
"""Characters of an action's result."""

NO_LONGER_TAKEN = {
    "en": "It was changed since, and no longer takes these values.",
    "ko": "그 사이에 함수가 바뀌어 이 값을 더 이상 받지 않습니다.",
}
NO_ANSWER = {"en": "There was no answer within {seconds} seconds.", "ko": "{seconds}초 안에 답이 없었습니다."}
BROKEN = {
    "en": "Something went wrong inside Nod. The administrator finds it by this number: {incident}",
    "ko": "Nod 내부에 문제가 생겼습니다. Nod 관리자에게 이 번호를 알려 주세요: {incident}",
}

_json: TypeAdapter[Any] = TypeAdapter(Any)


class Ending(StrEnum):
    """How a call ended. FAILED means that nothing was changed; UNKNOWN that nobody can tell."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CallOutcome:
    """What came of a call: `value` is the JSON of its return value (None unless it succeeded), `words` a
    sentence for the model (empty if it succeeded), `said` the same for people by language (empty where there is
    nothing for them), `incident` the id that the log knows, `problem` what the function itself refused it with."""

    ending: Ending
    value: str | None = None
    words: str = ""
    said: Mapping[str, str] = field(default_factory=dict, compare=False)
    incident: str | None = None
    problem: FunctionProblem | None = field(default=None, compare=False, repr=False)


async def call(function: Function, context: Context, frozen: str) -> CallOutcome:
    """Run `function` with frozen arguments, within its time-out.

    A read-only function changes nothing, so its failures are FAILED. Of an action only FunctionProblem says
    that nothing was changed; a time-out or a defect leaves it UNKNOWN.
    """
    try:
        arguments = thaw(function, frozen)
    except FunctionProblem as problem:
        return CallOutcome(Ending.FAILED, words=str(problem), said=NO_LONGER_TAKEN)
    doubt = Ending.FAILED if function.read_only else Ending.UNKNOWN
    try:
        async with asyncio.timeout(function.timeout):
            value = await function.implementation(context, **arguments)
        return _succeeded(function, value)
    except FunctionProblem as problem:
        return CallOutcome(Ending.FAILED, words=str(problem), said=problem.words, problem=problem)
    except OutcomeUnknown as unknown:
        return CallOutcome(doubt, words=str(unknown), said=unknown.words)
    except TimeoutError:
        words = f"{function.name} gave no answer within {function.timeout:g} seconds."
        return CallOutcome(doubt, words=words, said=filled(NO_ANSWER, seconds=f"{function.timeout:g}"))
    except Exception:  # the border of a function call: a defect becomes an incident, its text stays in the log
        incident = secrets.token_hex(4)
        log.exception("function %s failed, incident %s", function.name, incident, extra={"incident": incident})
        words = f"{function.name} failed inside Nod (incident {incident})."
        return CallOutcome(doubt, words=words, said=filled(BROKEN, incident=incident), incident=incident)


def _succeeded(function: Function, value: Any) -> CallOutcome:
    text = _json.dump_json(value).decode()
    if function.read_only and len(text) > MAX_READ:
        words = f"The result has {len(text)} characters, more than {MAX_READ}; ask for less of it."
        return CallOutcome(Ending.FAILED, words=words)
    if not function.read_only and len(text) > MAX_OUTPUT:
        text = json.dumps({"note": f"done; the result has {len(text)} characters and is left out"})
    return CallOutcome(Ending.SUCCEEDED, value=text)
