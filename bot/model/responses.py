"""The Responses API, stateless: everything is sent every time, nothing is kept by the provider."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import openai

from bot.model import wire
from bot.model.errors import is_filtered, not_a_stream, refuses_include, refuses_reasoning, translated
from bot.model.options import ModelOptions, Provider, sees, setting_names
from bot.model.protocol import Event, TextDelta
from bot.model.responses_answer import ResponsesAnswer
from bot.model.responses_input import build_input
from bot.model.schema import tool_definition
from functions.contract import Function
from storage.records import Item

PATH = "/responses"


class ResponsesModel:
    """A Model over `POST /responses`."""

    def __init__(self, client: openai.AsyncOpenAI, options: ModelOptions, provider: Provider) -> None:
        self._client = client
        self._options = options
        self._provider = provider
        self._settings = setting_names(options)
        self._asks_for_reasoning = True

    @property
    def name(self) -> str:
        return self._options.model

    async def stream(
        self, instructions: str, items: Sequence[Item], functions: Sequence[Function]
    ) -> AsyncGenerator[Event, None]:
        """Ask the model; see the protocol."""
        answer = ResponsesAnswer(self.name, items)
        with translated(answer.begun, self._settings):
            try:
                async with await self._open(instructions, items, functions) as stream:
                    async with aclosing(wire.events(stream, lambda: self._pause(answer))) as events:
                        async for event in events:
                            if piece := answer.add(event):
                                yield TextDelta(piece)
                            if answer.ended:
                                await wire.read_out(stream)
                                break
                    if not answer.events and "event-stream" not in (kind := wire.content_type(stream)):
                        raise not_a_stream(kind, self._settings)
            except openai.APIError as error:
                if not is_filtered(error.code):
                    raise
                answer.filter()
        done = answer.done()
        if rest := done.text[len(answer.text) :]:
            yield TextDelta(rest)
        yield done

    def _pause(self, answer: ResponsesAnswer) -> float | None:
        return self._options.pause_timeout if answer.flows else None

    async def close(self) -> None:
        await self._client.close()

    async def _open(
        self, instructions: str, items: Sequence[Item], functions: Sequence[Function]
    ) -> openai.AsyncStream[object]:
        body = self.body(instructions, items, functions)
        while True:
            try:
                return await wire.post(self._client, PATH, body)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                neutral = self._input(items, with_raw=False)
                if refuses_reasoning(error) and body["input"] != neutral:
                    body["input"] = neutral
                elif "include" in body and refuses_include(error):
                    self._asks_for_reasoning = False
                    del body["include"]
                else:
                    raise

    def body(self, instructions: str, items: Sequence[Item], functions: Sequence[Function]) -> dict[str, Any]:
        """Build the request's JSON."""
        options = self._options
        optional = {
            "max_output_tokens": options.max_output_tokens,
            "temperature": options.temperature,
            "reasoning": {"effort": options.reasoning_effort} if options.reasoning_effort else None,
            "include": ["reasoning.encrypted_content"] if self._asks_for_reasoning else None,
            "instructions": instructions or None,
            "tools": [{"type": "function", **tool_definition(each, self._provider)} for each in functions] or None,
        }
        return {
            "model": self.name,
            "input": self._input(items),
            "store": False,
            "stream": True,
            **{name: value for name, value in optional.items() if value is not None},
        }

    def _input(self, items: Sequence[Item], *, with_raw: bool = True) -> list[dict[str, Any]]:
        return build_input(items, self.name, with_raw=with_raw, sees=sees(self._options))
