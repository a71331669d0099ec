"""The HTTP server of the demo's Slack: /api/<method>, response_urls, and the websocket of Socket Mode."""

import json
from typing import Any

from aiohttp import web

from bot.demo.unkind.calls import Refused
from bot.demo.workspace import downloads, response_urls
from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.disturbed import disturb, fits
from bot.demo.workspace.errors import ResponseUrlError, SlackError
from bot.demo.workspace.methods import METHODS, Method
from bot.demo.workspace.slack import Call, Slack
from bot.demo.workspace.state import Json

LARGEST_BODY = 4 * 1024 * 1024


def make_app(slack: Slack) -> web.Application:
    """Build the server; `slack.origin` must be set once it is bound."""
    app = web.Application(client_max_size=LARGEST_BODY)
    api = Api(slack)
    app.router.add_route("*", "/api/{method}", api.handle)
    app.router.add_get("/link/", slack.sockets.handle)
    app.router.add_routes(downloads.routes(slack))
    app.router.add_post("/{kind:actions|commands}/{rest:.+}", api.handle_response_url)
    app.on_shutdown.append(_close(slack))
    return app


class Api:
    """Answer Web API calls: authenticate, look the method up, call it, and say what it said."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def handle(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        try:
            arguments = Arguments(await _read_arguments(request))
        except SlackError as error:
            return self._respond(name, Arguments({}), {"ok": False, "error": error.code}, None)
        fault = self._slack.faults.take(name, lambda each: fits(each, self._slack, arguments))
        match fault:
            case None:
                return await self._answer(request, name, arguments)
            case Refused():
                return self._refuse(name, arguments, fault)
            case _:
                return await disturb(
                    fault, request, self._slack, arguments, lambda: self._answer(request, name, arguments)
                )

    async def _answer(self, request: web.Request, name: str, arguments: Arguments) -> web.Response:
        if (retry_after := self._slack.limits.refuse(name, arguments)) is not None:
            return self._refuse(name, arguments, Refused("ratelimited", retry_after))
        method = None if name in self._slack.disabled else METHODS.get(name)
        try:
            if method is None:
                raise SlackError("unknown_method", req_method=name)
            self._authorize(method, _token(request, arguments))
            body: Json = {"ok": True} | await method.handler(self._slack, arguments)
        except SlackError as error:
            body = {"ok": False, "error": error.code} | error.details
        return self._respond(name, arguments, body, method)

    async def handle_response_url(self, request: web.Request) -> web.Response:
        try:
            payload = json.loads(await request.text())
            if not isinstance(payload, dict):
                raise ResponseUrlError("invalid_payload", 400)
            response_urls.answer(self._slack, self._slack.response_urls.use(request.path), payload)
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        except ResponseUrlError as error:
            return web.json_response({"ok": False, "error": error.code}, status=error.status)
        except SlackError as error:
            return web.json_response({"ok": False, "error": error.code} | error.details, status=400)
        return web.Response(text="ok")

    def _authorize(self, method: Method, token: str) -> None:
        if not method.token:
            return
        if not token:
            raise SlackError("not_authed")
        if token not in (self._slack.bot_token, self._slack.app_token):
            raise SlackError("invalid_auth")
        if self._slack.auth_error:
            raise SlackError(self._slack.auth_error)
        if not token.startswith(method.token):
            raise SlackError("not_allowed_token_type")
        provided = self._slack.app_scopes if token == self._slack.app_token else self._slack.scopes
        if method.scopes and provided.isdisjoint(method.scopes):
            raise SlackError("missing_scope", needed=method.scopes[0], provided=",".join(sorted(provided)))

    def _respond(self, name: str, arguments: Arguments, body: Json, method: Method | None) -> web.Response:
        self._slack.calls.append(Call(name, arguments, body.get("error")))
        headers = {
            "x-oauth-scopes": ",".join(sorted(self._slack.scopes)),
            "x-slack-req-id": self._slack.workspace.new_id(""),
        }
        if method and method.scopes:
            headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
        return web.json_response(body, headers=headers)

    def _refuse(self, name: str, arguments: Arguments, fault: Refused) -> web.Response:
        self._slack.calls.append(Call(name, arguments, fault.error))
        body = {"ok": False, "error": fault.error}
        if fault.retry_after is None:
            return web.json_response(body, status=fault.status)
        return web.json_response(body, status=429, headers={"Retry-After": str(fault.retry_after)})


async def _read_arguments(request: web.Request) -> dict[str, Any]:
    values: dict[str, Any] = dict(request.query)
    if request.method not in ("POST", "PUT"):
        return values
    if request.content_type == "application/json":
        return values | _decode_object(await request.text())
    form = await request.post()
    return values | {name: value for name, value in form.items() if isinstance(value, str)}


def _decode_object(text: str) -> Json:
    if not text.strip():
        return {}
    try:
        body = json.loads(text)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    return body


def _token(request: web.Request, arguments: Arguments) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else arguments.text("token")


def _close(slack: Slack) -> Any:
    async def close(_: web.Application) -> None:
        slack.faults.release()
        await slack.sockets.close()

    return close
