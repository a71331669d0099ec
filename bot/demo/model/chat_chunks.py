"""Writes a reply as a chat completion and as the chunks of its stream."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from bot.demo.model.conversation import ProposedCall, Reply
from bot.demo.model.stream import Event, pieces
from bot.demo.model.usage import Usage
from bot.demo.model.wire import ModelRequest

FINGERPRINT = "fp_nod_stand_in"


def completion(
    request: ModelRequest, reply: Reply, usage: Usage, *, completion_id: str, created: int
) -> dict[str, Any]:
    """Return the whole chat completion."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": reply.text or (None if reply.calls or reply.refusal else ""),
        "refusal": reply.refusal or None,
        "annotations": [],
    }
    if reply.calls:
        message["tool_calls"] = [_call(call) for call in reply.calls]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish_reason(reply)}
    return {
        "id": completion_id,
        "object": "chat.completion",
        "created": created,
        "model": request.model,
        "choices": [] if reply.empty else [choice],
        "usage": _usage(usage),
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }


def events(
    request: ModelRequest, reply: Reply, usage: Usage, *, completion_id: str, created: int
) -> Iterator[Event]:
    """Yield the whole stream of a reply, `[DONE]` last; the usage chunk only if the request asks for it."""
    head = {
        "id": completion_id,
        "object": "chat.completion.chunk",
        "created": created,
        "model": request.model,
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }
    options = request.body.get("stream_options")
    with_usage = isinstance(options, dict) and options.get("include_usage") is True
    tail = {"usage": None} if with_usage else {}
    if reply.empty:
        yield Event({**head, "choices": [], **tail})
    else:
        for delta, paced in _deltas(reply):
            yield Event({**head, "choices": [_choice(delta, None)], **tail}, paced=paced)
        yield Event({**head, "choices": [_choice({}, _finish_reason(reply))], **tail})
    if with_usage:
        yield Event({**head, "choices": [], "usage": _usage(usage)})
    yield Event("[DONE]")


def _deltas(reply: Reply) -> Iterator[tuple[dict[str, Any], bool]]:
    opening = None if reply.calls and not reply.text else ""
    yield {"role": "assistant", "content": opening, "refusal": None}, False
    for piece in pieces(reply.text):
        yield {"content": piece}, True
    for piece in pieces(reply.refusal):
        yield {"refusal": piece}, True
    for index, call in enumerate(reply.calls):
        whole = _call(call)
        opened = {**whole, "index": index, "function": {"name": call.name, "arguments": ""}}
        yield {"tool_calls": [opened]}, False
        for piece in pieces(call.arguments):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}, True


def _choice(delta: dict[str, Any], finish_reason: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def _call(call: ProposedCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": f"call_{secrets.token_hex(12)}", "type": "function", "function": function}


def _finish_reason(reply: Reply) -> str:
    if reply.cut_by:
        return reply.cut_by
    return "tool_calls" if reply.calls else "stop"


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.total,
        "prompt_tokens_details": {"cached_tokens": usage.cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning, "audio_tokens": 0},
    }
