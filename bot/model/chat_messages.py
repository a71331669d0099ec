"""From items to the messages of Chat Completions. The same items give the same bytes, so that the cache hits."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.model import neutral
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

API = "chat"


def build_messages(
    instructions: str, items: Sequence[Item], model: str, *, sees: bool = True
) -> list[dict[str, Any]]:
    """Return the messages: instructions first; what the model wrote in one step is one assistant message. Pictures
    are put in if the model `sees`."""
    messages: list[dict[str, Any]] = []
    if instructions:
        messages.append({"role": "system", "content": instructions})
    for item in items:
        match item:
            case UserItem():
                messages.append({"role": "user", "content": _content(item, sees)})
            case OverheardItem():
                messages.append({"role": "user", "content": neutral.overheard_text(item)})
            case SummaryItem():
                messages.append({"role": "user", "content": neutral.summary_text(item)})
            case AssistantItem() if item.text or item.stopped:
                message = _assistant(messages)
                message["content"] = "\n\n".join(filter(None, [message["content"], neutral.assistant_text(item)]))
            case CallItem():
                _assistant(messages).setdefault("tool_calls", []).append(_call(item, model))
            case ResultItem():
                messages.append(
                    {"role": "tool", "tool_call_id": item.call_id, "content": neutral.output_text(item)}
                )
            case AssistantItem() | ReasoningItem():
                continue
    return messages


def _content(item: UserItem, sees: bool) -> str | list[dict[str, Any]]:
    parts = neutral.user_parts(item, sees=sees)
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) == len(parts):
        return "\n\n".join(texts)
    return [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {"type": "image_url", "image_url": {"url": neutral.data_url(part)}}
        for part in parts
    ]


def _assistant(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the assistant message at the end, a new one if there is none."""
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": None})
    return messages[-1]


def _call(item: CallItem, model: str) -> dict[str, Any]:
    own: dict[str, Any] = {}
    if item.raw and (item.raw.api, item.raw.model) == (API, model) and isinstance(item.raw.value, Mapping):
        # What else the provider put beside the call and wants back, such as Gemini's thought signature.
        own = dict(item.raw.value)
    function = {"name": neutral.call_name(item), "arguments": neutral.call_arguments(item)}
    return {**own, "id": item.call_id, "type": "function", "function": function}
