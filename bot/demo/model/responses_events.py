"""Writes a reply as a Response object and as the events of its stream, in the order of OpenAI's server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from bot.demo.model.conversation import ProposedCall, Reply
from bot.demo.model.reasoning import new_reasoning
from bot.demo.model.stream import Event, pieces
from bot.demo.model.usage import Usage
from bot.demo.model.wire import ModelRequest

INCOMPLETE_REASON = {"length": "max_output_tokens", "content_filter": "content_filter"}
ECHOED: dict[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}


def output_items(reply: Reply, request: ModelRequest) -> list[dict[str, Any]]:
    """Return the reply as finished output items: reasoning if the model's name asks for it, message, calls."""
    if reply.empty:
        return []
    status = "incomplete" if reply.cut_by else "completed"
    items = []
    if "reasoning" in request.model:
        items.append(new_reasoning(sealed="reasoning.encrypted_content" in (request.body.get("include") or ())))
    if reply.refusal:
        items.append(_message({"type": "refusal", "refusal": reply.refusal}, status))
    elif reply.text or not reply.calls:
        part = {"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}
        items.append(_message(part, status))
    items.extend(_call(call, status) for call in reply.calls)
    return items


def response_object(
    request: ModelRequest,
    reply: Reply,
    output: list[dict[str, Any]],
    usage: Usage | None,
    *,
    response_id: str,
    created_at: int,
) -> dict[str, Any]:
    """Return the Response: in progress as long as `usage` is None, else completed or incomplete."""
    status = "in_progress"
    if usage is not None:
        status = "incomplete" if reply.cut_by else "completed"
    echoed = {
        key: default if request.body.get(key) is None else request.body[key] for key, default in ECHOED.items()
    }
    return {
        "id": response_id,
        "object": "response",
        "created_at": created_at,
        "completed_at": created_at if status == "completed" else None,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": (
            {"reason": INCOMPLETE_REASON[reply.cut_by]} if status == "incomplete" and reply.cut_by else None
        ),
        "model": request.model,
        "output": output,
        "previous_response_id": None,
        "service_tier": "default",
        "usage": None if usage is None else _usage(usage),
        **echoed,
    }


def events(
    request: ModelRequest, reply: Reply, usage: Usage, *, response_id: str, created_at: int
) -> Iterator[Event]:
    """Yield the whole stream of a reply, each event numbered."""
    output = output_items(reply, request)
    for number, (data, paced) in enumerate(_bare_events(request, reply, output, usage, response_id, created_at)):
        yield Event({**data, "sequence_number": number}, name=data["type"], paced=paced)


def _bare_events(
    request: ModelRequest,
    reply: Reply,
    output: list[dict[str, Any]],
    usage: Usage,
    response_id: str,
    created_at: int,
) -> Iterator[tuple[dict[str, Any], bool]]:
    started = response_object(request, reply, [], None, response_id=response_id, created_at=created_at)
    yield {"type": "response.created", "response": started}, False
    yield {"type": "response.in_progress", "response": started}, False
    for index, item in enumerate(output):
        yield {"type": "response.output_item.added", "output_index": index, "item": _opened(item)}, False
        where = {"item_id": item["id"], "output_index": index}
        if item["type"] == "message":
            yield from _message_events(item["content"][0], {**where, "content_index": 0})
        elif item["type"] == "function_call":
            kind = "response.function_call_arguments"
            for piece in pieces(item["arguments"]):
                yield {"type": f"{kind}.delta", **where, "delta": piece}, True
            yield (
                {"type": f"{kind}.done", **where, "name": item["name"], "arguments": item["arguments"]},
                False,
            )
        yield {"type": "response.output_item.done", "output_index": index, "item": item}, False
    final = response_object(request, reply, output, usage, response_id=response_id, created_at=created_at)
    yield {"type": f"response.{final['status']}", "response": final}, False


def _message_events(part: dict[str, Any], where: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    refused = part["type"] == "refusal"
    kind, key = ("response.refusal", "refusal") if refused else ("response.output_text", "text")
    logprobs: dict[str, Any] = {} if refused else {"logprobs": []}
    yield {"type": "response.content_part.added", **where, "part": {**part, key: ""}}, False
    for piece in pieces(part[key]):
        yield {"type": f"{kind}.delta", **where, "delta": piece, **logprobs}, True
    yield {"type": f"{kind}.done", **where, key: part[key], **logprobs}, False
    yield {"type": "response.content_part.done", **where, "part": part}, False


def _opened(item: dict[str, Any]) -> dict[str, Any]:
    match item["type"]:
        case "message":
            return {**item, "status": "in_progress", "content": []}
        case "function_call":
            return {**item, "status": "in_progress", "arguments": ""}
        case _:
            return item


def _message(part: dict[str, Any], status: str) -> dict[str, Any]:
    return {
        "id": f"msg_{secrets.token_hex(20)}",
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": [part],
    }


def _call(call: ProposedCall, status: str) -> dict[str, Any]:
    return {
        "id": f"fc_{secrets.token_hex(20)}",
        "type": "function_call",
        "status": status,
        "call_id": f"call_{secrets.token_hex(12)}",
        "name": call.name,
        "arguments": call.arguments,
    }


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": 0},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.total,
    }
