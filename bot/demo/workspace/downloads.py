"""Where the bytes of uploaded files are: for a token with `files:read`. Anybody else is sent to sign in, as Slack
does with a browser."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from aiohttp import web

from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.slack import Call, Slack

DOWNLOAD = "files-pri"
"""What a download is called among the calls."""
SIGN_IN = "<!doctype html><title>Sign in</title><h1>Sign in to your workspace</h1>"


def routes(slack: Slack) -> list[web.RouteDef]:
    return [web.get("/files-pri/{place}/download/{name}", _download(slack)), web.get("/", _sign_in)]


def _download(slack: Slack) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def download(request: web.Request) -> web.Response:
        file = slack.workspace.files.get(request.match_info["place"].partition("-")[2])
        _, _, token = request.headers.get("Authorization", "").partition(" ")
        error = None
        if token != slack.bot_token or slack.auth_error or "files:read" not in slack.scopes:
            error = "signed_out"
        elif file is None:
            error = "file_not_found"
        slack.calls.append(Call(DOWNLOAD, Arguments({"file": file.id if file else ""}), error))
        if error == "signed_out":
            raise web.HTTPFound("/?" + urlencode({"redir": request.path}))
        if file is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        kind = {"Content-Type": file.mimetype or "application/octet-stream"}
        return web.Response(body=file.content, headers=headers | kind)

    return download


async def _sign_in(request: web.Request) -> web.Response:
    return web.Response(text=SIGN_IN, content_type="text/html")
