"""Reads a request to POST /v1/chat/completions."""

from __future__ import annotations

from typing import Any

from bot.demo.model.conversation import (
    AssistantMessage,
    FunctionCall,
    FunctionResult,
    Instruction,
    Item,
    UserMessage,
)
from bot.demo.model.errors import bad_request, missing, wrong_type
from bot.demo.model.pictures import split_content
from bot.demo.model.tools import read_tools
from bot.demo.model.wire import ModelRequest, is_streamed, joined_text, required_text

ROLES = ("system", "developer", "user", "assistant", "tool")


def read_request(body: dict[str, Any]) -> ModelRequest:
    """Read and check a body. Raises ApiError for what the real server refuses and Nod could do wrong."""
    model = required_text(body, "model")
    messages = body.get("messages")
    if messages is None:
        raise missing("messages")
    if not isinstance(messages, list):
        raise wrong_type("messages", "an array of objects")
    if not messages:
        raise bad_request(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array.",
            param="messages",
            code="empty_array",
        )
    tools = read_tools(body.get("tools"), nested=True)
    if body.get("tool_choice") is not None and not tools:
        raise bad_request("'tool_choice' is only allowed when 'tools' are specified.", param="tool_choice")
    if body.get("stream_options") is not None and not is_streamed(body):
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise bad_request(message, param="stream_options")
    return ModelRequest(
        model=model,
        conversation=tuple(_read_messages(messages)),
        tools=() if body.get("tool_choice") == "none" else tools,
        stream=is_streamed(body),
        prompt_parts=(model, body.get("tools") or [], *messages),
        body=body,
    )


def _read_messages(messages: list[Any]) -> list[Item]:
    items: list[Item] = []
    seen: set[str] = set()
    open_calls: list[str] = []
    for index, message in enumerate(messages):
        where = f"messages[{index}]"
        if not isinstance(message, dict):
            raise wrong_type(where, "an object")
        role = required_text(message, "role", f"{where}.")
        if role == "tool":
            items.append(_read_result(message, where, open_calls))
            continue
        _check_answered(open_calls, where)
        match role:
            case "user":
                items.append(_user_message(message, where))
            case "system" | "developer":
                items.append(Instruction(_content(message, where)))
            case "assistant":
                read = _read_assistant(message, where)
                open_calls = [item.call_id for item in read if isinstance(item, FunctionCall)]
                for call_id in open_calls:
                    if call_id in seen:
                        raise bad_request(f"Duplicate tool call id '{call_id}'.", param=f"{where}.tool_calls")
                    seen.add(call_id)
                items.extend(read)
            case _:
                supported = ", ".join(f"'{name}'" for name in ROLES)
                raise bad_request(
                    f"Invalid value: '{role}'. Supported values are: {supported}.",
                    param=f"{where}.role",
                    code="invalid_value",
                )
    _check_answered(open_calls, "messages")
    return items


def _user_message(message: dict[str, Any], where: str) -> UserMessage:
    content, pictures = split_content(message.get("content"), f"{where}.content", "image_url")
    return UserMessage(_content(message | {"content": content}, where), pictures)


def _content(message: dict[str, Any], where: str) -> str:
    if message.get("content") is None:
        raise missing(f"{where}.content")
    return joined_text(message["content"], f"{where}.content", ("text", "refusal"))


def _read_result(message: dict[str, Any], where: str, open_calls: list[str]) -> FunctionResult:
    call_id = required_text(message, "tool_call_id", f"{where}.")
    if call_id not in open_calls:
        raise bad_request(
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with "
            "'tool_calls'.",
            param=f"{where}.role",
        )
    open_calls.remove(call_id)
    return FunctionResult(call_id, _content(message, where))


def _read_assistant(message: dict[str, Any], where: str) -> list[Item]:
    calls = message.get("tool_calls")
    items: list[Item] = []
    if message.get("content"):
        items.append(AssistantMessage(_content(message, where)))
    elif message.get("refusal"):
        items.append(AssistantMessage(required_text(message, "refusal", f"{where}.")))
    elif calls is None:
        raise bad_request(
            f"Invalid value for 'content': expected a string, got null in {where}.", param=f"{where}.content"
        )
    if calls is None:
        return items
    if not isinstance(calls, list) or not calls:
        raise bad_request(
            f"Invalid '{where}.tool_calls': expected an array with minimum length 1.", param=f"{where}.tool_calls"
        )
    return [*items, *(_read_call(call, f"{where}.tool_calls[{at}]") for at, call in enumerate(calls))]


def _read_call(call: Any, where: str) -> FunctionCall:
    if not isinstance(call, dict) or not isinstance(call.get("function"), dict):
        raise missing(f"{where}.function")
    arguments = call["function"].get("arguments")
    if not isinstance(arguments, str):
        raise missing(f"{where}.function.arguments")
    if call.get("type") != "function":
        raise missing(f"{where}.type")
    name = required_text(call["function"], "name", f"{where}.function.")
    return FunctionCall(required_text(call, "id", f"{where}."), name, arguments)


def _check_answered(open_calls: list[str], where: str) -> None:
    if open_calls:
        raise bad_request(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            "'tool_call_id'. The following tool_call_ids did not have response messages: "
            f"{', '.join(open_calls)}",
            param=where,
        )
