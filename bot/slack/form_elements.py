"""One parameter of an action as an element of Slack's, filled in with its value, or as JSON where no other would
give the value back as it was. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.block_kit import Block, plain
from bot.slack.present import Number
from bot.slack.values import literal
from bot.words.catalogue import Words
from functions.contract import Function

TYPED = 3_000
"""Characters of a text input."""

OPTIONS, OPTION_TEXT, OPTION_VALUE = 100, 75, 150
LONG = 80
"""Characters from which a text is edited on several lines."""

PLAIN_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,10})?")
DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")


@dataclass(frozen=True)
class Parameter:
    """A parameter's JSON name, its schema without null, and whether null may be given."""

    name: str
    schema: Mapping[str, Any]
    nullable: bool


def parameters(function: Function) -> list[Parameter]:
    """Read a function's parameters out of its JSON schema."""
    schema = function.arguments.model_json_schema()
    definitions = schema.get("$defs", {})
    return [_parameter(name, part, definitions) for name, part in schema.get("properties", {}).items()]


def _parameter(name: str, part: Mapping[str, Any], definitions: Mapping[str, Any]) -> Parameter:
    part, nullable = _resolved(part, definitions), False
    choices = part.get("anyOf", ())
    if any(choice.get("type") == "null" for choice in choices):
        others = [choice for choice in choices if choice.get("type") != "null"]
        part, nullable = (_resolved(others[0], definitions) if len(others) == 1 else {}), True
    if "const" in part:
        part = {**part, "enum": [part["const"]]}
    if None in part.get("enum", ()):
        part, nullable = {**part, "enum": [each for each in part["enum"] if each is not None]}, True
    return Parameter(name, part, nullable or part.get("type") == "null")


def _resolved(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in part:
        part = definitions[part["$ref"].removeprefix("#/$defs/")]
    return part


def element(parameter: Parameter, value: Any, words: Words) -> Block:
    """Choose the element that shows this value and gives it back as it is."""
    schema = parameter.schema
    kind = schema.get("type")
    if ("enum" in schema or kind == "boolean") and (found := _choice(parameter, value, words)):
        return found
    if "enum" in schema or (value == "" and parameter.nullable):
        return _json(value)
    if kind in ("integer", "number") and (value is None or PLAIN_NUMBER.fullmatch(_number(value))):
        return _number_input(schema, value)
    if kind == "string" and schema.get("format") == "date" and (value is None or DAY.fullmatch(str(value))):
        return {"type": "datepicker", "action_id": "date", **({"initial_date": value} if value else {})}
    if kind == "string" and (value is None or _is_plain(value)):
        return _text(schema, value or "")
    return _json(value)


def _choice(parameter: Parameter, value: Any, words: Words) -> Block | None:
    """Build a select, or radio buttons for yes and no; None if Slack's options cannot say it."""
    flag = parameter.schema.get("type") == "boolean"
    texts = {_written(each): _option(each, words) for each in parameter.schema.get("enum", (True, False))}
    if parameter.nullable:
        # Slack's clients cannot empty a select again, so that nothing is an option of its own
        texts["null"] = words("form-not-given")
    chosen = _written(value)
    fit = all(utf16(text) <= OPTION_TEXT and utf16(written) <= OPTION_VALUE for written, text in texts.items())
    if not fit or len(set(texts.values())) < len(texts) or len(texts) > OPTIONS or chosen not in texts:
        return None
    options = {written: {"text": plain(text), "value": written} for written, text in texts.items()}
    return {
        "type": "radio_buttons" if flag else "static_select",
        "action_id": "choice",
        "options": list(options.values()),
        "initial_option": options[chosen],
    }


def _option(value: Any, words: Words) -> str:
    if isinstance(value, bool):
        return words("value-yes") if value else words("value-no")
    if isinstance(value, str):
        return literal(value) if value.strip() else f'"{literal(value)}"'
    return _written(value)


def _number_input(schema: Mapping[str, Any], value: Number | None) -> Block:
    whole = schema["type"] == "integer"
    step = 1 if whole else None
    low, high = schema.get("minimum"), schema.get("maximum")
    if step and low is None and "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + step
    if step and high is None and "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - step
    bounds = {"min_value": low, "max_value": high, "initial_value": None if value is None else Number(value.text)}
    return {
        "type": "number_input",
        "action_id": "number",
        "is_decimal_allowed": not whole,
        **{
            name: text
            for name, bound in bounds.items()
            if bound is not None and PLAIN_NUMBER.fullmatch(text := _number(bound))
        },
    }


def _text(schema: Mapping[str, Any], value: str) -> Block:
    longest = min(int(schema.get("maxLength", TYPED)), TYPED)
    return {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": "\n" in value or max(len(value), int(schema.get("maxLength", 0)) // 2) > LONG,
        "max_length": max(longest, utf16(value), 1),
        **({"initial_value": value} if value else {}),
    }


def _json(value: Any) -> Block:
    """Build an input of JSON, over several lines if there is room for it."""
    element: Block = {"type": "plain_text_input", "action_id": "json", "multiline": True}
    if value is None:
        return element
    spread = _written(value, indent=2)
    return element | {"initial_value": spread if utf16(spread) <= TYPED else _written(value)}


def _is_plain(value: Any) -> bool:
    """Tell whether an input gives a text back as it got it: nothing hidden, nothing to trim."""
    return isinstance(value, str) and value == value.strip() and literal(value) == value


def _written(value: Any, indent: int | None = None) -> str:
    """Write a parsed value as JSON, numbers as they were, and what hides as JSON's own escapes."""
    spaced = "".join(_pieces(value, indent, 0))
    return "".join(sign if sign == "\n" or literal(sign) == sign else json.dumps(sign)[1:-1] for sign in spaced)


def _pieces(value: Any, indent: int | None, depth: int) -> Iterator[str]:
    match value:
        case Number():
            yield value.text
        case dict() | list() if value:
            pairs = value.items() if isinstance(value, dict) else (("", each) for each in value)
            opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
            line = "" if indent is None else "\n" + " " * indent * (depth + 1)
            yield opening
            for place, (key, inner) in enumerate(pairs):
                yield ("," if place else "") + line
                if isinstance(value, dict):
                    yield json.dumps(key, ensure_ascii=False) + ("" if indent is None else " ").join((":", ""))
                yield from _pieces(inner, indent, depth + 1)
            yield ("" if indent is None else "\n" + " " * indent * depth) + closing
        case _:
            yield json.dumps(value, ensure_ascii=False)


def _number(value: Any) -> str:
    return value.text if isinstance(value, Number) else json.dumps(value)


def utf16(text: str) -> int:
    """Count as Slack's clients do, in UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
