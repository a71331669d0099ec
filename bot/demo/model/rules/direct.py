"""Calls a function that a person names by its own name: "roll_dice sides=6". For functions that have no rule."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.demo.model.conversation import Tool
from bot.demo.model.rules.calls import KNOWN
from bot.demo.model.rules.intents import Direct

PAIR = re.compile(r"(\w+)\s*[=:]\s*(\"[^\"]*\"|'[^']*'|[^\s,;]+)")
ORDER = re.compile(r"\s*(?:으로|로)?\s*(?:호출|실행|불러)\s?(?:해\s?)?(?:줘|줘요|주세요|하세요)?\W*$")
"""The verb at the end of a Korean order, which belongs to no value."""

LONGEST_NAMED = 2_000
"""Characters in which values are looked for behind their names."""

KOREAN_ENDING = r"(?![A-Za-z0-9_])"


def read_direct(text: str, tools: Sequence[Tool]) -> Direct | None:
    """Return the call if the text holds an offered function's exact name, with `name=value` or JSON behind it.

    A name may also stand before its value without a sign, as in "day 2026-12-24". A single value without a name
    goes to the function's only required parameter.
    """
    for tool in tools:
        spelled = re.escape(tool.name).replace("_", "[_ ]")
        if tool.name in KNOWN or not (
            match := re.search(rf"(?<![A-Za-z0-9_]){spelled}{KOREAN_ENDING}", text, re.IGNORECASE)
        ):
            continue
        arguments = _arguments(text[match.end() :].strip(" ().?!`"), tool)
        return Direct(tool.name, json.dumps(arguments, ensure_ascii=False))
    return None


def _arguments(rest: str, tool: Tool) -> dict[str, Any]:
    properties: Mapping[str, Any] = tool.parameters.get("properties", {})
    if (braces := re.search(r"\{.*\}", rest, re.DOTALL)) and (given := _object(braces[0])) is not None:
        return given
    arguments = {
        key: _value(raw.strip("\"'"), properties[key]) for key, raw in PAIR.findall(rest) if key in properties
    }
    rest = PAIR.sub("", ORDER.sub("", rest)).strip(" ,")
    if named := [key for key in properties if key not in arguments]:
        word = rf"(?<![A-Za-z0-9_])({'|'.join(map(re.escape, named))})\s+"
        spaced = re.compile(rf"{word}(.+?)(?=[\s,]+(?:and\s+)?{word}|$)", re.IGNORECASE)
        for match in spaced.finditer(rest[:LONGEST_NAMED]):
            key, kind = match[1].lower(), properties.get(match[1].lower(), {}).get("type")
            if kind in ("integer", "number") and not re.search(r"\d", match[2]):
                continue  # "6 sides please"
            arguments[key] = _value(match[2].strip(" ,\"'"), properties.get(key, {}))
    required = [key for key in tool.parameters.get("required", ()) if key not in arguments]
    plain = re.sub(r"^(?:with|for|of|to|를|을|에)\s+", "", rest)
    if len(required) == 1 and plain:
        arguments[required[0]] = _value(plain, properties.get(required[0], {}))
    return arguments


def _object(text: str) -> dict[str, Any] | None:
    try:
        given = json.loads(text)
    except ValueError:
        return None
    return given if isinstance(given, dict) else None


def _value(raw: str, schema: Mapping[str, Any]) -> Any:
    kinds = {schema.get("type"), *(choice.get("type") for choice in schema.get("anyOf", ()))}
    number = re.search(r"-?(?<!\d)\d{1,18}(?!\d)(?:\.\d{1,18})?", raw)
    if "integer" in kinds and number:
        return int(float(number[0]))
    if "number" in kinds and number:
        return float(number[0])
    if "boolean" in kinds:
        return raw.lower() in ("true", "yes", "1")
    return raw
