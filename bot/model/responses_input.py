"""From items to the input of the Responses API. The same items give the same bytes, so that the cache hits."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.model import neutral
from storage.records import (
    AssistantItem,
    CallItem,
    Item,
    OverheardItem,
    Raw,
    ReasoningItem,
    ResultItem,
    SummaryItem,
    UserItem,
)

API = "responses"


def build_input(
    items: Sequence[Item], model: str, *, with_raw: bool = True, sees: bool = True
) -> list[dict[str, Any]]:
    """Return the input items: the provider's own ones as they came if they are this model's, else neutral ones.

    Reasoning is left out unless it can be read without the provider's store and its own output follows: the API
    refuses anything else. Pictures are put in if the model `sees`.
    """
    built: list[dict[str, Any]] = []
    follows = False
    for item in reversed(items):
        raw = item.raw if isinstance(item, AssistantItem | CallItem | ReasoningItem) else None
        own = _own(raw, model) if with_raw else None
        if isinstance(item, ReasoningItem):
            if own is None or not follows or not _is_self_contained(own):
                continue
            built.append(own)
        else:
            follows = own is not None
            built.extend([own] if own is not None else _neutral(item, sees))
    return built[::-1]


def _own(raw: Raw | None, model: str) -> dict[str, Any] | None:
    if raw is None or raw.api != API or raw.model != model or not isinstance(raw.value, Mapping):
        return None
    return dict(raw.value)


def _is_self_contained(reasoning: Mapping[str, Any]) -> bool:
    return bool(reasoning.get("encrypted_content") or reasoning.get("content"))


def _neutral(item: Item, sees: bool) -> list[dict[str, Any]]:
    match item:
        case UserItem():
            return [_message("user", _content(item, sees))]
        case OverheardItem():
            return [_message("user", neutral.overheard_text(item))]
        case SummaryItem():
            return [_message("user", neutral.summary_text(item))]
        case AssistantItem():
            said = neutral.assistant_text(item)
            return [_message("assistant", said)] if said else []
        case CallItem():
            call = {"call_id": item.call_id, "name": neutral.call_name(item)}
            return [{"type": "function_call", **call, "arguments": neutral.call_arguments(item)}]
        case ResultItem():
            result = {"call_id": item.call_id, "output": neutral.output_text(item)}
            return [{"type": "function_call_output", **result}]
        case ReasoningItem():
            return []


def _content(item: UserItem, sees: bool) -> str | list[dict[str, Any]]:
    parts = neutral.user_parts(item, sees=sees)
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) == len(parts):
        return "\n\n".join(texts)
    return [
        {"type": "input_text", "text": part}
        if isinstance(part, str)
        else {"type": "input_image", "detail": "auto", "image_url": neutral.data_url(part)}
        for part in parts
    ]


def _message(role: str, content: str | list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": content}
