"""What both wires have in common: a request as it was understood, and how a reply fits into its limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.demo.model.conversation import Conversation, Reply, Tool
from bot.demo.model.errors import bad_request, missing, wrong_type
from bot.demo.model.usage import BYTES_PER_TOKEN, count_tokens


@dataclass(frozen=True)
class ModelRequest:
    """A request, read and checked. `prompt_parts` are its input as JSON, in the order a prompt cache sees it."""

    model: str
    conversation: Conversation
    tools: tuple[Tool, ...]
    stream: bool
    prompt_parts: tuple[Any, ...]
    body: dict[str, Any]


def required_text(body: dict[str, Any], key: str, where: str = "") -> str:
    """Return a required string of a JSON object, or raise the 400 that names it."""
    value = body.get(key)
    if value is None or value == "":
        raise missing(f"{where}{key}")
    if not isinstance(value, str):
        raise wrong_type(f"{where}{key}", "a string")
    return value


def is_streamed(body: dict[str, Any]) -> bool:
    """Return the request's `stream`, which has to be a boolean or absent."""
    stream = body.get("stream")
    if stream is not None and not isinstance(stream, bool):
        raise wrong_type("stream", "a boolean")
    return bool(stream)


def joined_text(content: Any, where: str, kinds: Sequence[str]) -> str:
    """Return a message's content, a string or a list of text parts of these types, as one text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise wrong_type(where, "a string or an array of content parts")
    texts = []
    for index, part in enumerate(content):
        if not isinstance(part, dict) or part.get("type") not in kinds:
            supported = ", ".join(f"'{kind}'" for kind in kinds)
            given = part.get("type") if isinstance(part, dict) else part
            raise bad_request(
                f"Invalid value: {given!r}. Supported values are: {supported}.",
                param=f"{where}[{index}].type",
                code="invalid_value",
            )
        texts.append(required_text(part, "refusal" if part["type"] == "refusal" else "text", f"{where}[{index}]."))
    return "\n".join(texts)


def fit(reply: Reply, body: dict[str, Any], *, limit_key: str) -> Reply:
    """Cut a reply to what the request allows: one call without parallel calls, and its token limit."""
    if body.get("parallel_tool_calls") is False:
        reply = replace(reply, calls=reply.calls[:1])
    limit = body.get(limit_key)
    if isinstance(limit, int) and count_tokens(reply.text) > limit:
        shortened = reply.text.encode()[: limit * BYTES_PER_TOKEN].decode(errors="ignore")
        reply = Reply(text=shortened, cut_by="length")
    return reply
