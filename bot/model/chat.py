"""Chat Completions, for the servers that speak nothing else."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any

import openai

from bot.model import wire
from bot.model.chat_answer import ChatAnswer
from bot.model.chat_messages import build_messages
from bot.model.errors import is_filtered, not_a_stream, translated
from bot.model.options import ModelOptions, Provider, sees, setting_names
from bot.model.protocol import Event, TextDelta
from bot.model.schema import tool_definition
from functions.contract import Function
from storage.records import Item

PATH = "/chat/completions"

FOLLOWING = 1.0
"""Seconds in all that are left to what follows a finish reason, the usage and `[DONE]`: the answer is whole
without them, and not all servers send them."""


class ChatModel:
    """A Model over `POST /chat/completions`."""

    def __init__(self, client: openai.AsyncOpenAI, options: ModelOptions, provider: Provider) -> None:
        self._client = client
        self._options = options
        self._provider = provider
        self._settings = setting_names(options)

    @property
    def name(self) -> str:
        return self._options.model

    async def stream(
        self, instructions: str, items: Sequence[Item], functions: Sequence[Function]
    ) -> AsyncGenerator[Event, None]:
        """Ask the model; see the protocol."""
        answer = ChatAnswer(self.name, items)
        with translated(answer.begun, self._settings):
            try:
                body = self.body(instructions, items, functions)
                async with await wire.post(self._client, PATH, body) as stream:
                    async with aclosing(wire.events(stream, self._pauses(answer))) as chunks:
                        async for chunk in chunks:
                            if piece := answer.add(chunk):
                                yield TextDelta(piece)
                    if not answer.events and "event-stream" not in (kind := wire.content_type(stream)):
                        raise not_a_stream(kind, self._settings)
            except openai.APIError as error:
                if is_filtered(error.code):
                    answer.filter()
                elif not answer.ended:
                    raise
            except wire.LOST:
                if not answer.ended:
                    raise
        yield answer.done()

    def _pauses(self, answer: ChatAnswer) -> Callable[[], float | None]:
        now = asyncio.get_running_loop().time
        until: float | None = None

        def pause() -> float | None:
            nonlocal until
            if answer.ended:
                until = now() + FOLLOWING if until is None else until
                return until - now()
            return self._options.pause_timeout if answer.flows else None

        return pause

    async def close(self) -> None:
        await self._client.close()

    def body(self, instructions: str, items: Sequence[Item], functions: Sequence[Function]) -> dict[str, Any]:
        """Build the request's JSON."""
        options = self._options
        tools = [{"type": "function", "function": tool_definition(each, self._provider)} for each in functions]
        # `max_tokens` is what every server knows; OpenAI's reasoning models know its successor only.
        limit = "max_completion_tokens" if self._provider.known else "max_tokens"
        optional = {
            limit: options.max_output_tokens,
            "temperature": options.temperature,
            "reasoning_effort": options.reasoning_effort,
            "stream_options": {"include_usage": True} if self._provider.known else None,
            "tools": tools or None,
        }
        return {
            "model": self.name,
            "messages": build_messages(instructions, items, self.name, sees=sees(options)),
            "stream": True,
            **{name: value for name, value in optional.items() if value is not None},
        }
