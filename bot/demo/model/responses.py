"""Reads a request to POST /v1/responses. Stateless only: nothing is stored, so nothing can be referred to."""

from __future__ import annotations

from typing import Any

from bot.demo.model.conversation import (
    AssistantMessage,
    FunctionCall,
    FunctionResult,
    Instruction,
    Item,
    Picture,
    UserMessage,
)
from bot.demo.model.errors import ApiError, bad_request, missing, wrong_type
from bot.demo.model.pictures import split_content
from bot.demo.model.reasoning import check_reasoning
from bot.demo.model.tools import read_tools
from bot.demo.model.wire import ModelRequest, is_streamed, joined_text, required_text

ITEM_TYPES = ("message", "function_call", "function_call_output", "reasoning", "item_reference")
ROLES = ("user", "assistant", "system", "developer")
PARTS = {"assistant": ("output_text", "refusal")}


def read_request(body: dict[str, Any]) -> ModelRequest:
    """Read and check a body. Raises ApiError for what the real server refuses and Nod could do wrong."""
    model = required_text(body, "model")
    if body.get("previous_response_id") is not None:
        raise bad_request(
            f"Previous response with id '{body['previous_response_id']}' not found.",
            param="previous_response_id",
            code="previous_response_not_found",
        )
    if body.get("conversation") is not None:
        raise ApiError(404, "Conversation not found.", param="conversation")
    tools = read_tools(body.get("tools"), nested=False)
    raw_items = _raw_items(body)
    items: list[Item] = []
    instructions = body.get("instructions")
    if instructions is not None:
        if not isinstance(instructions, str):
            raise wrong_type("instructions", "a string")
        items.append(Instruction(instructions))
    for index, raw in enumerate(raw_items):
        item = _read_item(raw, f"input[{index}]")
        if item is not None:
            items.append(item)
    _check_calls(items)
    _check_reasoning_is_followed(raw_items)
    return ModelRequest(
        model=model,
        conversation=tuple(items),
        tools=() if body.get("tool_choice") == "none" else tools,
        stream=is_streamed(body),
        prompt_parts=(model, body.get("tools") or [], instructions or "", *raw_items),
        body=body,
    )


def _raw_items(body: dict[str, Any]) -> list[Any]:
    raw = body.get("input")
    if raw is None:
        raise missing("input")
    if isinstance(raw, str):
        return [{"role": "user", "content": raw}]
    if not isinstance(raw, list):
        raise wrong_type("input", "a string or an array of input items")
    return raw


def _read_item(raw: Any, where: str) -> Item | None:
    if not isinstance(raw, dict):
        raise wrong_type(where, "an object")
    kind = raw.get("type", "message")
    match kind:
        case "message":
            return _read_message(raw, where)
        case "function_call":
            arguments = raw.get("arguments")
            if not isinstance(arguments, str):
                raise missing(f"{where}.arguments")
            return FunctionCall(
                required_text(raw, "call_id", f"{where}."), required_text(raw, "name", f"{where}."), arguments
            )
        case "function_call_output":
            output = raw.get("output")
            if output is None:
                raise missing(f"{where}.output")
            text = joined_text(output, f"{where}.output", ("input_text",))
            return FunctionResult(required_text(raw, "call_id", f"{where}."), text)
        case "reasoning":
            required_text(raw, "id", f"{where}.")
            check_reasoning(raw)
            return None
        case "item_reference":
            raise ApiError(404, f"Item with id '{raw.get('id')}' not found.", param="input")
        case _:
            supported = ", ".join(f"'{name}'" for name in ITEM_TYPES)
            raise bad_request(
                f"Invalid value: {kind!r}. Supported values are: {supported}.",
                param=f"{where}.type",
                code="invalid_value",
            )


def _read_message(raw: dict[str, Any], where: str) -> Item:
    role = required_text(raw, "role", f"{where}.")
    if role not in ROLES:
        supported = ", ".join(f"'{name}'" for name in ROLES)
        raise bad_request(
            f"Invalid value: '{role}'. Supported values are: {supported}.",
            param=f"{where}.role",
            code="invalid_value",
        )
    if raw.get("content") is None:
        raise missing(f"{where}.content")
    content: Any = raw["content"]
    pictures: tuple[Picture, ...] = ()
    if role == "user":
        content, pictures = split_content(content, f"{where}.content", "input_image")
    text = joined_text(content, f"{where}.content", PARTS.get(role, ("input_text",)))
    if role == "user":
        return UserMessage(text, pictures)
    return AssistantMessage(text) if role == "assistant" else Instruction(text)


def _check_calls(items: list[Item]) -> None:
    called: set[str] = set()
    answered: set[str] = set()
    for item in items:
        if isinstance(item, FunctionCall):
            if item.call_id in called:
                raise bad_request(f"Duplicate function call with call_id {item.call_id}.", param="input")
            called.add(item.call_id)
        elif isinstance(item, FunctionResult):
            if item.call_id not in called:
                message = f"No tool call found for function call output with call_id {item.call_id}."
                raise bad_request(message, param="input")
            if item.call_id in answered:
                raise bad_request(f"Duplicate output for function call {item.call_id}.", param="input")
            answered.add(item.call_id)
    for item in items:
        if isinstance(item, FunctionCall) and item.call_id not in answered:
            raise bad_request(f"No tool output found for function call {item.call_id}.", param="input")


def _check_reasoning_is_followed(raw_items: list[Any]) -> None:
    for item, following in zip(raw_items, [*raw_items[1:], None], strict=True):
        if item.get("type") != "reasoning":
            continue
        kind = None if following is None else following.get("type", "message")
        by_model = kind in ("function_call", "reasoning") or (
            kind == "message" and following.get("role") == "assistant"
        )
        if not by_model:
            raise bad_request(
                f"Item '{item['id']}' of type 'reasoning' was provided without its required following item.",
                param="input",
            )
