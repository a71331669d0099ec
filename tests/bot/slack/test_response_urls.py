"""A message by response_url is sent once: Slack took it, or refused it, or nobody can tell."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp import web

from bot.demo.serving import serve
from bot.slack.response_urls import respond


class Far:
    def __init__(self) -> None:
        self.answers: list[Callable[[web.Request], web.Response]] = []
        self.got = 0

    async def handle(self, request: web.Request) -> web.Response:
        self.got += 1
        await request.read()
        return self.answers.pop(0)(request)


@pytest.fixture
def far() -> Far:
    return Far()


@pytest.fixture
async def url(far: Far) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/commands/1", far.handle)
    async with serve(app) as origin:
        yield f"{origin}/commands/1"


def says(status: int, text: str = "", **headers: str) -> Callable[[web.Request], web.Response]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: web.Response(status=status, text=text, headers=named)


def resets(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        (says(200, "ok"), True),
        (says(200, '{"ok": true}'), True),
        (says(200, '{"ok": false, "error": "x"}'), False),
        (says(404, "expired_url"), False),
        (says(500, "used_url"), None),
        (says(502, "<html>"), None),
        (resets, None),
    ],
)
async def test_it_is_sent_once(
    far: Far, url: str, answer: Callable[[web.Request], web.Response], taken: bool | None
) -> None:
    far.answers = [answer, says(200, "ok")]
    async with aiohttp.ClientSession() as session:
        assert await respond(session, url, "answering", text="Hello.") is taken
    assert far.got == 1


async def test_a_429_is_waited_out(far: Far, url: str) -> None:
    far.answers = [says(429, "", Retry_After="0"), says(200, "ok")]
    async with aiohttp.ClientSession() as session:
        assert await respond(session, url, "answering", text="Hello.") is True


async def test_what_never_left_is_refused() -> None:
    async with aiohttp.ClientSession() as session:
        assert await respond(session, "http://127.0.0.1:9/commands/1", "answering", text="Hello.") is False
