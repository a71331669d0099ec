"""Nod's own notes below an answer, and the button that has a failed turn tried again. Pure."""

from collections.abc import Mapping
from typing import Any

from bot.slack.block_kit import Block, button, packed
from bot.words.catalogue import Words

RETRY = "turn_retry"


def note_blocks(note: str, retry: int | None, words: Words) -> list[Block]:
    """Build a note (mrkdwn, Nod's own words); `retry` is the number of the turn that its button names."""
    texts = packed(note.split("\n"))
    blocks: list[Block] = [{"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in texts]
    return blocks if retry is None else [*blocks, retry_row(retry, words)]


def retry_row(turn: int, words: Words) -> Block:
    return {"type": "actions", "elements": [button(RETRY, words("retry-button"), str(turn))]}


def without_buttons(blocks: Any) -> list[Block]:
    """Return a note's blocks as Slack shows them, without its button; whatever is no block is left out."""
    listed = blocks if isinstance(blocks, list | tuple) else ()
    return [dict(block) for block in listed if isinstance(block, Mapping) and block.get("type") != "actions"]
