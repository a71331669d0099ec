"""Everything in one hand: what a gap does, what chance does, what is counted, and that calm is calm."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import httpx
import pytest
from openai import AsyncOpenAI
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.services.faults import Drop, Status
from bot.demo.unkind.calls import Broken, Hang, Refused
from bot.demo.unkind.envelopes import Doubled
from bot.demo.unkind.handles import Unkind
from bot.demo.unkind.model import Failed
from bot.demo.world import World


class App:
    """An app that acks all it hears, opens another socket when one ends, and writes down what it heard."""

    def __init__(self, world: World, session: aiohttp.ClientSession) -> None:
        self.world = world
        self.session = session
        self.heard: list[Any] = []
        self.refused: list[int] = []
        self.client = AsyncWebClient(
            world.slack.bot_token, base_url=world.slack_api_url, session=session, retry_handlers=[]
        )

    async def run(self) -> None:
        while True:
            try:
                opened = await self.client.apps_connections_open(app_token=self.world.slack.app_token)
            except SlackApiError as error:
                self.refused.append(error.response.status_code)
                continue
            async with self.session.ws_connect(opened["url"]) as socket:
                async for frame in socket:
                    if frame.type is not aiohttp.WSMsgType.TEXT:
                        break
                    told = frame.json()
                    if told["type"] == "disconnect":
                        break
                    if "envelope_id" in told:
                        self.heard.append(told["payload"])
                        await socket.send_json({"envelope_id": told["envelope_id"]})


@pytest.fixture
async def app(world: World) -> AsyncIterator[App]:
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        app = App(world, session)
        running = [asyncio.create_task(app.run()) for _ in range(2)]
        stack.callback(lambda: [task.cancel() for task in running])
        await world.sockets.wait_connected(2)
        yield app
        for task in running:
            task.cancel()
        await asyncio.wait(running)


async def test_a_gap_refuses_attempts_and_loses_no_event(world: World, unkind: Unkind, app: App) -> None:
    await unkind.gap(times=3)
    world.sockets.send_event({"event_id": "Ev1"})
    await world.sockets.wait_acked()
    await world.sockets.wait_connected(2)
    assert app.refused == [500, 500, 500]
    assert {"event_id": "Ev1"} in app.heard
    assert unkind.injected == {"socket.gap": 1, "call.500": 3}


async def test_a_gap_fails_in_other_ways(world: World, unkind: Unkind, app: App) -> None:
    await unkind.gap(times=1, fault=Refused("ratelimited", retry_after=1))
    await unkind.gap(times=1, fault=Refused("internal_error"))
    await world.sockets.wait_disconnected()
    await world.sockets.wait_connected(2)
    assert sorted(app.refused) == [200, 429]


async def test_all_of_it_is_counted_in_one_place(world: World, unkind: Unkind, app: App) -> None:
    unkind.envelopes.add(Doubled())
    unkind.calls.add(Broken(after_effect=True), match="chat.*")
    unkind.model.add(Failed(503))
    unkind.employees.add(Status(500))
    unkind.weather.add(Drop())
    assert [line.partition(":")[0] for line in unkind.scripted] == [
        "call.500_after for chat.*",
        "envelope.doubled for events_api",
        "model.503 for *",
        "employees.500 for * *",
        "weather.drop for * *",
    ]
    asked = await world.people.say("kim", "hr", "hello")
    with pytest.raises(SlackApiError):
        await app.client.chat_postMessage(channel=asked.channel, text="hello")
    async with AsyncOpenAI(api_key=world.model_key, base_url=world.model_url, max_retries=0) as model:
        with pytest.raises(Exception, match="overloaded"):
            await model.responses.create(model="any", input="hello")
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{world.employees_url}/employees")).status_code == 500
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(f"{world.weather_url}/v1/forecast")
    unkind.half_open()
    await unkind.disconnect("warning", 1)
    await unkind.drop(1)
    await unkind.drop(1, abrupt=False)
    assert unkind.injected == {
        "call.500_after": 1,
        "envelope.doubled": 1,
        "model.503": 1,
        "employees.500": 1,
        "weather.drop": 1,
        "socket.half_open": 1,
        "socket.warning": 1,
        "socket.drop": 1,
        "socket.close": 1,
    }
    assert unkind.injected.total() == 9


async def test_calm_ends_everything_and_keeps_the_counts(world: World, unkind: Unkind, app: App) -> None:
    hang = Hang()
    unkind.calls.add(hang, match="auth.test")
    unkind.calls.add(Broken(), match="chat.*", times=None)
    unkind.limits.on(0.1)
    unkind.random(seed=1, rate=1.0)
    world.workspace.stream_seconds = 5
    asking = asyncio.create_task(app.client.auth_test())
    await hang.arrived.wait()
    await world.sockets.disconnect("link_disabled")
    unkind.half_open(None)
    assert unkind.scripted != []
    assert unkind.chance is not None
    unkind.calm()
    await asking
    await world.sockets.wait_connected(2)
    left: tuple[object, object] = (unkind.scripted, unkind.chance)
    assert left == ([], None)
    assert unkind.injected["call.hang"] == 1
    assert world.workspace.stream_seconds == 300
    before = unkind.injected
    await app.client.chat_postMessage(channel="hr", text="hello")
    await world.people.say("kim", "hr", "hello")
    await world.sockets.wait_acked()
    assert unkind.injected == before


async def test_by_chance_events_still_arrive_all_of_them(world: World, unkind: Unkind, app: App) -> None:
    unkind.random(seed=3, rate=0.3, without=("socket.half_open", "socket.gap"))
    for number in range(60):
        world.sockets.send_event({"event_id": f"Ev{number}"})
        await asyncio.sleep(0)
    await world.sockets.wait_acked(within=30)
    unkind.calm()
    heard = {payload["event_id"] for payload in app.heard}
    lost = {payload["event_id"] for payload in world.sockets.given_up}
    assert heard | lost == {f"Ev{number}" for number in range(60)}
    kinds = unkind.injected
    assert {"envelope.doubled", "envelope.held", "envelope.ack_lost"} <= kinds.keys()
    assert any(kind.startswith("socket.") for kind in kinds)
    assert not kinds.keys() & {"socket.half_open", "socket.gap", "socket.link_disabled"}


async def test_by_chance_calls_fail_before_and_after_the_effect(world: World, unkind: Unkind, app: App) -> None:
    unkind.random(seed=5, rate=0.8, without=("call.slow*", "socket.*", "envelope.*"))
    refused = 0
    for number in range(60):
        try:
            await app.client.chat_postMessage(channel="hr", text=f"message {number}")
        except (SlackApiError, aiohttp.ClientError):
            refused += 1
    unkind.calm()
    posted = world.workspace.messages(world.workspace.channel("hr").id)
    after = sum(count for kind, count in unkind.injected.items() if kind.endswith("_after"))
    assert after > 0
    assert refused == unkind.injected.total()
    assert len(posted) == 60 - refused + after


@pytest.mark.parametrize("rate", [0, -1, 1.5])
def test_a_rate_that_is_none_is_refused(unkind: Unkind, rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        unkind.random(seed=1, rate=rate)
