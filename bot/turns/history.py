"""From a conversation's items to the model's input: within the budget, and never a call without its result."""

from collections.abc import Sequence
from itertools import pairwise

from bot.turns.attachments import tokens
from storage.records import AssistantItem, CallItem, Item, ReasoningItem, ResultItem, SummaryItem, UserItem

INTERRUPTED = '{"error":"Nod was interrupted before this call ended; nothing is known of its result."}'


def model_input(items: Sequence[Item], budget: int) -> list[Item]:
    """Return what the model is shown: all items, or from a later question on if all are over `budget` tokens.

    The last question and what followed it are kept whatever they cost.
    """
    complete = pair_calls(items)
    starts = [0, *(index for index, item in enumerate(complete) if index and isinstance(item, UserItem))]
    sizes = [estimate(item) for item in complete]
    for start in starts:
        if sum(sizes[start:]) <= budget:
            return complete[start:]
    return complete[starts[-1] :]


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
    """Estimate an item's tokens: a third of its bytes in UTF-8 comes near for English and Korean alike."""
    files = 0
    match item:
        case UserItem():
            text, files = item.text, sum(map(tokens, item.files))
        case AssistantItem() | SummaryItem():
            text = item.text
        case CallItem():
            text = item.function + item.arguments_json
        case ResultItem():
            text = item.output_json
        case ReasoningItem():
            text = str(item.raw.value)
    return 8 + len(text.encode()) // 3 + files
