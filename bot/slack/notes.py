"""Nod's own notes below an answer, and what can be pressed there. Pure."""

from collections.abc import Mapping
from typing import Any

from bot.slack.block_kit import Block, button, context, packed, plain
from bot.turns.outlet import NO_CONTROLS, Controls
from bot.words.catalogue import Words

RETRY, CONTINUE, REGENERATE = "turn_retry", "turn_continue", "turn_regenerate"
"""Have a failed turn tried again, an answer that was cut continued, one that stands given anew. Each names the
turn's number."""


def note_blocks(
    note: str, retry: int | None, words: Words, turn: int = 0, controls: Controls = NO_CONTROLS
) -> list[Block]:
    """Build a note (mrkdwn, Nod's own words); `retry` is the number of the turn that its button names, `turn` the
    one that the other controls do."""
    texts = packed(note.split("\n"))
    loud: list[Block] = [{"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in texts]
    blocks = [context(note)] if controls.quiet else loud
    if retry is not None:
        blocks.append(retry_row(retry, words))
    if controls.goes_on:
        blocks.append(continue_row(turn, words))
    return blocks


def retry_row(turn: int, words: Words) -> Block:
    return {"type": "actions", "elements": [button(RETRY, words("retry-button"), str(turn))]}


def offer_blocks(turn: int, asked: str, words: Words) -> list[Block]:
    """Build the offer to answer an edited question again; the button names the turn that answered it, and the ts
    of the question, which the answer stands after."""
    offer = {"type": "section", "text": {"type": "mrkdwn", "text": words("offer-edited")}}
    again = button(REGENERATE, words("regenerate-button"), f"{turn}:{asked}")
    return [offer, {"type": "actions", "elements": [again]}]


def continue_row(turn: int, words: Words) -> Block:
    return {"type": "actions", "elements": [button(CONTINUE, words("continue-button"), str(turn))]}


def regenerate_row(turn: int, words: Words) -> Block:
    """Build the quiet control below an answer: a menu of one, because icon buttons know a trash can only, and a
    button under each answer is loud. https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
    """
    option = {"text": plain(words("regenerate-button")), "value": str(turn)}
    return {"type": "actions", "elements": [{"type": "overflow", "action_id": REGENERATE, "options": [option]}]}


def without_buttons(blocks: Any) -> list[Block]:
    """Return a note's blocks as Slack shows them, without its button; whatever is no block is left out."""
    listed = blocks if isinstance(blocks, list | tuple) else ()
    return [dict(block) for block in listed if isinstance(block, Mapping) and block.get("type") != "actions"]


def has_buttons(blocks: Any) -> bool:
    """Tell whether a note, as Slack shows it, has a button."""
    listed = blocks if isinstance(blocks, list | tuple) else ()
    return len(without_buttons(listed)) < len(listed)
