"""Sockets that end in every way that Slack and networks have, over real connections and with the real library."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType, web
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_interval_calculators import FixedValueRetryIntervalCalculator

from bot.demo.serving import serve
from bot.demo.workspace import payloads, web_api
from bot.demo.workspace.residents import settle
from bot.demo.workspace.slack import Fault, Slack, make_slack
from bot.demo.workspace.socket import DisconnectReason
from bot.demo.workspace.state import Message, Workspace
from bot.errors import OperatorError
from bot.slack.backoff import pause
from bot.slack.client import SlackClient
from bot.slack.connection import (
    HICCUPS,
    MENDS,
    SPEAKING,
    Bolt,
    Refusals,
    Self,
    build_bolt,
    open_app_client,
    open_client,
    socket_url,
)
from bot.slack.socket import Seconds
from bot.slack.sockets import Sockets
from bot.slack.survive import REVOKED

pytestmark = pytest.mark.slow

WITHIN = 15.0
BRISK = Seconds(stagger=0.0, calm=0.0, longest=0.01, goodbye=0.2, linger=0.5)
ASKING = "apps.connections.open"


@dataclass
class App:
    """A Bolt app that hears, and what it heard."""

    bolt: Bolt
    heard: list[str] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    holding: asyncio.Event | None = None
    """While it is there and not set, messages that say `wait` are not acked."""

    async def keep(self, body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> None:
        text = str(body["event"].get("text"))
        async with self.changed:
            self.heard.append(text)
            self.changed.notify_all()
        if self.holding is not None and text == "wait":
            await self.holding.wait()
        await next()

    async def hears(self, *texts: str) -> None:
        async with asyncio.timeout(WITHIN), self.changed:
            await self.changed.wait_for(lambda: set(texts) <= set(self.heard))


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    workspace = Workspace(seed=1)
    settle(workspace)
    made = make_slack(workspace, time_scale=0.0, ack_seconds=WITHIN)
    async with serve(web_api.make_app(made)) as origin:
        made.origin = origin
        yield made
    workspace.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


@pytest.fixture
def app(slack: Slack, session: aiohttp.ClientSession) -> App:
    client = open_client(slack.bot_token, f"{slack.origin}/api/", session)
    bolt = build_bolt(client, Self(slack.workspace.team_id, slack.workspace.bot.id, "B1"))
    made = App(bolt)
    bolt.middleware(made.keep)

    @bolt.event("message")
    async def kept() -> None: ...

    return made


@asynccontextmanager
async def hearing(
    slack: Slack, app: App, session: aiohttp.ClientSession, count: int = 2, seconds: Seconds = BRISK
) -> AsyncIterator[Sockets]:
    """Sockets that are all open."""
    client = open_app_client(slack.app_token, f"{slack.origin}/api/", session)
    sockets = Sockets(app.bolt, client, session, Refusals(), count, seconds)
    try:
        await sockets.connect(await socket_url(client))
        await slack.sockets.wait_connected(count, WITHIN)
        yield sockets
    finally:
        await sockets.close()


def say(slack: Slack, text: str) -> None:
    workspace = slack.workspace
    channel, lee = workspace.channel("general"), workspace.user("lee")
    message = Message(workspace.next_ts(), channel.id, lee.id, text=text)
    event = payloads.message_event(workspace, message, channel)
    slack.sockets.send_event(payloads.event_callback(workspace, event))


async def until(seen: Callable[[], bool]) -> None:
    """Wait for what nothing tells of."""
    async with asyncio.timeout(WITHIN):
        while not seen():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def refused(sockets: Sockets) -> str:
    with pytest.raises(OperatorError) as told:
        async with asyncio.timeout(WITHIN):
            await sockets.watch()
    return str(told.value)


@pytest.mark.parametrize("reason", ["refresh_requested", "warning", "too_many_websockets", "never_heard_of"])
async def test_sockets_that_slack_sends_away_are_opened_anew(
    slack: Slack, app: App, session: aiohttp.ClientSession, reason: DisconnectReason
) -> None:
    async with hearing(slack, app, session) as sockets:
        await slack.sockets.disconnect(reason)
        say(slack, "in the gap")
        await until(lambda: [each.reconnects for each in sockets.states] == [1, 1])
        await app.hears("in the gap")
        await slack.sockets.wait_acked(WITHIN)
        await slack.sockets.wait_connected(2, WITHIN)
        assert app.heard == ["in the gap"]


@pytest.mark.parametrize("abrupt", [False, True])
async def test_a_socket_that_ends_does_not_take_the_other_with_it(
    slack: Slack, app: App, session: aiohttp.ClientSession, abrupt: bool
) -> None:
    async with hearing(slack, app, session) as sockets:
        await until(lambda: all(each.hears for each in sockets.states))
        for _ in range(3):
            slack.answer_next(ASKING, Fault("internal_error", status=500))
        await slack.sockets.drop(1, abrupt=abrupt)
        for number in range(20):
            say(slack, str(number))
        await app.hears(*map(str, range(20)))
        await until(lambda: sum(each.reconnects for each in sockets.states) == 1)
        await until(lambda: all(each.hears for each in sockets.states))


async def test_a_socket_hears_on_until_the_new_one_is_open(
    slack: Slack, app: App, session: aiohttp.ClientSession
) -> None:
    async with hearing(slack, app, session, count=1) as sockets:
        slack.disabled.add(ASKING)
        await slack.sockets.disconnect("warning")
        await until(lambda: any(call.error for call in slack.calls if call.method == ASKING))
        say(slack, "still there?")
        await slack.sockets.wait_acked(WITHIN)
        assert app.heard == ["still there?"]
        slack.disabled.discard(ASKING)
        await until(lambda: sockets.states[0].reconnects == 1)
        await until(lambda: slack.sockets.connections == 1)


@pytest.mark.parametrize("code", MENDS)
async def test_what_cannot_mend_itself_is_told_while_running(
    slack: Slack, app: App, session: aiohttp.ClientSession, code: str
) -> None:
    async with hearing(slack, app, session) as sockets:
        slack.answer_next(ASKING, Fault(code))
        await slack.sockets.drop()
        assert await refused(sockets) == MENDS[code].format(name="SLACK_APP_TOKEN")


@pytest.mark.parametrize(
    "fault",
    [
        Fault("internal_error"),
        Fault("fatal_error", status=500),
        Fault("service_unavailable", status=503),
        Fault("ratelimited", retry_after=0),
        Fault("something_new"),
    ],
    ids=lambda fault: fault.error,
)
async def test_anything_else_is_tried_again(
    slack: Slack, app: App, session: aiohttp.ClientSession, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with hearing(slack, app, session, count=1) as sockets:
        for _ in range(12):
            slack.answer_next(ASKING, fault)
        await slack.sockets.drop()
        await until(lambda: sockets.states[0].hears and sockets.states[0].reconnects == 1)
        say(slack, "back")
        await app.hears("back")
    tries = [record for record in caplog.records if fault.error in record.getMessage()]
    assert len(tries) == 12
    assert not any(record.exc_info for record in caplog.records)


async def test_slacks_own_pause_is_kept(
    slack: Slack, app: App, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    async with hearing(slack, app, session, count=1) as sockets:
        slack.answer_next(ASKING, Fault("ratelimited", retry_after=1))
        await slack.sockets.drop()
        await until(lambda: sockets.states[0].reconnects == 1)
    assert "ratelimited; next try in 1.0 s" in caplog.text


async def test_a_half_open_socket_is_found_by_its_silence(
    slack: Slack, app: App, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    quick = Seconds(stagger=0.0, calm=0.0, longest=0.01, goodbye=0.1, ping=0.1, silence=1.0)
    async with hearing(slack, app, session, seconds=quick) as sockets:
        slack.sockets.ack_seconds = 1.0  # it delivers into the dead socket too, until that is closed
        slack.sockets.half_open(1)
        await until(lambda: sum(each.reconnects for each in sockets.states) == 1)
        await until(lambda: slack.sockets.healthy == 2)
        say(slack, "heard again")
        await app.hears("heard again")
    assert "silent" in caplog.text


async def test_an_ack_under_way_is_sent_before_the_end_and_nothing_new_is_taken(
    slack: Slack, app: App, session: aiohttp.ClientSession
) -> None:
    app.holding = asyncio.Event()
    async with hearing(slack, app, session, count=1) as sockets:
        say(slack, "wait")
        await app.hears("wait")
        closing = asyncio.create_task(sockets.close())
        await until(lambda: not sockets.states[0].hears)
        say(slack, "too late")
        await slack.sockets.wait_delivered(2)
        app.holding.set()
        await closing
        assert slack.sockets.delivered[0].acked.done()
        assert app.heard == ["wait"]
        assert not slack.sockets.delivered[1].acked.done(), "Slack has to deliver it again"


async def test_a_slow_handler_makes_no_other_ack_late(
    slack: Slack, app: App, session: aiohttp.ClientSession
) -> None:
    app.holding = asyncio.Event()
    async with hearing(slack, app, session) as sockets:
        for _ in range(20):
            say(slack, "wait")
        for number in range(200):
            say(slack, str(number))
        await until(lambda: len(slack.sockets.unacked) == 20 and len(app.heard) == 220)
        app.holding.set()
        await slack.sockets.wait_acked(WITHIN)
        assert all(each.reconnects == 0 for each in sockets.states)


async def test_a_used_address_is_not_tried_for_ever(
    slack: Slack, app: App, session: aiohttp.ClientSession
) -> None:
    client = open_app_client(slack.app_token, f"{slack.origin}/api/", session)
    sockets = Sockets(app.bolt, client, session, Refusals(), 1, BRISK)
    url = await socket_url(client)
    async with session.ws_connect(url):
        await sockets.connect(url)
        assert sockets.states[0].hears
        await sockets.close()


class Stranger:
    """A far end that is not quite Slack: says what it is told to, and pings but gives no pong."""

    def __init__(self) -> None:
        self.answers: list[web.Response] = []
        self.greets: list[Any] = []
        self.opened = 0
        self.pongs = False
        self.frames: list[str] = []
        self.acks: list[str] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/apps.connections.open", self._address)
        app.router.add_get("/link", self._link)
        return app

    async def _address(self, request: web.Request) -> web.StreamResponse:
        if self.answers:
            return self.answers.pop(0)
        return web.json_response({"ok": True, "url": f"ws://{request.host}/link"})

    async def _link(self, request: web.Request) -> web.StreamResponse:
        websocket = web.WebSocketResponse(autoping=False)
        await websocket.prepare(request)
        self.opened += 1
        greets = self.greets.pop(0) if self.greets else {"type": "hello"}
        if greets is not None:
            await websocket.send_json(greets)
        for text in self.frames:
            await websocket.send_str(text)
        async for frame in websocket:
            if frame.type is WSMsgType.PING:
                await (websocket.pong(frame.data) if self.pongs else websocket.ping(b"I am here"))
            elif frame.type is WSMsgType.TEXT:
                self.acks.append(json.loads(frame.data)["envelope_id"])
        return websocket


@asynccontextmanager
async def among_strangers(app: App, session: aiohttp.ClientSession, seconds: Seconds) -> AsyncIterator[Any]:
    stranger = Stranger()
    async with serve(stranger.app()) as origin:
        client = open_app_client("xapp-1", f"{origin}/api/", session)
        sockets = Sockets(app.bolt, client, session, Refusals(), 1, seconds)
        try:
            yield stranger, sockets
        finally:
            await sockets.close()


async def test_frames_without_a_pong_are_no_sign_of_life(app: App, session: aiohttp.ClientSession) -> None:
    quick = Seconds(calm=0.0, longest=0.01, goodbye=0.1, ping=0.05, silence=0.3)
    async with among_strangers(app, session, quick) as (stranger, sockets):
        await sockets.connect()
        await until(lambda: stranger.opened >= 3)
        stranger.pongs = True
        await until(lambda: sockets.states[0].hears and sockets.states[0].age > 1.0)
        assert sockets.states[0].silence < 1.0


async def test_a_socket_without_a_hello_does_not_count(app: App, session: aiohttp.ClientSession) -> None:
    quick = Seconds(opening=0.5, longest=0.01, goodbye=0.1)
    async with among_strangers(app, session, quick) as (stranger, sockets):
        stranger.greets = [None, {"type": "disconnect", "reason": "too_many_websockets"}]
        await sockets.connect()
        assert stranger.opened == 3


async def test_socket_mode_switched_off_is_told_before_a_hello(app: App, session: aiohttp.ClientSession) -> None:
    async with among_strangers(app, session, BRISK) as (stranger, sockets):
        stranger.greets = [{"type": "disconnect", "reason": "link_disabled"}]
        with pytest.raises(OperatorError, match="Socket Mode is switched off"):
            await sockets.connect()


async def test_socket_mode_switched_off_is_told_by_a_socket(app: App, session: aiohttp.ClientSession) -> None:
    async with among_strangers(app, session, BRISK) as (stranger, sockets):
        stranger.frames = [json.dumps({"type": "disconnect", "reason": "link_disabled"})]

        async def run() -> None:
            await sockets.connect()
            await sockets.watch()

        with pytest.raises(OperatorError, match="Socket Mode is switched off"):
            await asyncio.wait_for(run(), WITHIN)
        assert stranger.opened == 1


async def test_answers_that_are_not_slacks_are_outlived(app: App, session: aiohttp.ClientSession) -> None:
    async with among_strangers(app, session, BRISK) as (stranger, sockets):
        stranger.answers = [
            web.Response(text="upstream connect error", status=503),
            web.Response(text="ok"),
            web.Response(text="<html>", content_type="text/html", status=502),
            web.Response(text="[]", content_type="application/json"),
            web.Response(text="{", content_type="application/json"),
            web.Response(body=b"\xff\xfe", content_type="application/json"),
            web.json_response({"ok": True}),
            web.json_response({"ok": True, "url": "http://["}),
            web.json_response({"ok": True, "url": "ws://127.0.0.1:9/"}),
        ]
        await sockets.connect()
        assert stranger.answers == []


async def test_frames_that_are_no_envelopes_are_passed_over(
    slack: Slack, app: App, session: aiohttp.ClientSession
) -> None:
    def envelope(id: Any, payload: Any) -> str:
        return json.dumps({"type": "events_api", "envelope_id": id, "payload": payload})

    workspace = slack.workspace
    message = Message(workspace.next_ts(), workspace.channel("general").id, workspace.user("lee").id, text="sound")
    event = payloads.message_event(workspace, message, workspace.channel("general"))
    async with among_strangers(app, session, BRISK) as (stranger, sockets):
        nonsense = ["", "{", "[]", "null", "7", "{}", '{"type": "disconnected"}', envelope("e1", [1])]
        stranger.frames = [*nonsense, envelope("e2", payloads.event_callback(workspace, event))]
        await sockets.connect()
        await until(lambda: bool(stranger.acks))
        assert stranger.acks == ["e2"]
        assert (stranger.opened, app.heard) == (1, ["sound"])


@pytest.mark.parametrize("code", sorted(REVOKED))
async def test_a_refused_bot_token_is_noticed_in_any_call(
    slack: Slack, session: aiohttp.ClientSession, code: str
) -> None:
    refusals = Refusals()
    client = open_client(slack.bot_token, f"{slack.origin}/api/", session)
    refusals.watch(client)
    await client.auth_test()
    slack.answer_next("users.info", Fault("missing_scope"))
    slack.answer_next("users.info", Fault("ratelimited", retry_after=0))
    with pytest.raises(SlackApiError):
        await client.users_info(user="U1")
    assert not refusals.fatal.done(), "a missing scope is about one method"
    slack.auth_error = code
    calling = asyncio.create_task(client.users_info(user="U1"))
    async with asyncio.timeout(WITHIN):
        assert str(await refusals.fatal) == MENDS[code].format(name="SLACK_BOT_TOKEN")
    assert not calling.done(), "its caller would go on as if nothing but this call had failed"
    calling.cancel()


@pytest.mark.parametrize("times", [1, HICCUPS, HICCUPS + 1])
@pytest.mark.parametrize("code", sorted(REVOKED))
async def test_a_refusal_that_auth_test_does_not_confirm_is_a_hiccup(
    slack: Slack, session: aiohttp.ClientSession, code: str, times: int, caplog: pytest.LogCaptureFixture
) -> None:
    refusals, client = watched(slack, session)
    for _ in range(times):
        slack.answer_next("users.info", Fault(code))
    calling = client.users_info(user=slack.workspace.user("lee").id)
    async with asyncio.timeout(WITHIN):
        if times > HICCUPS:
            with pytest.raises(SlackApiError, match=code):
                await calling
        else:
            assert (await calling)["ok"]
    assert not refusals.fatal.done()
    assert f"users.info: {code}" in caplog.text


async def test_who_cannot_be_asked_confirms_nothing(slack: Slack, session: aiohttp.ClientSession) -> None:
    refusals, client = watched(slack, session)
    slack.answer_next("users.info", Fault("invalid_auth"))
    slack.answer_next("auth.test", Fault("internal_error"))
    async with asyncio.timeout(WITHIN):
        assert (await client.users_info(user=slack.workspace.user("lee").id))["ok"]
    assert not refusals.fatal.done()


@pytest.mark.parametrize("times", [1, 2])
async def test_without_the_scope_to_speak_there_is_no_going_on(
    slack: Slack, session: aiohttp.ClientSession, times: int
) -> None:
    refusals, client = watched(slack, session)
    for _ in range(times):
        slack.answer_next(SPEAKING, Fault("missing_scope"))
    saying = client.chat_postMessage(channel=slack.workspace.channel("general").id, text="x")
    calling = asyncio.create_task(saying)
    async with asyncio.timeout(WITHIN):
        if times == 1:
            assert (await calling)["ok"]
            assert not refusals.fatal.done()
            return
        assert str(await refusals.fatal) == MENDS["missing_scope"].format(name="SLACK_BOT_TOKEN")
    assert not calling.done()
    calling.cancel()


async def test_another_scope_that_is_missing_is_told_once(
    slack: Slack, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    refusals, client = watched(slack, session)
    slack.scopes.discard("users:read")
    for _ in range(3):
        with pytest.raises(SlackApiError):
            await client.users_info(user="U1")
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [
        f"users.info is refused, and done without. {MENDS['missing_scope'].format(name='SLACK_BOT_TOKEN')}"
    ]
    assert not refusals.fatal.done()


def watched(slack: Slack, session: aiohttp.ClientSession) -> tuple[Refusals, SlackClient]:
    refusals, client = Refusals(), open_client(slack.bot_token, f"{slack.origin}/api/", session)
    refusals.watch(client)
    for handler in client.retry_handlers:
        handler.interval_calculator = FixedValueRetryIntervalCalculator(0.0)
    return refusals, client


def test_pauses_double_up_to_the_longest() -> None:
    longest = [pause(tries, 30.0, lambda: 1.0) for tries in (0, 1, 2, 3, 4, 5, 6, 10_000)]
    assert longest == [1, 2, 4, 8, 16, 30, 30, 30]
    assert pause(3, 30.0, lambda: 0.25) == 2


async def test_a_start_waits_for_a_slack_that_is_out_of_order(
    slack: Slack, session: aiohttp.ClientSession
) -> None:
    client = open_app_client(slack.app_token, f"{slack.origin}/api/", session)
    slack.answer_next(ASKING, Fault("internal_error"))
    assert (await socket_url(client)).startswith("ws://")
    slack.answer_next(ASKING, Fault("something_new"))
    with pytest.raises(OperatorError, match="something_new"):
        await socket_url(client)
