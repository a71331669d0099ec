"""From the model's JSON to frozen arguments, and back from the frozen text to a call."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from functions.contract import Function
from functions.errors import FunctionProblem

MAX_ARGUMENTS = 100_000
"""Characters of JSON that a model may send as the arguments of one call."""


def freeze(function: Function, text: str) -> str:
    """Validate the model's arguments and return them as canonical JSON: the text that is shown, hashed and run.

    Raises FunctionProblem in words that let the model mend its call.
    """
    if len(text) > MAX_ARGUMENTS:
        raise FunctionProblem(f"The arguments are longer than {MAX_ARGUMENTS} characters; send less.")
    try:
        values = json.loads(text or "{}", object_pairs_hook=_unique, parse_constant=_no_constant)
        # As JSON, as `thaw` does: strict types and unions read Python values in another way.
        return canonical(function.arguments.model_validate_json(json.dumps(values, allow_nan=False)))
    except ValidationError as error:
        raise FunctionProblem(f"The arguments of {function.name} are not valid: {_sentence(error)}") from error
    except (ValueError, RecursionError) as error:
        raise FunctionProblem(
            f"The arguments of {function.name} are not valid JSON with each name once; send them again."
        ) from error


def thaw(function: Function, frozen: str) -> dict[str, Any]:
    """Return frozen arguments as the keywords of a call.

    Raises FunctionProblem when the function's schema has changed since and no longer takes them as they are.
    """
    try:
        arguments = function.arguments.model_validate_json(frozen)
    except ValidationError as error:
        raise FunctionProblem(f"{function.name} no longer takes these arguments: it was changed.") from error
    if canonical(arguments) != frozen:
        raise FunctionProblem(f"{function.name} would now read these arguments in another way: it was changed.")
    return {name: getattr(arguments, name) for name in type(arguments).model_fields}


def canonical(arguments: BaseModel) -> str:
    """Write validated arguments as JSON with sorted keys and no white space."""
    values = arguments.model_dump(mode="json", by_alias=True)
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a name stands twice")
    return values


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _sentence(error: ValidationError) -> str:
    """Name each wrong place and what it wants, without the value: that may be long or somebody's.

    Names that the model made up are cut; so is what an author's validator says.
    """
    return "; ".join(
        f"{'.'.join(str(part)[:100] for part in problem['loc'][:10]) or 'arguments'}: "
        f"{str(own_problem(problem) or problem['msg'])[:500]}"
        for problem in error.errors(include_url=False, include_input=False)[:10]
    )


def own_problem(problem: Mapping[str, Any]) -> FunctionProblem | None:
    """Return what a validator of the function's raised, from one of pydantic's `errors()`: words meant for people
    and the model, unlike those of any other ValueError."""
    raised = problem.get("ctx", {}).get("error")
    return raised if isinstance(raised, FunctionProblem) else None
