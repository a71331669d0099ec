"""Block Kit's limits, checked as Slack checks them. Pure: blocks in, problems out.

The numbers are those of Slack's Block Kit reference and of slack_sdk's models.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.workspace.block_elements import check_element, check_text
from bot.demo.workspace.problems import Problem, at_most, missing, one_of
from bot.demo.workspace.state import Json

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_TOTAL = 12_000  # for all markdown blocks of one payload together
TABLES_PER_MESSAGE = 1
BLOCK_ID = 255


@dataclass(frozen=True)
class Rule:
    """What a block must have, how long its lists may be, and which of its fields are texts of which length."""

    required: tuple[str, ...] = ()
    texts: Mapping[str, int] | None = None
    plain: tuple[str, ...] = ()
    strings: Mapping[str, int] | None = None
    lists: Mapping[str, int] | None = None
    elements: tuple[str, ...] = ()
    allowed: frozenset[str] | None = None


SELECTS = frozenset(
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
)
CHOICES = SELECTS | {"checkboxes", "datepicker", "datetimepicker", "radio_buttons", "timepicker"}
INTERACTIVE = CHOICES | {"button", "feedback_buttons", "icon_button", "overflow", "workflow_button"}
TYPED = {"email_text_input", "file_input", "number_input", "plain_text_input", "rich_text_input", "url_text_input"}
INPUTS = CHOICES | TYPED
CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})

RULES: Mapping[str, Rule] = {
    "actions": Rule(("elements",), lists={"elements": 25}, elements=("elements",), allowed=INTERACTIVE),
    "alert": Rule(("text",), strings={}),
    "card": Rule(texts={"title": 150, "subtitle": 150, "body": 200}, elements=("actions",), allowed=INTERACTIVE),
    "carousel": Rule(("elements",), lists={"elements": 10}),
    "container": Rule(("child_blocks",), texts={"title": 150, "subtitle": 150}, lists={"child_blocks": 10}),
    "context": Rule(("elements",), lists={"elements": 10}),
    "context_actions": Rule(("elements",), lists={"elements": 5}, elements=("elements",), allowed=CONTEXT_ACTIONS),
    "divider": Rule(),
    "file": Rule(("external_id", "source")),
    "header": Rule(("text",), texts={"text": 150}, plain=("text",)),
    "image": Rule(("alt_text",), texts={"title": 2000}, strings={"image_url": 3000, "alt_text": 2000}),
    "input": Rule(
        ("label", "element"),
        texts={"label": 2000, "hint": 2000},
        plain=("label", "hint"),
        elements=("element",),
        allowed=INPUTS,
    ),
    "markdown": Rule(("text",), strings={"text": MARKDOWN_TOTAL}),
    "plan": Rule(("title",)),
    "rich_text": Rule(("elements",)),
    "section": Rule(texts={"text": 3000}, lists={"fields": 10}, elements=("accessory",)),
    "table": Rule(("rows",), lists={"rows": 100, "column_settings": 20}),
    "task_card": Rule(("task_id", "title")),
    "video": Rule(("alt_text", "title", "thumbnail_url", "video_url"), texts={"title": 200}),
}


def check_blocks(blocks: list[Json], *, pointer: str = "/blocks", limit: int = MESSAGE_BLOCKS) -> list[Problem]:
    """Find what Slack would refuse in the blocks of a message (`limit` 50) or of a view (100)."""
    problems = [*at_most(blocks, limit, pointer)]
    for index, block in enumerate(blocks):
        problems += check_block(block, f"{pointer}/{index}")
    ids = [block["block_id"] for block in blocks if isinstance(block.get("block_id"), str)]
    problems += [
        Problem(pointer, f"`block_id` must be unique: {repeated}", "failed_constraint")
        for repeated in sorted({each for each in ids if ids.count(each) > 1})
    ]
    return problems


def check_view(view: Json) -> list[Problem]:
    """Find what Slack would refuse in the view of views.open, update, push or publish."""
    problems = [*one_of(view.get("type"), ("modal", "home"), "/view/type")]
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        problems.append(missing("blocks", "/view"))
        blocks = []
    if view.get("type") == "modal":
        if "title" not in view:
            problems.append(missing("title", "/view"))
        if any(block.get("type") == "input" for block in blocks) and not view.get("submit"):
            problems.append(
                Problem(
                    "/view/submit", "`submit` is required when an `input` block is within blocks", "missing_field"
                )
            )
        for name in ("title", "submit", "close"):
            if name in view:
                problems += check_text(view[name], 24, f"/view/{name}", plain=True)
    for name, limit in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        problems += at_most(view.get(name) or "", limit, f"/view/{name}")
    return problems + check_blocks(blocks, pointer="/view/blocks", limit=VIEW_BLOCKS)


def check_block(block: Json, pointer: str) -> Iterator[Problem]:
    kind = block.get("type")
    rule = RULES.get(kind) if isinstance(kind, str) else None
    if rule is None:
        yield Problem(f"{pointer}/type", f"unsupported type: {kind}", "unsupported_type")
        return
    yield from at_most(block.get("block_id") or "", BLOCK_ID, f"{pointer}/block_id")
    for name in rule.required:
        if name not in block:
            yield missing(name, pointer)
    for name, limit in (rule.strings or {}).items():
        if name in block:
            yield from _check_string(block[name], limit, f"{pointer}/{name}")
    for name, limit in (rule.texts or {}).items():
        if block.get(name) is not None:
            yield from check_text(block[name], limit, f"{pointer}/{name}", plain=name in rule.plain)
    for name, limit in (rule.lists or {}).items():
        if name in block:
            yield from at_most(block[name], limit, f"{pointer}/{name}")
            if not block[name] and name in rule.required:
                yield Problem(f"{pointer}/{name}", "no less than 1 items allowed", "failed_constraint")
    for name in rule.elements:
        yield from _check_elements(block.get(name), f"{pointer}/{name}", rule.allowed)
    if special := SPECIAL.get(str(kind)):
        yield from special(block, pointer)


def markdown_length(blocks: list[Json]) -> int:
    return sum(len(str(block.get("text", ""))) for block in blocks if block.get("type") == "markdown")


def tables(blocks: list[Json]) -> int:
    return sum(block.get("type") == "table" for block in blocks)


def _check_string(value: Any, limit: int, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem(pointer, "must be a string", "invalid_type")
        return
    if not value:
        yield Problem(pointer, "must be more than 0 characters", "failed_constraint")
    yield from at_most(value, limit, pointer)


def _check_elements(value: Any, pointer: str, allowed: frozenset[str] | None) -> Iterator[Problem]:
    if value is None:
        return
    if not isinstance(value, list):
        yield from check_element(value, pointer, allowed)
        return
    for index, element in enumerate(value):
        yield from check_element(element, f"{pointer}/{index}", allowed)
    ids = [str(each["action_id"]) for each in value if isinstance(each, dict) and each.get("action_id")]
    for repeated in sorted({each for each in ids if ids.count(each) > 1}):
        yield Problem(pointer, f"`action_id` must be unique within a block: {repeated}", "failed_constraint")


def _check_section(block: Json, pointer: str) -> Iterator[Problem]:
    if "text" not in block and "fields" not in block:
        yield missing("text", pointer)
    for index, text in enumerate(block.get("fields") or []):
        yield from check_text(text, 2000, f"{pointer}/fields/{index}")


def _check_context(block: Json, pointer: str) -> Iterator[Problem]:
    for index, element in enumerate(block.get("elements") or []):
        where = f"{pointer}/elements/{index}"
        if isinstance(element, dict) and element.get("type") == "image":
            yield from check_element(element, where, None)
        else:
            yield from check_text(element, 3000, where)


def _check_image(block: Json, pointer: str) -> Iterator[Problem]:
    if "image_url" not in block and "slack_file" not in block:
        yield missing("image_url", pointer)


def _check_table(block: Json, pointer: str) -> Iterator[Problem]:
    for index, row in enumerate(block.get("rows") or []):
        where = f"{pointer}/rows/{index}"
        if not isinstance(row, list):
            yield Problem(where, "must be an array", "invalid_type")
            continue
        yield from at_most(row, 20, where)
        for column, cell in enumerate(row):
            kind = cell.get("type") if isinstance(cell, dict) else None
            yield from one_of(kind, ("raw_text", "raw_number", "rich_text"), f"{where}/{column}/type")


def _check_task(block: Json, pointer: str) -> Iterator[Problem]:
    yield from one_of(
        block.get("status", "pending"), ("pending", "in_progress", "complete", "error"), f"{pointer}/status"
    )


def _check_alert(block: Json, pointer: str) -> Iterator[Problem]:
    yield from one_of(
        block.get("level", "default"), ("default", "info", "warning", "error", "success"), f"{pointer}/level"
    )


def _check_card(block: Json, pointer: str) -> Iterator[Problem]:
    if not any(name in block for name in ("hero_image", "title", "actions", "body")):
        yield missing("title", pointer)


def _check_container(block: Json, pointer: str) -> Iterator[Problem]:
    for index, child in enumerate(block.get("child_blocks") or []):
        yield from check_block(child, f"{pointer}/child_blocks/{index}")


def _check_carousel(block: Json, pointer: str) -> Iterator[Problem]:
    for index, card in enumerate(block.get("elements") or []):
        yield from check_block(card, f"{pointer}/elements/{index}")


SPECIAL: Mapping[str, Callable[[Json, str], Iterator[Problem]]] = {
    "alert": _check_alert,
    "card": _check_card,
    "carousel": _check_carousel,
    "container": _check_container,
    "context": _check_context,
    "image": _check_image,
    "section": _check_section,
    "table": _check_table,
    "task_card": _check_task,
}
