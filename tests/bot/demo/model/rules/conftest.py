from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.demo.model.conversation import (
    AssistantMessage,
    FunctionCall,
    FunctionResult,
    Item,
    ProposedCall,
    Reply,
    Tool,
    UserMessage,
)
from bot.demo.model.rules import reply
from bot.demo.model.rules.calls import KNOWN

EMPTY: tuple[Any, ...] = (None, False, [])
TOOLS = tuple(Tool(name) for name in sorted(KNOWN))


class Chat:
    """A thread with the rules: say something, answer its calls, and look at what it says."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.tools: tuple[Tool, ...] = TOOLS

    def say(self, text: str) -> Reply:
        """Add a user message and return the next step."""
        self.items.append(UserMessage(text))
        return self.next()

    def next(self) -> Reply:
        """Return the next step and keep its text; its calls enter with their results."""
        answer = reply(tuple(self.items), self.tools)
        if answer.text:
            self.items.append(AssistantMessage(answer.text))
        return answer

    def result(self, call: ProposedCall, value: Any) -> None:
        """Add a call and its result."""
        call_id = f"call_{len(self.items)}"
        self.items.append(FunctionCall(call_id, call.name, call.arguments))
        self.items.append(FunctionResult(call_id, json.dumps(value, ensure_ascii=False)))

    def answer(self, text: str, *values: Any) -> str:
        """Say something, give its calls these results, and return the text of the step after."""
        step = self.say(text)
        assert len(step.calls) == len(values), step
        for call, value in zip(step.calls, values, strict=True):
            self.result(call, value)
        return self.next().text


@pytest.fixture
def chat() -> Chat:
    return Chat()


@pytest.fixture
def calls_of() -> Callable[[Reply], list[tuple[str, dict[str, Any]]]]:
    """Return a reply's calls as (name, arguments without those that say nothing)."""

    def read(step: Reply) -> list[tuple[str, dict[str, Any]]]:
        return [
            (
                call.name,
                {
                    key: value
                    for key, value in json.loads(call.arguments).items()
                    if value not in (None, False, [])
                },
            )
            for call in step.calls
        ]

    return read
