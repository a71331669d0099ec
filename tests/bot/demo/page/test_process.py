"""The button that kills Nod and starts it again, and its state."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.demo.page.process import Restarts
from bot.demo.page.routes import make_app
from bot.demo.workspace.people import People
from bot.demo.workspace.residents import settle
from bot.demo.workspace.slack import make_slack
from bot.demo.workspace.state import Workspace
from tests.bot.demo.page.conftest import Client, Stage

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Switch:
    """A process that goes away when it is restarted, and comes back when it may."""

    connected: bool = True
    restart: Callable[[], Awaitable[None]] | None = None
    restarts: int = 0
    why: str | None = None
    away: asyncio.Event = field(default_factory=asyncio.Event)
    may_return: asyncio.Event = field(default_factory=asyncio.Event)

    async def go_and_return(self) -> None:
        self.restarts += 1
        self.connected = False
        self.away.set()
        await self.may_return.wait()
        self.connected = True

    def ended(self) -> str | None:
        return self.why

    async def end(self) -> None:
        self.connected = False
        self.why = "A function cannot be used. functions/bad.py: '(' was never closed"

    async def stay_away(self) -> None:
        self.connected = False
        raise TimeoutError


@pytest.fixture
async def switch() -> Switch:
    return Switch()


@pytest.fixture
async def client(switch: Switch) -> AsyncIterator[Client]:
    workspace = Workspace(seed=7)
    settle(workspace)
    slack = make_slack(workspace, ack_seconds=0.05)
    async with TestClient(TestServer(make_app(workspace, People(slack), list, switch))) as client:
        yield client
    workspace.close()


async def test_without_a_way_to_restart_there_is_no_button(stage: Stage, client: Client) -> None:
    for each in (stage.client, client):
        assert "data-restart" not in await (await each.get("/?as=lee")).text()
        response = await each.post("/restart?as=lee", headers=SAME_ORIGIN)
        assert (response.status, (await response.json())["error"]) == (404, "That is no longer there.")


async def test_it_is_restarted_once_at_a_time_and_its_state_is_shown(switch: Switch, client: Client) -> None:
    switch.restart = switch.go_and_return
    html = await (await client.get("/?as=lee")).text()
    assert "data-restart" in html
    assert 'data-process="running">running<' in html
    first = asyncio.create_task(client.post("/restart?as=lee", headers=SAME_ORIGIN))
    await switch.away.wait()
    second = await client.post("/restart?as=kim", headers=SAME_ORIGIN)
    assert (second.status, switch.restarts) == (200, 1)
    assert 'data-process="starting">시작하는 중<' in await (await client.get("/?as=kim")).text()
    switch.may_return.set()
    assert (await first).status == 200
    assert 'data-process="running"' in await (await client.get("/?as=lee")).text()


async def test_the_state_is_told_as_it_changes(switch: Switch, client: Client) -> None:
    switch.restart = switch.go_and_return
    async with client.get("/events?as=lee") as response, asyncio.timeout(5):
        async for line in response.content:
            if b"data-process" not in line:
                continue
            if b"running" in line:
                switch.connected = False
            if b"stopped" in line:
                return
    pytest.fail("the stream ended")


async def test_when_it_does_not_come_back_the_person_is_told(switch: Switch, client: Client) -> None:
    switch.restart = switch.stay_away
    response = await client.post("/restart?as=lee", headers=SAME_ORIGIN)
    assert (response.status, (await response.json())["error"]) == (
        504,
        "Nod has not come back. The terminal of the demo says why.",
    )
    assert 'data-process="stopped">stopped<' in await (await client.get("/?as=lee")).text()


async def test_why_it_ended_is_shown_until_it_runs_again(switch: Switch, client: Client) -> None:
    switch.restart = switch.end
    response = await client.post("/restart?as=lee", headers=SAME_ORIGIN)
    assert (response.status, (await response.json())["error"]) == (
        502,
        "Nod has ended. Behind the scenes says why: mend that and restart it.",
    )
    html = await (await client.get("/?as=lee")).text()
    assert 'data-process="ended">ended<' in html
    assert "functions/bad.py: &#39;(&#39; was never closed</p>" in html
    switch.connected = True
    html = await (await client.get("/?as=lee")).text()
    assert 'data-process="running"' in html
    assert "data-process-why" not in html


async def test_a_restart_that_failed_can_be_tried_again(switch: Switch) -> None:
    restarts = Restarts(switch)
    switch.restart = switch.stay_away
    with pytest.raises(TimeoutError):
        await restarts.restart()
    switch.restart = switch.go_and_return
    switch.may_return.set()
    await restarts.restart()
    assert restarts.state == "running"
