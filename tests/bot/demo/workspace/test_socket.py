import asyncio
import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.slack import Slack


async def connect(slack: Slack, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    """Open a socket as a client does and read its hello."""
    client = AsyncWebClient(base_url=f"{slack.origin}/api/", session=session)
    address = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    socket = await session.ws_connect(address, autoping=False)
    assert (await socket.receive_json())["type"] == "hello"
    await slack.sockets.wait_connected()
    return socket


async def test_a_ping_is_echoed(slack: Slack) -> None:
    async with aiohttp.ClientSession() as session, await connect(slack, session) as socket:
        await socket.ping(b"sdk-ping-pong:1.5")
        pong = await socket.receive()
        assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1.5")


async def test_an_address_is_good_for_one_socket(slack: Slack) -> None:
    async with aiohttp.ClientSession() as session:
        address = f"{slack.origin}/link/?ticket={slack.sockets.open_ticket()}"
        async with session.ws_connect(address):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(address)


async def test_an_event_goes_to_one_socket_and_needs_an_ack(slack: Slack) -> None:
    async with (
        aiohttp.ClientSession() as session,
        await connect(slack, session) as one,
        await connect(slack, session) as two,
    ):
        for number in range(2):
            slack.sockets.send_event({"number": number})
        envelopes = [await one.receive_json(), await two.receive_json()]
        assert sorted(each["payload"]["number"] for each in envelopes) == [0, 1]
        for socket, envelope in zip((one, two), envelopes, strict=True):
            assert envelope["type"] == "events_api"
            assert envelope["accepts_response_payload"] is False
            assert (envelope["retry_attempt"], envelope["retry_reason"]) == (0, "")
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
        await slack.sockets.wait_acked()
        assert slack.sockets.unacked == []


async def test_an_event_whose_socket_broke_comes_again_on_the_next(slack: Slack) -> None:
    slack.sockets.ack_seconds = 0.05
    async with aiohttp.ClientSession() as session:
        async with await connect(slack, session) as broken:
            slack.sockets.send_event({"number": 1})
            first = await broken.receive_json()
        await slack.sockets.wait_disconnected()
        async with await connect(slack, session) as socket:
            again = await socket.receive_json()
            assert again["payload"] == first["payload"]
            assert again["envelope_id"] != first["envelope_id"]
            assert (again["retry_attempt"], again["retry_reason"]) == (1, "timeout")
            await socket.send_json({"envelope_id": again["envelope_id"]})
            await slack.sockets.wait_acked()


async def test_a_click_is_delivered_once_and_answered_by_its_acks_payload(slack: Slack) -> None:
    async with aiohttp.ClientSession() as session, await connect(slack, session) as socket:
        asked = asyncio.create_task(slack.sockets.request("interactive", {"type": "view_submission"}))
        envelope = await socket.receive_json()
        assert envelope["accepts_response_payload"] is True
        assert "retry_attempt" not in envelope
        await socket.send_str("not JSON")
        await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"response_action": "clear"}})
        assert await asked == {"response_action": "clear"}
        slack.sockets.ack_seconds = 0.01
        assert await slack.sockets.request("interactive", {}) is None
        assert slack.sockets.unacked == []


async def test_a_disconnected_socket_gets_nothing_new(slack: Slack) -> None:
    async with aiohttp.ClientSession() as session, await connect(slack, session) as old:
        await slack.sockets.disconnect("refresh_requested")
        goodbye = await old.receive_json()
        assert (goodbye["type"], goodbye["reason"]) == ("disconnect", "refresh_requested")
        slack.sockets.send_event({"number": 1})
        async with await connect(slack, session) as new:
            assert (await new.receive_json())["payload"] == {"number": 1}


async def test_an_eleventh_socket_is_sent_away(slack: Slack) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await connect(slack, session) for _ in range(10)]
        eleventh = await session.ws_connect(f"{slack.origin}/link/?ticket={slack.sockets.open_ticket()}")
        assert json.loads((await eleventh.receive()).data)["reason"] == "too_many_websockets"
        for socket in (*sockets, eleventh):
            await socket.close()


async def test_a_disabled_link_opens_no_more(slack: Slack, client: AsyncWebClient) -> None:
    await slack.sockets.disconnect("link_disabled")
    with pytest.raises(SlackError, match="link_disabled"):
        slack.sockets.open_ticket()
    with pytest.raises(SlackApiError, match="link_disabled"):
        await client.apps_connections_open(app_token=slack.app_token)


async def test_what_is_kept_for_later_has_a_bound(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.demo.workspace.socket.MOST_KEPT", 2)
    for number in range(3):
        slack.sockets.send_event({"number": number})
    async with aiohttp.ClientSession() as session, await connect(slack, session) as socket:
        got: list[Any] = []
        for _ in range(2):
            envelope = await socket.receive_json()
            got.append(envelope["payload"]["number"])
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
        await slack.sockets.wait_acked()
        assert got == [1, 2]
