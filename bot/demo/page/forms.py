"""Reads a modal's submitted form, and finds in the person's language what Slack's client would refuse. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.demo.page.elements import field_name, is_group, is_input
from bot.demo.page.reader import Reader
from bot.demo.workspace.inputs import elements
from bot.demo.workspace.state import Json

_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_MANY: Final = ("checkboxes", "multi_static_select")


def form_values(blocks: list[Json], form: Callable[[str], list[str]]) -> dict[str, dict[str, Any]]:
    """Collect {block_id: {action_id: text, or a list for ticks}}; `form` gives a field's values by its name."""
    values: dict[str, dict[str, Any]] = {}
    for block, element in elements(blocks):
        if not is_input(element):
            continue
        block_id, action_id = str(block["block_id"]), str(element["action_id"])
        given = [value.replace("\r\n", "\n") for value in form(field_name(block_id, action_id))]
        values.setdefault(block_id, {})[action_id] = given if element["type"] in _MANY else "".join(given[:1])
    return values


def problems(blocks: list[Json], values: Mapping[str, Mapping[str, Any]], reader: Reader) -> dict[str, str]:
    """Return sentences by block_id for required inputs left empty and numbers out of their bounds."""
    found: dict[str, str] = {}
    for block, element in elements(blocks):
        if block.get("type") != "input" or not is_input(element):
            continue
        given = values[block["block_id"]][element["action_id"]]
        if not given and not block.get("optional"):
            found[block["block_id"]] = reader.say("required_choice" if is_group(element) else "required")
        elif given and element["type"] == "number_input" and (problem := _number_problem(element, given, reader)):
            found[block["block_id"]] = problem
    return found


def _number_problem(element: Json, value: str, reader: Reader) -> str:
    match = _NUMBER.fullmatch(value)
    if match is None:
        return reader.say("not_number")
    if match[1] and not element.get("is_decimal_allowed"):
        return reader.say("not_whole")
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(value) < float(low):
        return reader.say("at_least", value=low)
    if high is not None and float(value) > float(high):
        return reader.say("at_most", value=high)
    return ""
