"""The stand-in model as an aiohttp application that the real `openai` package can talk to."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.demo.model import chat, chat_chunks, responses, responses_events
from bot.demo.model.conversation import Reply
from bot.demo.model.disturbed import disturb
from bot.demo.model.errors import ApiError, bad_request, error_body
from bot.demo.model.rules import reply as reply_by_rules
from bot.demo.model.script import Script, Step
from bot.demo.model.stream import Event
from bot.demo.model.usage import PromptCache, Usage, count_tokens
from bot.demo.model.wire import ModelRequest, fit

MODELS = ("nod-stand-in", "nod-stand-in-reasoning")
LARGEST_BODY = 32 * 1024 * 1024
REASONING_TOKENS = 64
CLOSING: web.AppKey[asyncio.Event] = web.AppKey("closing", asyncio.Event)


def make_app(
    *, api_key: str | None = None, delta_delay: float = 0.012, script: Script | None = None
) -> web.Application:
    """Return the server with POST /v1/responses, POST /v1/chat/completions and GET /v1/models.

    Any model name is taken; one that contains "reasoning" also emits reasoning items on /v1/responses. `api_key`
    None accepts every key. `delta_delay` is the pause between two streamed deltas, in seconds. `script` can answer
    in place of the rules and records the requests.
    """
    server = _Server(api_key, delta_delay, script or Script())
    app = web.Application(middlewares=[_openai_errors], client_max_size=LARGEST_BODY)
    app[CLOSING] = asyncio.Event()
    app.on_shutdown.append(_release_stalled)
    app.router.add_post("/v1/responses", server.responses)
    app.router.add_post("/v1/chat/completions", server.chat_completions)
    app.router.add_get("/v1/models", server.models)
    app.router.add_get("/v1/models/{model}", server.model)
    return app


class _Server:
    def __init__(self, api_key: str | None, delta_delay: float, script: Script) -> None:
        self.api_key = api_key
        self.delta_delay = delta_delay
        self.script = script
        self.cache = PromptCache()

    async def responses(self, http: web.Request) -> web.StreamResponse:
        body = await self._read(http)
        request = responses.read_request(body)
        step, reply = self._choose(request)
        reply = fit(reply, body, limit_key="max_output_tokens")
        usage = self._usage(request, reply, reasoning=REASONING_TOKENS if "reasoning" in request.model else 0)
        response_id, now = f"resp_{secrets.token_hex(20)}", int(time.time())
        if request.stream:
            stream = responses_events.events(request, reply, usage, response_id=response_id, created_at=now)
            return await self._send(http, step, stream)
        output = responses_events.output_items(reply, request)
        whole = responses_events.response_object(
            request, reply, output, usage, response_id=response_id, created_at=now
        )
        return await self._send(http, step, whole)

    async def chat_completions(self, http: web.Request) -> web.StreamResponse:
        body = await self._read(http)
        request = chat.read_request(body)
        step, reply = self._choose(request)
        limit_key = "max_completion_tokens" if "max_completion_tokens" in body else "max_tokens"
        reply = fit(reply, body, limit_key=limit_key)
        usage = self._usage(request, reply)
        completion_id, now = f"chatcmpl-{secrets.token_hex(14)}", int(time.time())
        if request.stream:
            stream = chat_chunks.events(request, reply, usage, completion_id=completion_id, created=now)
            return await self._send(http, step, stream)
        whole = chat_chunks.completion(request, reply, usage, completion_id=completion_id, created=now)
        return await self._send(http, step, whole)

    def _choose(self, request: ModelRequest) -> tuple[Step, Reply]:
        """Return how to answer, and what; faults happen to what is not scripted."""
        if (step := self.script.take(request.body)) is None:
            reply = reply_by_rules(request.conversation, request.tools)
            return disturb(self.script.faults, request.model, reply)
        return step, _reply(step, request)

    async def models(self, http: web.Request) -> web.Response:
        self._authorize(http)
        return web.json_response({"object": "list", "data": [_model(name) for name in MODELS]})

    async def model(self, http: web.Request) -> web.Response:
        self._authorize(http)
        name = http.match_info["model"]
        if name not in MODELS:
            raise ApiError(404, f"The model '{name}' does not exist", param="model", code="model_not_found")
        return web.json_response(_model(name))

    async def _read(self, http: web.Request) -> dict[str, Any]:
        self._authorize(http)
        try:
            body = await http.json()
        except ValueError as error:
            message = "We could not parse the JSON body of your request."
            raise bad_request(message) from error
        if not isinstance(body, dict):
            raise bad_request("The JSON body of your request has to be an object.")
        return body

    def _authorize(self, http: web.Request) -> None:
        if self.api_key is None:
            return
        scheme, _, key = http.headers.get("Authorization", "").partition(" ")
        # Azure's client sends its key in a header of its own.
        key = key if scheme == "Bearer" else http.headers.get("api-key", "")
        if not key:
            raise ApiError(401, "You didn't provide an API key.")
        if not hmac.compare_digest(key.encode(), self.api_key.encode()):
            raise ApiError(401, "Incorrect API key provided.", code="invalid_api_key")

    def _usage(self, request: ModelRequest, reply: Reply, *, reasoning: int = 0) -> Usage:
        given, cached = self.cache.measure(request.prompt_parts)
        words = [reply.text, reply.refusal, *(call.name + call.arguments for call in reply.calls)]
        written = sum(count_tokens(text) for text in words)
        return Usage(input=given, cached=cached, output=written + reasoning, reasoning=reasoning)

    async def _send(
        self, http: web.Request, step: Step, answer: Iterator[Event] | dict[str, Any]
    ) -> web.StreamResponse:
        try:
            await _interrupt(http, step, sent=0)
        except ConnectionResetError:
            return web.Response()
        if step.status is not None:
            text = step.body if isinstance(step.body, str) else json.dumps(step.body)
            return web.Response(
                status=step.status, headers={"Content-Type": "application/json", **step.headers}, text=text
            )
        headers = {"x-request-id": f"req_{secrets.token_hex(16)}", **step.headers}
        if isinstance(answer, dict):
            return web.json_response(answer, headers=headers)
        return await self._stream(http, step, answer, headers)

    async def _stream(
        self, http: web.Request, step: Step, stream: Iterator[Event], headers: dict[str, str]
    ) -> web.StreamResponse:
        sse = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
        response = web.StreamResponse(headers={**sse, **headers})
        await response.prepare(http)
        pause = self.delta_delay if step.delta_seconds is None else step.delta_seconds
        silent, begin = True, step.on_text
        try:
            for sent, event in enumerate(stream, start=1):
                if event.paced and pause:
                    await asyncio.sleep(pause)
                if event.paced and silent:
                    silent = False
                    self.script.spoke.append(time.monotonic())
                    if begin is not None:
                        begin()
                await response.write(event.encode())
                await _interrupt(http, step, sent=sent)
            await response.write_eof()
        except ConnectionResetError:
            # The caller has left (Stop, a time-out) or the script has cut the line: there is nobody to tell.
            return response
        return response


async def _interrupt(http: web.Request, step: Step, *, sent: int) -> None:
    if step.stall_after == sent:
        closing = http.app[CLOSING]
        waits = [asyncio.ensure_future(event.wait()) for event in (step.resumed, closing)]
        await asyncio.wait(waits, timeout=step.stall_seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
    if step.cut_after == sent:
        if http.transport is not None:
            http.transport.abort()
        raise ConnectionResetError


async def _release_stalled(app: web.Application) -> None:
    app[CLOSING].set()


def _reply(step: Step, request: ModelRequest) -> Reply:
    if step.status is not None:
        return Reply()
    return step.reply or reply_by_rules(request.conversation, request.tools)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1_767_225_600, "owned_by": "nod"}


@web.middleware
async def _openai_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return web.json_response(error.body(), status=error.status)
    except web.HTTPNotFound:
        message = f"Invalid URL ({request.method} {request.path})"
        return web.json_response(error_body(404, message), status=404)
    except web.HTTPMethodNotAllowed:
        message = f"Not allowed to {request.method} on {request.path}."
        return web.json_response(error_body(405, message), status=405)
