"""The modals around a card: all of a long action, page by page, and the reason of a denial. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.block_kit import Block, View, button, context, label, modal, plain, section, sections, weight
from bot.slack.upcoming import preview_lines
from bot.slack.values import shown_arguments, title
from bot.words.catalogue import Words
from functions.contract import Function
from storage.records import Action

READING, CONFIRM_READ, DENY_SUBMIT = "action_reading", "action_confirm_read", "action_deny_submit"
NEXT, BACK = "page_next", "page_back"

PAGE = 12_000
"""Weight of a page. Slack takes 250 kB a view, and sends the page back with each click in it."""

PAGE_BLOCKS = 90
"""Blocks of a page, of the 100 that Slack takes, beside its head, its foot and its buttons."""

REASON = "reason"
"""The block and the element of a denial's reason."""

REASON_LENGTH = 500


def pages(action: Action, function: Function | None, words: Words) -> int:
    """Count the pages of `read_modal`, at least 1; they depend a little on the language."""
    return len(_pages(action, function, words))


def read_modal(action: Action, function: Function | None, words: Words, page: int) -> View:
    """Build page `page`, from 0, of all that an action would do; a page that is not there is the nearest.

    Only the last page can be submitted, with the callback_id `action_confirm_read`: nobody confirms what they have
    not opened. It is written with views.open and views.update: Slack closes a socket on an ack of over 20 KiB.
    """
    every = _pages(action, function, words)
    page = min(max(page, 0), len(every) - 1)
    last = page == len(every) - 1
    head = section(plain(words("card-title", title=title(action, function, words))))
    blocks = [head, *every[page]]
    if len(every) > 1:
        turns = [button(BACK, words("read-back"), action.id)] if page else []
        turns += [] if last else [button(NEXT, words("read-next"), action.id)]
        place = words("read-page", page=page + 1, pages=len(every))
        blocks += [context(place), {"type": "actions", "elements": turns}]
    blocks.append(context(_foot(function, words, last=last)))
    confirmable = last and function is not None
    return modal(
        words("read-title"),
        words("modal-close"),
        blocks,
        callback_id=CONFIRM_READ if confirmable else READING,
        private_metadata=json.dumps({"action": action.id, "page": page}),
        **({"submit": words("card-confirm")} if confirmable else {}),
    )


def reading(private_metadata: str) -> tuple[str, int] | None:
    """Read a view's private_metadata: the action's id and the page, from 0. None if it is not `read_modal`'s."""
    try:
        match json.loads(private_metadata):
            case {"action": str(action), "page": int(page)}:
                return action, page
    except ValueError:
        pass
    return None


def reason_modal(action: Action, function: Function | None, words: Words) -> View:
    """Build the question why an action is denied; the answer is optional. private_metadata is the action's id."""
    field = {
        "type": "input",
        "block_id": REASON,
        "optional": True,
        "label": plain(words("reason-label")),
        "element": {
            "type": "plain_text_input",
            "action_id": REASON,
            "multiline": True,
            "max_length": REASON_LENGTH,
            "focus_on_load": True,
        },
    }
    blocks = [section(plain(title(action, function, words))), field, context(words("reason-told"))]
    return modal(
        words("reason-title"),
        words("modal-close"),
        blocks,
        submit=words("card-deny"),
        callback_id=DENY_SUBMIT,
        private_metadata=action.id,
    )


def read_reason(view_state: Mapping[str, Any]) -> str:
    """Read the reason out of a submitted view's `state`; empty if none was given."""
    match view_state:
        case {"values": {"reason": {"reason": {"value": str(reason)}}}}:
            return reason.strip()[:REASON_LENGTH]
        case _:
            return ""


def _foot(function: Function | None, words: Words, *, last: bool) -> str:
    if function is None:
        return words("read-gone")
    if not last:
        return words("read-on")
    return words("read-destructive") if function.destructive else words("read-all")


def _pages(action: Action, function: Function | None, words: Words) -> list[list[Block]]:
    found: list[list[Block]] = [[]]
    total = 0
    for name, block in _content(action, function, words):
        heavy = weight(block["text"]["text"])
        if found[-1] and (total + heavy > PAGE or len(found[-1]) >= PAGE_BLOCKS):
            found.append([])
            total = 0
        if not found[-1] and name:
            found[-1].append(section(label(words("read-continued", label=name))))
        found[-1].append(block)
        total += heavy
    return found


def _content(action: Action, function: Function | None, words: Words) -> Iterator[tuple[str, Block]]:
    """Yield every block, with the name to repeat if a page begins with it."""
    shown = shown_arguments(action, function, words)
    for block in sections(preview_lines(action.preview, shown, words)):
        yield "", block
    for each in shown:
        yield "", section(label(each.label))
        for block in sections(each.read(words)):
            yield each.label, block
