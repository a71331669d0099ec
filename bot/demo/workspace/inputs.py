"""What a person does to an interactive element, in the words of Slack's payloads. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.demo.workspace.errors import NotThere
from bot.demo.workspace.state import Json

Values = Mapping[str, Mapping[str, Any]]

SINGLE: Mapping[str, str] = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
MULTIPLE: Mapping[str, str] = {
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
ONE_OPTION = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
OPTIONS = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})
BUTTONS = frozenset({"button", "icon_button", "workflow_button"})
REQUIRED = "Please complete this required field."


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Walk (block, element) over all that can be clicked or filled in, in cards and containers too."""
    for block in blocks:
        for name in ("elements", "actions", "accessory", "element", "child_blocks"):
            children = block.get(name)
            for child in children if isinstance(children, list) else [children]:
                if not isinstance(child, dict):
                    continue
                if name == "child_blocks" or child.get("type") == "card":
                    yield from elements([child])
                elif "action_id" in child:
                    yield block, child


def find_element(
    blocks: list[Json], action_id: str, value: str | None = None, block_id: str | None = None
) -> tuple[Json, Json]:
    """Find (block, element) by action_id, and by value or block_id where there are several; NotThere."""
    found = [
        (block, element)
        for block, element in elements(blocks)
        if element["action_id"] == action_id and block_id in (None, block.get("block_id"))
    ]
    exact = [pair for pair in found if value is not None and pair[1].get("value") == value]
    if not found:
        there = ", ".join(element["action_id"] for _, element in elements(blocks)) or "nothing to click"
        raise NotThere(f"no element {action_id!r}: there is {there}")
    return (exact or found)[0]


def action_json(block: Json, element: Json, value: Any, ts: str) -> Json:
    """Build one entry of a block_actions payload's `actions`."""
    kind = element["type"]
    action: Json = {
        "type": kind,
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": ts,
    }
    if kind in BUTTONS:
        shown = {name: element[name] for name in ("text", "value", "style", "icon", "url") if name in element}
        return action | shown
    if kind == "feedback_buttons":
        chosen = [element["positive_button"], element["negative_button"]]
        button = next((each for each in chosen if each["value"] == value), None)
        if button is None:
            raise NotThere(f"no feedback {value!r}: there is {', '.join(each['value'] for each in chosen)}")
        return action | {"value": button["value"], "text": button["text"]}
    return action | entry(element, value)


def entry(element: Json, value: Any) -> Json:
    """Build one entry of `state.values` from what was chosen or typed (None for nothing); a built one stays."""
    kind = element["type"]
    if isinstance(value, dict) and value.get("type") == kind:
        return value
    if kind in SINGLE:
        return {"type": kind, SINGLE[kind]: value or None}
    if kind in MULTIPLE:
        return {"type": kind, MULTIPLE[kind]: _many(value)}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": _option(element, value) if value else None}
    if kind in OPTIONS:
        return {"type": kind, "selected_options": [_option(element, each) for each in _many(value)]}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": value or None}
    return {"type": kind, "value": value or None}


def initial(element: Json) -> Json:
    """Build the entry of an element that nobody has touched, from its initial_* field."""
    kind = element["type"]
    found = next((element[name] for name in element if name.startswith("initial_")), None)
    if kind in ONE_OPTION and isinstance(found, dict):
        return {"type": kind, "selected_option": found}
    if kind in OPTIONS:
        return {"type": kind, "selected_options": found or []}
    return entry(element, found)


def state_of(
    blocks: list[Json], known: Mapping[str, Mapping[str, Json]], values: Values
) -> dict[str, dict[str, Json]]:
    """Build `state.values`: what is given now, else what is known, else what each element starts with."""
    state: dict[str, dict[str, Json]] = {}
    for block, element in elements(blocks):
        if element["type"] in BUTTONS or element["type"] in ("feedback_buttons", "overflow"):
            continue
        block_id, action_id = block["block_id"], element["action_id"]
        before = known.get(block_id, {}).get(action_id)
        if action_id in values.get(block_id, {}):
            now = entry(element, values[block_id][action_id])
        else:
            now = before or initial(element)
        state.setdefault(block_id, {})[action_id] = now
    return state


def refusals(blocks: list[Json], state: Mapping[str, Mapping[str, Json]]) -> dict[str, str]:
    """Find what Slack's own client refuses to submit, as sentences by block_id."""
    found: dict[str, str] = {}
    for block, element in elements(blocks):
        if block.get("type") != "input":
            continue
        filled = state.get(block["block_id"], {}).get(element["action_id"], {})
        content = next((value for name, value in filled.items() if name != "type"), None)
        if not content and not block.get("optional"):
            found[block["block_id"]] = REQUIRED
        elif isinstance(content, str) and (sentence := _refused_text(element, content)):
            found[block["block_id"]] = sentence
    return found


def _refused_text(element: Json, text: str) -> str | None:
    if len(text) < int(element.get("min_length", 0)):
        return f"Please enter at least {element['min_length']} characters."
    if len(text) > int(element.get("max_length", 3000)):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    return _refused_number(element, text) if element["type"] == "number_input" else None


def _refused_number(element: Json, text: str) -> str | None:
    try:
        number = float(text)
    except ValueError:
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and not number.is_integer():
        return "Please enter a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None


def _many(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    return [value] if isinstance(value, str) else list(value)


def _option(element: Json, value: Any) -> Json:
    groups: list[Json] = element.get("option_groups") or [element]
    options: list[Json] = [option for group in groups for option in group.get("options") or []]
    for option in options:
        if option["value"] == value:
            return option
    if element["type"] in ("external_select", "multi_external_select"):
        return {"text": {"type": "plain_text", "text": str(value), "emoji": True}, "value": value}
    raise NotThere(f"no option {value!r}: there is {', '.join(option['value'] for option in options)}")
