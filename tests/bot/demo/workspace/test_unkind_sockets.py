"""Sockets that break in every way, and envelopes that come twice, late, in another order or again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.unkind.envelopes import AckLost, Delayed, Doubled, Held
from bot.demo.workspace.connection import DisconnectReason
from bot.demo.workspace.slack import Slack

Socket = aiohttp.ClientWebSocketResponse


class Sockets:
    """Opens sockets as the app does."""

    def __init__(self, slack: Slack, session: aiohttp.ClientSession, stack: AsyncExitStack) -> None:
        self._slack = slack
        self._client = AsyncWebClient(base_url=f"{slack.origin}/api/", session=session)
        self._session = session
        self._stack = stack

    async def open(self) -> Socket:
        before = self._slack.sockets.connections
        address = (await self._client.apps_connections_open(app_token=self._slack.app_token))["url"]
        socket = await self._stack.enter_async_context(self._session.ws_connect(address, autoping=False))
        assert (await socket.receive_json())["type"] == "hello"
        await self._slack.sockets.wait_connected(before + 1)
        return socket


@pytest.fixture
async def sockets(slack: Slack) -> AsyncIterator[Sockets]:
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        yield Sockets(slack, session, stack)


async def acked(socket: Socket) -> dict[str, Any]:
    """Read an envelope and acknowledge it."""
    envelope: dict[str, Any] = await socket.receive_json(timeout=5)
    await socket.send_json({"envelope_id": envelope["envelope_id"]})
    return envelope


async def test_a_doubled_event_comes_over_both_sockets_at_once(slack: Slack, sockets: Sockets) -> None:
    one, two = await sockets.open(), await sockets.open()
    slack.sockets.faults.add(Doubled())
    slack.sockets.send_event({"event_id": "Ev1"})
    first, second = await one.receive_json(timeout=5), await two.receive_json(timeout=5)
    assert first["payload"] == second["payload"] == {"event_id": "Ev1"}
    assert first["envelope_id"] != second["envelope_id"]
    assert {first["retry_attempt"], second["retry_attempt"]} == {0}
    await one.send_json({"envelope_id": first["envelope_id"]})
    await two.send_json({"envelope_id": second["envelope_id"]})
    await slack.sockets.wait_acked()
    assert slack.sockets.faults.counts == {"envelope.doubled": 1}


async def test_a_held_event_is_overtaken(slack: Slack, sockets: Sockets) -> None:
    socket = await sockets.open()
    slack.sockets.faults.add(Held(by=2, seconds=60))
    for number in range(4):
        slack.sockets.send_event({"number": number})
    order = [(await acked(socket))["payload"]["number"] for _ in range(4)]
    assert sorted(order) == [0, 1, 2, 3]
    assert order.index(0) >= 2
    await slack.sockets.wait_acked()


async def test_a_held_event_that_nothing_overtakes_comes_all_the_same(slack: Slack, sockets: Sockets) -> None:
    socket = await sockets.open()
    slack.sockets.faults.add(Held(by=1, seconds=0.01))
    slack.sockets.send_event({"number": 0})
    assert (await acked(socket))["payload"] == {"number": 0}
    await slack.sockets.wait_acked()


async def test_a_delayed_event_comes_later(slack: Slack, sockets: Sockets) -> None:
    socket = await sockets.open()
    slack.sockets.faults.add(Delayed(0.05))
    slack.sockets.send_event({"number": 0})
    slack.sockets.send_event({"number": 1})
    assert [(await acked(socket))["payload"]["number"] for _ in range(2)] == [1, 0]
    await slack.sockets.wait_acked()


async def test_a_lost_ack_brings_the_event_again(slack: Slack, sockets: Sockets) -> None:
    slack.sockets.ack_seconds = 0.05
    socket = await sockets.open()
    slack.sockets.faults.add(AckLost())
    slack.sockets.send_event({"event_id": "Ev1"})
    envelopes = [await acked(socket), await acked(socket)]
    assert [(each["payload"]["event_id"], each["retry_attempt"]) for each in envelopes] == [("Ev1", 0), ("Ev1", 1)]
    await slack.sockets.wait_acked()
    assert list(slack.sockets.given_up) == []


async def test_a_lost_ack_of_a_click_is_a_click_that_did_not_work(slack: Slack, sockets: Sockets) -> None:
    slack.sockets.ack_seconds = 0.05
    socket = await sockets.open()
    slack.sockets.faults.add(AckLost(), match="interactive")
    slack.sockets.faults.add(Doubled(), match="interactive")  # which cannot happen to a click
    clicked = asyncio.create_task(slack.sockets.request("interactive", {"type": "block_actions"}))
    await acked(socket)
    assert await clicked is None
    clicked = asyncio.create_task(slack.sockets.request("interactive", {"type": "block_actions"}))
    await acked(socket)
    assert await clicked == {}


async def test_what_is_never_acked_is_given_up_after_four_times(slack: Slack, sockets: Sockets) -> None:
    slack.sockets.ack_seconds = 0.01
    socket = await sockets.open()
    slack.sockets.send_event({"event_id": "Ev1"})
    attempts = [(await socket.receive_json(timeout=5))["retry_attempt"] for _ in range(4)]
    assert attempts == [0, 1, 2, 3]
    await slack.sockets.wait_acked()
    assert list(slack.sockets.given_up) == [{"event_id": "Ev1"}]


async def test_a_half_open_socket_hears_and_says_nothing_and_slack_tries_another(
    slack: Slack, sockets: Sockets
) -> None:
    slack.sockets.ack_seconds = 0.05
    deaf, healthy = await sockets.open(), await sockets.open()
    assert slack.sockets.half_open() == 1
    assert (slack.sockets.connections, slack.sockets.healthy) == (2, 1)
    slack.sockets.send_event({"event_id": "Ev1"})
    again = await acked(healthy)
    assert (again["payload"], again["retry_attempt"]) == ({"event_id": "Ev1"}, 1)
    await slack.sockets.wait_acked()
    assert len(slack.sockets.delivered) == 2  # Slack believes that it delivered the first one, too
    await deaf.ping(b"sdk-ping-pong:1")
    await deaf.send_json({"envelope_id": slack.sockets.delivered[0].id})
    await slack.sockets.disconnect("warning")
    assert (await healthy.receive_json(timeout=5))["reason"] == "warning"
    assert not deaf.closed
    slack.sockets.reset_half_open()
    end = await deaf.receive(timeout=5)
    assert end.type in (aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSED)  # and nothing came before it


async def test_the_app_may_leave_a_half_open_socket(slack: Slack, sockets: Sockets) -> None:
    async with aiohttp.ClientSession() as session:
        address = f"{slack.origin}/link/?ticket={slack.sockets.open_ticket()}"
        impatient = aiohttp.ClientWSTimeout(ws_close=0.05)
        socket = await session.ws_connect(address, timeout=impatient)
        assert (await socket.receive_json())["type"] == "hello"
        await slack.sockets.wait_connected()
        slack.sockets.half_open()
        await socket.close()
        assert socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE  # nobody answered
    await slack.sockets.wait_disconnected()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets", "link_disabled"])
async def test_one_socket_is_told_to_go(slack: Slack, sockets: Sockets, reason: DisconnectReason) -> None:
    told, other = await sockets.open(), await sockets.open()
    assert await slack.sockets.disconnect(reason, 1) == 1
    goodbye = await told.receive_json(timeout=5)
    assert (goodbye["type"], goodbye["reason"]) == ("disconnect", reason)
    assert slack.sockets.connections == (2 if reason == "warning" else 1)
    assert slack.sockets.link_disabled == (reason == "link_disabled")
    slack.sockets.send_event({"number": 1})
    assert (await acked(told if reason == "warning" else other))["payload"] == {"number": 1}
    await slack.sockets.wait_acked()


async def test_a_socket_is_cut_without_a_word(slack: Slack, sockets: Sockets) -> None:
    cut, other = await sockets.open(), await sockets.open()
    assert await slack.sockets.drop(1, abrupt=True) == 1
    end = await cut.receive(timeout=5)
    assert end.type in (aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSED)
    slack.sockets.send_event({"number": 1})
    assert (await acked(other))["payload"] == {"number": 1}
    await slack.sockets.wait_acked()
    assert slack.sockets.connections == 1


async def test_a_socket_is_closed_with_a_close_frame(slack: Slack, sockets: Sockets) -> None:
    closed = await sockets.open()
    dropping = asyncio.create_task(slack.sockets.drop(1))
    assert (await closed.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
    assert await dropping == 1


async def test_an_app_that_is_silent_is_pinged_and_then_cut(
    slack: Slack, sockets: Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.demo.workspace.connection.HEARTBEAT_SECONDS", 0.02)
    socket = await sockets.open()
    frames = [(await socket.receive(timeout=5)).type for _ in range(2)]
    assert frames[0] is aiohttp.WSMsgType.PING
    assert frames[1] in (aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSED)
    await slack.sockets.wait_disconnected()


async def test_a_half_open_socket_is_not_pinged_either(
    slack: Slack, sockets: Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.demo.workspace.connection.HEARTBEAT_SECONDS", 0.05)
    socket = await sockets.open()
    slack.sockets.half_open()
    assert (await socket.receive(timeout=5)).type in (aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSED)
