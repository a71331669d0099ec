"""What is wrong with a setting, as one sentence for whoever runs Nod. Pure; what may be a token is not said."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

LONGEST_SAID = 20
"""Characters of a value that is repeated: no token is so short."""

WHERE = "README, “In your workspace”, says where to find"


def setting_problem(error: ValidationError, also_missing: Sequence[str] = ()) -> str:
    """Name every setting that is missing, else the first that is wrong, with what to write instead."""
    errors = error.errors(include_url=False)
    missing = [_name(each) for each in errors if each["type"] == "missing"]
    if missing:
        return _not_set([*missing, *also_missing])
    return _wrong(errors[0])


def _not_set(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} is not set: put it into .env; {WHERE} it."
    return f"{', '.join(names[:-1])} and {names[-1]} are not set: put them into .env; {WHERE} them."


def _wrong(error: Any) -> str:
    name, value = _name(error), str(error["input"])
    write = _instead(error)
    if not write:
        return f"{name} is wrong: {error['msg'].removeprefix('Value error, ')}."
    if len(value) > LONGEST_SAID or not value.isprintable():
        return f"{name} is wrong: {write}."
    return f"{name} is “{value}”: {write}."


def _instead(error: Any) -> str:
    match error["type"]:
        case "int_parsing" | "int_from_float":
            return "write a whole number, such as 1800"
        case "greater_than_equal":
            return f"write a whole number of at least {error['ctx']['ge']}"
        case "less_than_equal":
            return f"write a whole number of at most {error['ctx']['le']}"
        case "literal_error":
            return f"write {error['ctx']['expected'].replace(chr(39), '')}"
    return ""


def _name(error: Any) -> str:
    return str(error["loc"][0])
