"""Checks of the model, through Nod's own adapters: one that answers, one that calls a function. Nothing is run."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import openai

from bot.doctor.finding import Finding, bad, good, unseen
from bot.errors import ModelError, ModelRefused, OperatorError
from bot.model.chat import ChatModel
from bot.model.client import build_client
from bot.model.configured import model_options
from bot.model.options import ModelOptions, api_of, provider_of
from bot.model.protocol import Done, Model
from bot.model.responses import ResponsesModel
from bot.model.select import build_model
from bot.settings import Settings
from functions.contract import Function
from storage.records import Item, UserItem

MODEL, CALL = "model", "function call"

FEWEST_TOKENS = 16
"""The least that the Responses API lets an answer have."""

QUESTION = (
    "This is a test of function calling. What is the weather in Seoul today? If no function fits, call any one of "
    "them once with arguments that you make up: nothing will be run."
)


class _ForcedResponses(ResponsesModel):
    def body(self, instructions: str, items: Sequence[Item], functions: Sequence[Function]) -> dict[str, Any]:
        return super().body(instructions, items, functions) | {"tool_choice": "required"}


class _ForcedChat(ChatModel):
    def body(self, instructions: str, items: Sequence[Item], functions: Sequence[Function]) -> dict[str, Any]:
        return super().body(instructions, items, functions) | {"tool_choice": "required"}


def options_of(settings: Settings, model: str, most_tokens: int | None = None) -> ModelOptions:
    """Return the options for one model, asked once and without a fallback."""
    options = model_options(settings)
    return replace(options, model=model, fallbacks=(), retries=0, max_output_tokens=most_tokens)


async def check_answer(settings: Settings, name: str) -> Sequence[Finding]:
    """Ask one model, NOD_MODEL or a fallback, for as little as it can say."""
    options = options_of(settings, name, FEWEST_TOKENS)
    try:
        await _ask(build_model(options), "Say ok.", ())
    except (ModelError, OperatorError) as error:
        return [bad(MODEL, f"{name}: {error}")]
    return [good(MODEL, f"{name} answers ({_api(options)})")]


async def check_call(settings: Settings, functions: Mapping[str, Function]) -> Sequence[Finding]:
    """Offer all functions to NOD_MODEL, and have it call one: the server has to take all their schemas."""
    if not functions:
        return [unseen(CALL, "there are no functions to offer")]
    options = options_of(settings, settings.model)
    how = ""
    try:
        try:
            done = await _ask(_forced(options), QUESTION, tuple(functions.values()))
        except ModelRefused as error:
            if not isinstance(error.__cause__, openai.BadRequestError | openai.UnprocessableEntityError):
                raise
            # some servers do not know `tool_choice`, which Nod never sends either
            how = ", though it takes no tool_choice"
            done = await _ask(build_model(options), QUESTION, tuple(functions.values()))
    except (ModelError, OperatorError) as error:
        return [bad(CALL, str(error))]
    called = [call.function for call in done.calls if call.function in functions]
    if not called:
        words = f"{settings.model} called none of {len(functions)} functions: choose a model that can (NOD_MODEL)"
        return [bad(CALL, words)]
    return [good(CALL, f"{settings.model} takes {len(functions)} functions and calls {called[0]}{how}")]


def _forced(options: ModelOptions) -> Model:
    provider = provider_of(options)
    adapter = _ForcedResponses if api_of(options) == "responses" else _ForcedChat
    return adapter(build_client(options, provider), options, provider)


async def _ask(model: Model, question: str, functions: Sequence[Function]) -> Done:
    try:
        async with aclosing(model.stream("", [UserItem(question, "doctor")], functions)) as events:
            async for event in events:
                if isinstance(event, Done):
                    return event
    finally:
        await model.close()
    raise AssertionError("a model's stream ends with Done or raises")


def _api(options: ModelOptions) -> str:
    return "Responses API" if api_of(options) == "responses" else "Chat Completions"
