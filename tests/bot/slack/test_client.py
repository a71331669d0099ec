"""The client repeats what may be done twice, and nothing else."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError

from bot.demo.serving import serve
from bot.demo.unkind.calls import Broken, CallFault, Dropped, Hang, Refused
from bot.slack import client
from bot.slack.client import REPEATS
from bot.slack.connection import open_client
from bot.slack.survive import FAR_END, maybe_done
from tests.bot.slack.desk import Desk, open_desk

FAULTS: list[CallFault] = [
    Broken(500),
    Broken(502, html=True),
    Broken(503, after_effect=True),
    Dropped(),
    Dropped(after_effect=True),
    Refused("internal_error"),
]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_desk() as opened:
        yield opened


@pytest.mark.parametrize("fault", FAULTS)
async def test_reads_are_repeated(desk: Desk, fault: CallFault) -> None:
    for _ in range(REPEATS):
        desk.slack.answer_next("users.info", fault)
    told = await desk.client.users_info(user=desk.user)
    assert told["user"]["id"] == desk.user


async def test_they_are_repeated_so_often_and_no_more(desk: Desk) -> None:
    for _ in range(REPEATS + 1):
        desk.slack.answer_next("users.info", Broken(500))
    with pytest.raises(SlackApiError):
        await desk.client.users_info(user=desk.user)


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_creates_something_is_not_repeated(desk: Desk, fault: CallFault) -> None:
    """Each fault is met once: a second call would not fail, or not so."""
    key = desk.key
    for method in (
        "chat.postMessage",
        "chat.postEphemeral",
        "chat.startStream",
        "chat.appendStream",
        "views.open",
    ):
        desk.slack.answer_next(method, fault)
    started: dict[str, Any] = {"recipient_team_id": key.team, "recipient_user_id": desk.user, "markdown_text": "x"}
    calls = [
        desk.client.chat_postMessage(channel=key.channel, text="x"),
        desk.client.chat_postEphemeral(channel=key.channel, user=desk.user, text="x"),
        desk.client.chat_startStream(channel=key.channel, thread_ts=key.thread, **started),
        desk.client.chat_appendStream(channel=key.channel, ts=key.thread, markdown_text="x"),
        desk.client.views_open(trigger_id="1.2.x", view={"type": "modal"}),
    ]
    for call in calls:
        with pytest.raises(FAR_END) as raised:
            await call
        assert maybe_done(raised.value)


async def test_a_429_is_waited_out_whatever_the_method(desk: Desk) -> None:
    desk.slack.answer_next("chat.postMessage", Refused("ratelimited", retry_after=1))
    await desk.client.chat_postMessage(channel=desk.key.channel, text="x")
    assert desk.limited == ["chat.postMessage"]
    assert desk.called("chat.postMessage") == 2


async def test_a_call_ends_in_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SECONDS", 0.05)
    hang = Hang(after_effect=True)
    desk.slack.answer_next("chat.postMessage", hang)
    with pytest.raises(TimeoutError):
        await desk.client.chat_postMessage(channel=desk.key.channel, text="x")
    hang.released.set()


ODD: dict[str, Callable[[], web.Response]] = {
    "another encoding": lambda: web.Response(
        body=b'{"ok": false, "error": "d\xe9"}', headers={"Content-Type": "application/json; charset=utf-8"}
    ),
    "nested without an end": lambda: web.Response(body=b"[" * 200_000, content_type="application/json"),
    "packed": lambda: web.Response(body=b"x", content_type="application/gzip"),
    "badly packed": lambda: web.Response(
        body=b"x", headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}
    ),
    "a list": lambda: web.Response(body=b"[1]", content_type="application/json"),
    "a proxy's page": lambda: web.Response(status=502, body=b"<p>d\xe9</p>", content_type="text/html"),
    "no ts": lambda: web.Response(body=b'{"ok": true}', content_type="application/json"),
    "a number for a ts": lambda: web.Response(body=b'{"ok": true, "ts": 1.5}', content_type="application/json"),
    "an empty ts": lambda: web.Response(body=b'{"ok": true, "ts": ""}', content_type="application/json"),
}


@pytest.mark.parametrize("answer", ODD)
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.startStream"])
async def test_an_answer_that_is_none_of_slacks_may_be_of_a_call_that_was_done(method: str, answer: str) -> None:
    app = web.Application()

    async def odd(_: web.Request) -> web.Response:
        return ODD[answer]()

    app.router.add_post("/api/{method}", odd)
    async with serve(app) as origin, aiohttp.ClientSession() as session:
        opened = open_client("xoxb-1", f"{origin}/api/", session)
        with pytest.raises(FAR_END) as raised:
            await opened.api_call(method, json={"channel": "C1"})
    assert maybe_done(raised.value)
