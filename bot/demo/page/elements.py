"""Renders Block Kit's elements: what can be clicked, chosen or filled in.

Each control carries data-action-id, data-block-id and data-type; inside a view its form name is
`field_name(block_id, action_id)`. Source: https://docs.slack.dev/reference/block-kit/block-elements
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from markupsafe import Markup

from bot.demo.page.html import Attribute, join, safe_url, tag, words
from bot.demo.page.icons import icon
from bot.demo.page.mrkdwn import inline, render_mrkdwn
from bot.demo.page.reader import Reader

Json = Mapping[str, Any]

_TEXT_INPUTS: Final = {
    "plain_text_input": "text",
    "email_text_input": "email",
    "url_text_input": "url",
    "number_input": "number",
    "datepicker": "date",
    "timepicker": "time",
    "datetimepicker": "datetime-local",
}
_INITIAL: Final = {
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "datetimepicker": "initial_date_time",
}
_SELECTS: Final = ("static_select", "users_select", "conversations_select", "channels_select", "external_select")
_MULTIPLE: Final = ("checkboxes", "multi_static_select")
_STYLES: Final = ("primary", "danger")


def field_name(block_id: str, action_id: str) -> str:
    """Return the form name of an input in a view."""
    return f"{block_id}:{action_id}"


def text(value: object, reader: Reader) -> Markup:
    """Render a text object as a block: mrkdwn is interpreted, anything else is text with its line breaks."""
    if isinstance(value, Mapping) and value.get("type") == "mrkdwn":
        return render_mrkdwn(str(value.get("text", "")), reader)
    return tag("p", {}, label(value, reader))


def label(value: object, reader: Reader) -> Markup:
    """Render a text object in a line, as on a button; plain text never becomes markup."""
    if isinstance(value, Mapping):
        if value.get("type") == "mrkdwn":
            return inline(str(value.get("text", "")), reader)
        value = value.get("text", "")
    return Markup("<br>").join(words(line) for line in str(value).split("\n"))


def options_of(element: Json, reader: Reader) -> Iterator[Json]:
    """Yield a select's options, those of its groups too, and for a people or channel select the workspace's."""
    yield from element.get("options") or []
    for group in element.get("option_groups") or []:
        yield from group.get("options") or []
    kind = str(element.get("type"))
    named = reader.users if kind == "users_select" else reader.channels
    if kind in ("users_select", "channels_select", "conversations_select"):
        for key, name in named.items():
            yield {"text": {"type": "plain_text", "text": name}, "value": key}


def _identity(element: Json, block_id: str) -> dict[str, Attribute]:
    return {
        "data-action-id": str(element.get("action_id", "")),
        "data-block-id": block_id,
        "data-type": str(element.get("type", "")),
    }


def _confirm(element: Json, reader: Reader) -> Markup:
    confirm = element.get("confirm")
    if not isinstance(confirm, Mapping):
        return Markup("")
    style = "button danger" if confirm.get("style") == "danger" else "button primary"
    yes = tag(
        "button",
        {"type": "submit", "value": "yes", "class": style, "data-confirm": "yes"},
        label(confirm.get("confirm") or reader.say("yes"), reader),
    )
    no = tag(
        "button",
        {"type": "submit", "value": "no", "class": "button", "data-confirm": "no", "autofocus": True},
        label(confirm.get("deny") or reader.say("cancel"), reader),
    )
    title = tag("h2", {}, label(confirm.get("title", ""), reader))
    body = tag("div", {"class": "dialog-body"}, text(confirm.get("text", ""), reader))
    form = tag("form", {"method": "dialog"}, title, body, tag("div", {"class": "dialog-actions"}, no, yes))
    return tag("dialog", {"class": "dialog confirm", "data-confirm-dialog": True}, form)


def _button(element: Json, block_id: str, reader: Reader) -> Markup:
    style = element.get("style")
    attributes: dict[str, Attribute] = {
        "type": "button",
        "class": f"button {style}" if style in _STYLES else "button",
        "value": str(element.get("value", "")),
        "aria-label": element.get("accessibility_label"),
        "data-url": safe_url(str(element["url"])) if element.get("url") else None,
        **_identity(element, block_id),
    }
    return tag("button", attributes, label(element.get("text", ""), reader))


def _icon_button(element: Json, block_id: str, reader: Reader) -> Markup:
    shown_to = element.get("visible_to_user_ids") or [reader.viewer]
    if reader.viewer not in shown_to:
        return Markup("")
    name = label(element.get("text", ""), reader)
    attributes: dict[str, Attribute] = {
        "type": "button",
        "class": "button quiet",
        "value": str(element.get("value", "")),
        "aria-label": element.get("accessibility_label"),
        **_identity(element, block_id),
    }
    return tag("button", attributes, icon(str(element.get("icon", ""))), tag("span", {}, name))


def _feedback_buttons(element: Json, block_id: str, reader: Reader) -> Markup:
    rendered = []
    for key, glyph in (("positive_button", "thumb-up"), ("negative_button", "thumb-down")):
        side = element.get(key) or {}
        name = side.get("accessibility_label") or (side.get("text") or {}).get("text", "")
        attributes: dict[str, Attribute] = {
            "type": "button",
            "class": "button quiet feedback",
            "value": str(side.get("value", "")),
            "aria-label": name,
            "title": name,
            **_identity(element, block_id),
        }
        rendered.append(tag("button", attributes, icon(glyph)))
    return join(rendered)


def _overflow(element: Json, block_id: str, reader: Reader) -> Markup:
    items = [
        tag(
            "button",
            {"type": "button", "value": str(option.get("value", "")), **_identity(element, block_id)},
            label(option.get("text", ""), reader),
        )
        for option in options_of(element, reader)
    ]
    summary = tag("summary", {"aria-label": reader.say("more"), "class": "button quiet"}, icon("dots"))
    return tag("details", {"class": "overflow"}, summary, tag("div", {"class": "menu"}, *items))


def _placeholder(element: Json) -> str:
    placeholder = element.get("placeholder")
    return str(placeholder.get("text", "")) if isinstance(placeholder, Mapping) else ""


def _text_input(element: Json, attributes: dict[str, Attribute]) -> Markup:
    kind = str(element["type"])
    initial = element.get(_INITIAL.get(kind, "initial_value"))
    attributes |= {"placeholder": _placeholder(element) or None, "maxlength": element.get("max_length")}
    if element.get("multiline"):
        return tag("textarea", {**attributes, "rows": 4}, "" if initial is None else initial)
    if kind == "number_input":
        attributes |= {
            "step": "any" if element.get("is_decimal_allowed") else "1",
            "min": element.get("min_value"),
            "max": element.get("max_value"),
        }
    return tag(
        "input", {"type": _TEXT_INPUTS[kind], **attributes, "value": None if initial is None else str(initial)}
    )


def _initial_values(element: Json) -> set[str]:
    chosen = element.get("initial_options") or []
    if one := element.get("initial_option"):
        chosen = [one]
    values = {str(option.get("value", "")) for option in chosen}
    return values | {
        str(element[key])
        for key in ("initial_user", "initial_channel", "initial_conversation")
        if element.get(key)
    }


def _select(element: Json, attributes: dict[str, Attribute], reader: Reader) -> Markup:
    initial = _initial_values(element)
    empty = tag("option", {"value": ""}, _placeholder(element) or reader.say("choose"))
    options = [
        tag(
            "option",
            {"value": (value := str(option.get("value", ""))), "selected": value in initial},
            str((option.get("text") or {}).get("text", "")),
        )
        for option in options_of(element, reader)
    ]
    return tag("select", attributes, empty, *options)


def _ticks(element: Json, attributes: dict[str, Attribute], reader: Reader) -> Markup:
    kind = "checkbox" if element.get("type") in _MULTIPLE else "radio"
    initial = _initial_values(element)
    rendered = []
    for option in options_of(element, reader):
        value = str(option.get("value", ""))
        tick = tag("input", {**attributes, "id": None, "type": kind, "value": value, "checked": value in initial})
        about = tag("small", {}, label(option["description"], reader)) if option.get("description") else Markup("")
        rendered.append(
            tag("label", {"class": "tick"}, tick, tag("span", {}, label(option.get("text", ""), reader), about))
        )
    return tag("div", {"class": "ticks"}, *rendered)


def is_input(element: Json) -> bool:
    """Tell whether the page renders an element as something to fill in or choose."""
    kind = element.get("type")
    return kind in _TEXT_INPUTS or kind in _SELECTS or is_group(element)


def is_group(element: Json) -> bool:
    """Tell whether an input is a group of ticks, which a fieldset names, and not a single control."""
    return element.get("type") in ("checkboxes", "radio_buttons", "multi_static_select")


def render_control(element: Json, block_id: str, reader: Reader, attributes: dict[str, Attribute]) -> Markup:
    """Render an input; `attributes` come on top of its identity and form name."""
    kind = str(element.get("type", ""))
    name = field_name(block_id, str(element.get("action_id", "")))
    attributes = {"name": name, **_identity(element, block_id), **attributes}
    if kind in _TEXT_INPUTS:
        return _text_input(element, attributes)
    if is_group(element):
        return _ticks(element, attributes, reader)
    if kind in _SELECTS:
        return _select(element, attributes, reader)
    return tag("p", {"class": "unknown"}, reader.say("cannot_show", type=kind))


def render_element(element: Json, block_id: str, reader: Reader) -> Markup:
    """Render an element of an actions, section or context_actions block, with its confirm dialog behind it."""
    kind = str(element.get("type", ""))
    if kind in ("button", "workflow_button"):
        rendered = _button(element, block_id, reader)
    elif kind == "icon_button":
        rendered = _icon_button(element, block_id, reader)
    elif kind == "feedback_buttons":
        rendered = _feedback_buttons(element, block_id, reader)
    elif kind == "overflow":
        rendered = _overflow(element, block_id, reader)
    elif kind == "image":
        return render_image(element, reader)
    else:
        name = _placeholder(element) or reader.say("choose")
        rendered = render_control(element, block_id, reader, {"aria-label": name})
    if element.get("confirm"):
        return tag("span", {"class": "confirmed", "data-confirmed": True}, rendered, _confirm(element, reader))
    return rendered


def render_image(element: Json, reader: Reader) -> Markup:
    """Show an image as its description, because the page loads nothing from elsewhere."""
    return tag("span", {"class": "image"}, icon("image"), str(element.get("alt_text") or reader.say("image")))
