"""Reads the offered functions and refuses schemas that the real server refuses.

Rules from OpenAI's function calling and structured outputs guides: parameters are an object schema; with `strict`,
every object forbids additional properties and requires all of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.demo.model.conversation import Tool
from bot.demo.model.errors import ApiError, bad_request, missing, wrong_type

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
TYPES = {"string", "number", "integer", "boolean", "object", "array", "null"}


def read_tools(raw: Any, *, nested: bool) -> tuple[Tool, ...]:
    """Read a request's `tools`; `nested` is Chat Completions' form with a `function` object inside.

    Raises ApiError (400) for a broken entry, a name given twice, or an invalid schema.
    """
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise wrong_type("tools", "an array of objects")
    tools: dict[str, Tool] = {}
    for index, entry in enumerate(raw):
        tool = _read_tool(entry, f"tools[{index}]", nested=nested)
        if tool.name in tools:
            raise bad_request(f"Duplicate function name: '{tool.name}'.", param=f"tools[{index}]")
        tools[tool.name] = tool
    return tuple(tools.values())


def _read_tool(entry: Any, where: str, *, nested: bool) -> Tool:
    if not isinstance(entry, dict):
        raise wrong_type(where, "an object")
    if entry.get("type") != "function":
        raise bad_request(
            f"Invalid value: {entry.get('type')!r}. Supported values are: 'function'.",
            param=f"{where}.type",
            code="invalid_value",
        )
    definition = entry.get("function") if nested else entry
    where = f"{where}.function" if nested else where
    if not isinstance(definition, dict):
        raise missing(where)
    name = definition.get("name")
    if not isinstance(name, str):
        raise missing(f"{where}.name")
    if not NAME.fullmatch(name):
        raise bad_request(
            f"Invalid '{where}.name': string does not match pattern '^[a-zA-Z0-9_-]+$'.",
            param=f"{where}.name",
            code="invalid_value",
        )
    parameters = definition.get("parameters")
    strict = definition.get("strict") is True
    if parameters is None:
        parameters = {}
    else:
        check_schema(name, parameters, strict=strict, param=f"{where}.parameters")
    return Tool(name, parameters, strict)


def check_schema(name: str, schema: Any, *, strict: bool, param: str) -> None:
    """Refuse (ApiError 400, code invalid_function_parameters) what is no valid parameters schema."""
    for path, problem in _problems(schema, strict=strict):
        message = f"Invalid schema for function '{name}': In context={path}, {problem}"
        raise ApiError(400, message, param=param, code="invalid_function_parameters")


def _problems(schema: Any, *, strict: bool) -> Iterator[tuple[tuple[str, ...], str]]:
    if not isinstance(schema, dict):
        yield (), "schema must be an object."
        return
    if schema.get("type") != "object":
        yield (), f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{schema.get('type')}\"'."
    definitions = schema.get("$defs", {})
    if not isinstance(definitions, dict):
        yield ("$defs",), "definitions must be an object."
        return
    yield from _walk(schema, (), definitions, strict)
    for key, value in definitions.items():
        yield from _walk(value, ("$defs", key), definitions, strict)


def _walk(
    schema: Any, path: tuple[str, ...], definitions: Mapping[str, Any], strict: bool
) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(schema, bool) and not strict:
        return
    if not isinstance(schema, dict):
        yield path, f"{schema!r} is not of type 'object', 'boolean'."
        return
    reference = schema.get("$ref")
    if reference is not None:
        if not isinstance(reference, str) or reference.removeprefix("#/$defs/") not in definitions:
            yield path, f"reference {reference!r} can not be resolved."
        return
    kinds = schema.get("type", [])
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind not in TYPES:
            yield path, f"{kind!r} is not valid under any of the given schemas."
    if kinds == "array" and "items" not in schema:
        yield path, "array schema missing items."
    if "items" in schema:
        yield from _walk(schema["items"], (*path, "items"), definitions, strict)
    for position, choice in enumerate(schema.get("anyOf", [])):
        yield from _walk(choice, (*path, "anyOf", str(position)), definitions, strict)
    if kinds == "object" or "properties" in schema:
        yield from _walk_object(schema, path, definitions, strict)


def _walk_object(
    schema: dict[str, Any], path: tuple[str, ...], definitions: Mapping[str, Any], strict: bool
) -> Iterator[tuple[tuple[str, ...], str]]:
    properties = schema.get("properties", {})
    required = schema.get("required", [])
    if not isinstance(properties, dict):
        yield (*path, "properties"), "properties must be an object."
        return
    if not isinstance(required, list) or not all(isinstance(key, str) for key in required):
        yield (*path, "required"), "required must be an array of strings."
        return
    if strict and schema.get("additionalProperties") is not False:
        yield path, "'additionalProperties' is required to be supplied and to be false."
    if strict and (absent := [key for key in properties if key not in required]):
        yield (
            path,
            "'required' is required to be supplied and to be an array including every key in properties. "
            f"Missing '{absent[0]}'.",
        )
    for key, value in properties.items():
        yield from _walk(value, (*path, "properties", key), definitions, strict)
