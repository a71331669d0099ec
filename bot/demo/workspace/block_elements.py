"""The limits of text objects and interactive elements, checked as Slack checks them. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.demo.workspace.problems import Problem, at_most, missing, one_of
from bot.demo.workspace.state import Json

ACTION_ID = 255
BUTTON_TEXT = 75
OPTIONS: Mapping[str, int] = {
    "static_select": 100,
    "multi_static_select": 100,
    "overflow": 5,
    "checkboxes": 10,
    "radio_buttons": 10,
}
STRINGS: Mapping[str, int] = {"value": 2000, "url": 3000, "image_url": 3000, "alt_text": 2000}


def check_text(value: Any, limit: int, pointer: str, *, plain: bool = False) -> Iterator[Problem]:
    """Check a text object of 1 to `limit` characters; `plain` ones may not be mrkdwn."""
    if not isinstance(value, dict):
        yield Problem(pointer, "must provide an object", "invalid_type")
        return
    yield from one_of(value.get("type"), ("plain_text",) if plain else ("plain_text", "mrkdwn"), f"{pointer}/type")
    text = value.get("text")
    if not isinstance(text, str):
        yield missing("text", pointer)
        return
    if not text:
        yield Problem(f"{pointer}/text", "must be more than 0 characters", "failed_constraint")
    yield from at_most(text, limit, f"{pointer}/text")


def check_element(element: Any, pointer: str, allowed: frozenset[str] | None) -> Iterator[Problem]:
    """Check an element of a block; `allowed` are the types that the block takes, None for any."""
    if not isinstance(element, dict) or not isinstance(element.get("type"), str):
        yield missing("type", pointer)
        return
    kind = element["type"]
    if allowed is not None and kind not in allowed:
        yield Problem(f"{pointer}/type", f"unsupported type: {kind}", "unsupported_type")
        return
    yield from at_most(element.get("action_id") or "", ACTION_ID, f"{pointer}/action_id")
    for name, limit in STRINGS.items():
        if isinstance(element.get(name), str):
            yield from at_most(element[name], limit, f"{pointer}/{name}")
    if kind == "button":
        yield from _check_button(element, pointer)
    elif kind == "feedback_buttons":
        yield from _check_feedback(element, pointer)
    elif kind == "icon_button":
        yield from _check_icon_button(element, pointer)
    elif kind == "image" and "alt_text" not in element:
        yield missing("alt_text", pointer)
    elif kind in OPTIONS:
        yield from _check_options(element, pointer, OPTIONS[kind])
    if "placeholder" in element:
        yield from check_text(element["placeholder"], 150, f"{pointer}/placeholder", plain=True)
    if "confirm" in element:
        yield from _check_confirm(element["confirm"], f"{pointer}/confirm")


def _check_button(element: Json, pointer: str) -> Iterator[Problem]:
    if "text" not in element:
        yield missing("text", pointer)
    else:
        yield from check_text(element["text"], BUTTON_TEXT, f"{pointer}/text", plain=True)
    if "style" in element:
        yield from one_of(element["style"], ("primary", "danger"), f"{pointer}/style")


def _check_icon_button(element: Json, pointer: str) -> Iterator[Problem]:
    for name in ("icon", "text"):
        if name not in element:
            yield missing(name, pointer)
    if "text" in element:
        yield from check_text(element["text"], BUTTON_TEXT, f"{pointer}/text", plain=True)


def _check_feedback(element: Json, pointer: str) -> Iterator[Problem]:
    for name in ("positive_button", "negative_button"):
        button = element.get(name)
        if not isinstance(button, dict):
            yield missing(name, pointer)
            continue
        yield from check_text(button.get("text"), BUTTON_TEXT, f"{pointer}/{name}/text", plain=True)
        if not button.get("value"):
            yield missing("value", f"{pointer}/{name}")
        yield from at_most(button.get("value") or "", 2000, f"{pointer}/{name}/value")


def _check_options(element: Json, pointer: str, limit: int) -> Iterator[Problem]:
    if "option_groups" in element:
        groups = element["option_groups"]
        yield from at_most(groups, 100, f"{pointer}/option_groups")
        for index, group in enumerate(groups):
            where = f"{pointer}/option_groups/{index}"
            yield from check_text(group.get("label"), 75, f"{where}/label", plain=True)
            yield from _check_option_list(group.get("options"), f"{where}/options", limit)
        return
    yield from _check_option_list(element.get("options"), f"{pointer}/options", limit)


def _check_option_list(options: Any, pointer: str, limit: int) -> Iterator[Problem]:
    if not isinstance(options, list) or not options:
        yield Problem(pointer, "no less than 1 items allowed", "failed_constraint")
        return
    yield from at_most(options, limit, pointer)
    for index, option in enumerate(options):
        where = f"{pointer}/{index}"
        yield from check_text(option.get("text"), 75, f"{where}/text")
        if not option.get("value"):
            yield missing("value", where)
        yield from at_most(option.get("value") or "", 150, f"{where}/value")


def _check_confirm(confirm: Any, pointer: str) -> Iterator[Problem]:
    if not isinstance(confirm, dict):
        yield Problem(pointer, "must provide an object", "invalid_type")
        return
    for name, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        if name in confirm:
            yield from check_text(confirm[name], limit, f"{pointer}/{name}", plain=name != "text")
