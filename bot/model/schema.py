"""From a function to the JSON schema of its arguments, strict where the provider is known to take it."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import openai
from pydantic import BaseModel

from bot.model.options import Provider
from functions.contract import Function

_SHAPE = ("type", "description", "required", "additionalProperties", "enum", "const", "$ref")
_CONSTRAINTS = (
    *("pattern", "format", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("minItems", "maxItems"),
)
_FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
_SILENT = ("title", "$schema", "discriminator", "examples", "deprecated", "readOnly", "writeOnly")
_SPOKEN = ("default", "minLength", "maxLength", "uniqueItems", "minProperties", "maxProperties")
_LOOKAROUND = ("(?=", "(?!", "(?<")


class _NotStrict(Exception):
    """The schema says something that strict mode cannot express."""


def strict_parameters(arguments: type[BaseModel], provider: Provider) -> dict[str, Any] | None:
    """Return the schema as strict mode takes it, or None if it cannot be said in strict mode.

    Every property is required, no object is open. Keywords that are refused move into the description, so that
    the model still knows them: on OpenAI `default`, lengths and exotic formats, on Azure every constraint (by
    OpenAI's guide to structured outputs and Microsoft's page about them).
    """
    try:
        definition = openai.pydantic_function_tool(arguments)["function"]
        return _strict(definition["parameters"], provider)
    except (_NotStrict, RecursionError):
        # RecursionError: the package unfolds a recursive reference that has a description beside it.
        return None


def plain_parameters(arguments: type[BaseModel]) -> dict[str, Any]:
    """Return the schema as pydantic writes it."""
    return arguments.model_json_schema()


def tool_definition(function: Function, provider: Provider) -> dict[str, Any]:
    """Return name, description and parameters; `strict` is said only to providers that know the word.

    OpenAI's Responses API takes a missing `strict` for true, so that it is said there in both cases.
    """
    return {
        "name": function.name,
        "description": function.description,
        **_parameters(function.arguments, provider),
    }


@cache  # every request needs all of them, and pydantic takes milliseconds for each
def _parameters(arguments: type[BaseModel], provider: Provider) -> Mapping[str, Any]:
    if not provider.known:
        return {"parameters": plain_parameters(arguments)}
    strict = strict_parameters(arguments, provider)
    if strict is None:
        return {"parameters": plain_parameters(arguments), "strict": False}
    return {"parameters": strict, "strict": True}


def _strict(schema: Mapping[str, Any], provider: Provider) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    notes: list[str] = []
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            kept[key] = {name: _strict(inner, provider) for name, inner in value.items()}
        elif key == "items":
            kept[key] = _strict(_schema(value), provider)
        elif key in ("anyOf", "oneOf"):
            kept["anyOf"] = [_strict(_schema(inner), provider) for inner in value]
        elif key in _SHAPE or (key in _CONSTRAINTS and _is_taken(key, value, provider)):
            kept[key] = value
        elif key in _SPOKEN or key in _CONSTRAINTS:
            notes.append(f"{key}: {json.dumps(value, ensure_ascii=False)}")
        elif key not in _SILENT:
            raise _NotStrict(key)
    _check(kept)
    if notes:
        kept["description"] = " ".join([*filter(None, [kept.get("description")]), f"({', '.join(notes)})"])
    return kept


def _schema(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _NotStrict("true and false are no schemas there")
    return value


def _is_taken(key: str, value: object, provider: Provider) -> bool:
    if provider is Provider.AZURE:
        return False
    if key == "format":
        return value in _FORMATS
    if key == "pattern":
        return not any(sign in str(value) for sign in _LOOKAROUND)
    return True


def _check(schema: Mapping[str, Any]) -> None:
    if not any(key in schema for key in ("type", "anyOf", "enum", "const", "$ref")):
        raise _NotStrict("anything goes")
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        raise _NotStrict("an open object")
    if schema.get("type") == "array" and "items" not in schema:
        raise _NotStrict("an array of anything")
