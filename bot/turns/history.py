"""From a conversation's items to the model's input: what they weigh, and never a call without its result."""

from collections.abc import Sequence
from itertools import pairwise

from bot.turns.attachments import tokens as file_tokens
from storage.records import (
    AssistantItem,
    CallItem,
    Item,
    OverheardItem,
    ReasoningItem,
    ResultItem,
    SummaryItem,
    UserItem,
)

INTERRUPTED = '{"error":"Nod was interrupted before this call ended; nothing is known of its result."}'

BYTES_OF_TOKEN = 3
"""Bytes of UTF-8 that make a token, by the estimate: it comes near for English and Korean alike."""


def pair_calls(items: Sequence[Item]) -> list[Item]:
    """Put each call's result right where the providers want it: behind the step that called, once.

    A call without a result (the process ended in between) gets one that says so; a result without its call is
    left out. Both providers refuse the whole request otherwise.
    """
    results = {item.call_id: item for item in items if isinstance(item, ResultItem)}
    paired: list[Item] = []
    open_calls: list[str] = []
    for before, item in pairwise([None, *items]):
        step_over = isinstance(before, ResultItem) or not isinstance(item, CallItem)
        if open_calls and step_over:
            paired.extend(_results(open_calls, results))
            open_calls = []
        if not isinstance(item, ResultItem | None):
            paired.append(item)
        if isinstance(item, CallItem):
            open_calls.append(item.call_id)
    paired.extend(_results(open_calls, results))
    return paired


def _results(calls: Sequence[str], results: dict[str, ResultItem]) -> list[ResultItem]:
    return [results.get(call_id) or ResultItem(call_id, INTERRUPTED) for call_id in calls]


def estimate(item: Item) -> int:
    """Estimate an item's tokens."""
    files = 0
    match item:
        case UserItem():
            text, files = item.text, sum(map(file_tokens, item.files))
        case OverheardItem():
            # who said it, when, and that it is data
            text, files = item.text, 40 + tokens(item.speaker + "".join(item.files))
        case AssistantItem() | SummaryItem():
            text = item.text
        case CallItem():
            text = item.function + item.arguments_json
        case ResultItem():
            text = item.output_json
        case ReasoningItem():
            text = str(item.raw.value)
    # What a provider wants back beside the text: an id, a status, a signature.
    beside = len(str(item.raw.value)) // 6 if isinstance(item, AssistantItem | CallItem) and item.raw else 0
    return 8 + tokens(text) + beside + files


def tokens(text: str) -> int:
    """Estimate a text's tokens; half a surrogate pair, which a model may write, counts too."""
    return len(text.encode(errors="replace")) // BYTES_OF_TOKEN
