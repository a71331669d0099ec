"""Renders what Slack shows, Block Kit, mrkdwn and Markdown, as safe HTML. Pure: data in, markup out.

Source of the shapes: https://docs.slack.dev/reference/block-kit/blocks and slack_sdk.models.blocks.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from bot.demo.page.elements import is_group, label, render_control, render_element, render_image, text
from bot.demo.page.html import Attribute, join, link, tag
from bot.demo.page.icons import icon
from bot.demo.page.markdown import render_markdown
from bot.demo.page.mrkdwn import render_mrkdwn
from bot.demo.page.reader import Reader
from bot.demo.page.rich_text import render_rich_text
from bot.demo.page.streaming import closed

__all__ = ["render_blocks", "render_body", "render_markdown", "render_mrkdwn", "render_tasks"]

Json = Mapping[str, Any]

_STATUSES: Final = {"pending": "circle", "in_progress": "circle", "complete": "check", "error": "alert"}
_LEVELS: Final = ("info", "warning", "error", "success")
_ALIGNMENTS: Final = ("left", "center", "right")


def _section(block: Json, block_id: str, reader: Reader) -> Markup:
    parts = [text(block["text"], reader)] if block.get("text") else []
    if fields := block.get("fields"):
        parts.append(tag("div", {"class": "fields"}, *(tag("div", {}, text(field, reader)) for field in fields)))
    content = tag("div", {"class": "section-text"}, *parts)
    if not (accessory := block.get("accessory")):
        return content
    return join([content, tag("div", {"class": "accessory"}, render_element(accessory, block_id, reader))])


def _header(block: Json, block_id: str, reader: Reader) -> Markup:
    return tag("h3", {}, label(block.get("text", ""), reader))


def _divider(block: Json, block_id: str, reader: Reader) -> Markup:
    return tag("hr")


def _context(block: Json, block_id: str, reader: Reader) -> Markup:
    return join(
        [
            render_image(element, reader) if element.get("type") == "image" else text(element, reader)
            for element in block.get("elements", [])
        ]
    )


def _actions(block: Json, block_id: str, reader: Reader) -> Markup:
    return join([render_element(element, block_id, reader) for element in block.get("elements", [])])


def _input(block: Json, block_id: str, reader: Reader, error: str = "") -> Markup:
    element = block.get("element") or {}
    key = f"{block_id}-{element.get('action_id', '')}"
    optional = tag("small", {}, reader.say("optional")) if block.get("optional") else Markup("")
    hint = (
        tag("p", {"class": "hint", "id": f"{key}-hint"}, label(block["hint"], reader))
        if block.get("hint")
        else Markup("")
    )
    problem = tag("p", {"class": "error", "id": f"{key}-error"}, error) if error else Markup("")
    described = " ".join(f"{key}-{part}" for part, shown in (("hint", hint), ("error", problem)) if shown)
    attributes: dict[str, Attribute] = {
        "id": key,
        "aria-describedby": described or None,
        "aria-invalid": "true" if error else None,
        "aria-required": None if block.get("optional") or is_group(element) else "true",
    }
    if block.get("dispatch_action"):
        attributes["data-dispatch"] = True
    control = render_control(element, block_id, reader, attributes)
    name = label(block.get("label", ""), reader)
    if is_group(element):
        return tag("fieldset", {}, tag("legend", {}, name, " ", optional), control, hint, problem)
    return join([tag("label", {"for": key}, name, " ", optional), control, hint, problem])


def _image(block: Json, block_id: str, reader: Reader) -> Markup:
    title = text(block["title"], reader) if block.get("title") else Markup("")
    url = str(block.get("image_url", ""))
    return join([title, link(url, render_image(block, reader)) if url else render_image(block, reader)])


def _markdown(block: Json, block_id: str, reader: Reader) -> Markup:
    return render_markdown(str(block.get("text", "")), reader)


def _rich_text(block: Json, block_id: str, reader: Reader) -> Markup:
    return render_rich_text(block, reader)


def _cell(cell: Json, reader: Reader) -> Markup:
    if cell.get("type") == "rich_text":
        return render_rich_text(cell, reader)
    return label({"type": "plain_text", "text": cell.get("text", cell.get("value", ""))}, reader)


def _table(block: Json, block_id: str, reader: Reader) -> Markup:
    settings = block.get("column_settings") or []

    def row(cells: Sequence[Json], name: str) -> Markup:
        rendered = []
        for column, cell in enumerate(cells):
            setting = (settings[column] if column < len(settings) else None) or {}
            align = setting.get("align") or ("right" if cell.get("type") == "raw_number" else "left")
            css = f"align-{align if align in _ALIGNMENTS else 'left'}"
            css += " wrapped" if setting.get("is_wrapped") else ""
            attributes: dict[str, Attribute] = {"class": css, "scope": "col" if name == "th" else None}
            rendered.append(tag(name, attributes, _cell(cell, reader)))
        return tag("tr", {}, *rendered)

    rows = block.get("rows") or []
    head = tag("thead", {}, *(row(cells, "th") for cells in rows[:1]))
    body = tag("tbody", {}, *(row(cells, "td") for cells in rows[1:]))
    return tag("div", {"class": "table-frame", "tabindex": "0"}, tag("table", {}, head, body))


def _loose(value: object, reader: Reader) -> Markup:
    """Render a task's details or output: a rich_text entity in blocks, Markdown in a stream's chunks."""
    if isinstance(value, Mapping):
        return render_rich_text(value, reader) if value.get("type") == "rich_text" else text(value, reader)
    return render_markdown(str(value), reader)


def _task(task: Json, reader: Reader) -> Markup:
    status = str(task.get("status", "pending"))
    status = status if status in _STATUSES else "pending"
    mark = tag(
        "span",
        {"class": "task-mark", "role": "img", "aria-label": reader.say(f"task_{status}")},
        icon(_STATUSES[status]),
    )
    parts = [tag("div", {"class": "task-title"}, str(task.get("title", "")))]
    parts += [
        tag("div", {"class": "task-more"}, _loose(task[key], reader))
        for key in ("details", "output")
        if task.get(key)
    ]
    if sources := task.get("sources"):
        shown = [
            link(str(source.get("url", "")), source.get("text") or source.get("url", "")) for source in sources
        ]
        parts.append(tag("div", {"class": "task-more"}, reader.say("sources"), ": ", Markup(", ").join(shown)))
    identity = str(task.get("task_id") or task.get("id") or "")
    return tag(
        "li",
        {"class": f"task {status}", "data-task": identity, "data-task-status": status},
        mark,
        tag("div", {"class": "task-text"}, *parts),
    )


def _task_card(block: Json, block_id: str, reader: Reader) -> Markup:
    return tag("ul", {"class": "tasks"}, _task(block, reader))


def _plan(block: Json, block_id: str, reader: Reader) -> Markup:
    tasks = [_task(task, reader) for task in block.get("tasks") or []]
    return join(
        [tag("div", {"class": "plan-title"}, str(block.get("title", ""))), tag("ul", {"class": "tasks"}, *tasks)]
    )


def _alert(block: Json, block_id: str, reader: Reader) -> Markup:
    level = block.get("level")
    css = f"alert {level}" if level in _LEVELS else "alert"
    return tag("div", {"class": css}, icon("alert"), tag("div", {}, text(block.get("text", ""), reader)))


def _card(block: Json, block_id: str, reader: Reader) -> Markup:
    parts: list[Markup] = []
    if image := block.get("hero_image") or block.get("icon"):
        parts.append(render_image(image, reader))
    parts += [
        tag("div", {"class": f"card-{key}"}, text(block[key], reader))
        for key in ("title", "subtitle", "body")
        if block.get(key)
    ]
    if buttons := block.get("actions"):
        parts.append(tag("div", {"class": "row"}, *(render_element(each, block_id, reader) for each in buttons)))
    return tag("div", {"class": "card"}, *parts)


def _container(block: Json, block_id: str, reader: Reader) -> Markup:
    if rich_title := block.get("rich_text_title"):
        title = render_rich_text(rich_title, reader)
    else:
        title = label(block.get("title", ""), reader)
    subtitle = tag("small", {}, label(block["subtitle"], reader)) if block.get("subtitle") else Markup("")
    content = render_blocks(block.get("child_blocks") or [], reader)
    if not block.get("is_collapsible"):
        return tag("div", {"class": "card"}, tag("div", {"class": "card-title"}, title), subtitle, content)
    attributes: dict[str, Attribute] = {"class": "card", "open": not block.get("default_collapsed")}
    return tag("details", attributes, tag("summary", {}, title, subtitle), content)


def _carousel(block: Json, block_id: str, reader: Reader) -> Markup:
    return tag(
        "div", {"class": "carousel"}, *(_card(card, block_id, reader) for card in block.get("elements") or [])
    )


_BLOCKS: Final[Mapping[str, Callable[[Json, str, Reader], Markup]]] = {
    "actions": _actions,
    "alert": _alert,
    "card": _card,
    "carousel": _carousel,
    "container": _container,
    "context": _context,
    "context_actions": _actions,
    "divider": _divider,
    "header": _header,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "plan": _plan,
    "rich_text": _rich_text,
    "section": _section,
    "table": _table,
    "task_card": _task_card,
}


def render_blocks(blocks: Sequence[Json], reader: Reader, errors: Mapping[str, str] | None = None) -> Markup:
    """Render blocks of a message or a view; `errors` are a view's sentences by block_id.

    A block of a type that the page does not know is named in its place.
    """
    parts = []
    for index, block in enumerate(blocks):
        kind = str(block.get("type", ""))
        block_id = str(block.get("block_id") or f"block-{index}")
        attributes: dict[str, Attribute] = {
            "class": f"block {kind if kind in _BLOCKS else 'unknown'}",
            "data-block": block_id,
        }
        if kind == "input":
            rendered = _input(block, block_id, reader, (errors or {}).get(block_id, ""))
        elif kind in _BLOCKS:
            rendered = _BLOCKS[kind](block, block_id, reader)
        else:
            rendered = tag("p", {}, reader.say("cannot_show", type=kind))
        parts.append(tag("div", attributes, rendered))
    return join(parts)


def render_tasks(chunks: Sequence[Json], reader: Reader) -> Markup:
    """Render plan_update and task_update chunks of a stream as one list of steps."""
    titles = [str(chunk.get("title", "")) for chunk in chunks if chunk.get("type") == "plan_update"]
    tasks = [chunk for chunk in chunks if chunk.get("type") == "task_update"]
    if not titles and not tasks:
        return Markup("")
    return tag(
        "div", {"class": "block plan"}, _plan({"title": titles[-1] if titles else "", "tasks": tasks}, "", reader)
    )


def _timeline(chunks: Sequence[Json], places: Mapping[str, int]) -> list[tuple[int, list[Json]]]:
    """Group a stream's steps by how much of the text stands above them."""
    groups: dict[int, list[Json]] = {}
    place = 0
    for chunk in chunks:
        place = places.get(str(chunk.get("id")), place)
        groups.setdefault(place, []).append(chunk)
    return sorted(groups.items(), key=lambda group: group[0])


def render_body(
    reader: Reader,
    *,
    text: str,
    blocks: Sequence[Json] = (),
    markdown: str = "",
    chunks: Sequence[Json] = (),
    places: Mapping[str, int] | None = None,
    streaming: bool = False,
) -> Markup:
    """Render a message's content: Markdown if it has any, with the steps in it where they began (`places`), then
    blocks, else its mrkdwn text."""
    parts, above = [], 0
    for place, steps in _timeline(chunks, places or {}):
        if place > above:
            parts.append(tag("div", {"class": "text"}, render_markdown(markdown[above:place], reader)))
            above = place
        parts.append(render_tasks(steps, reader))
    if below := markdown[above:]:
        shown = closed(below) if streaming else below
        parts.append(tag("div", {"class": "text"}, render_markdown(shown, reader)))
    elif streaming:
        parts.append(tag("div", {"class": "text"}, tag("p")))
    elif text and not blocks:
        parts.append(tag("div", {"class": "text"}, render_mrkdwn(text, reader)))
    parts.append(render_blocks(blocks, reader))
    return tag("div", {"class": "body streaming" if streaming else "body"}, *parts)
