"""The panel that makes the workspace unkind, and the addresses behind it: guarded, and never a 500."""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.page.unkind import BUTTONS
from bot.demo.world import World, start_world
from tests.bot.demo.page.conftest import Stage


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with start_world(seed=1) as running:
        yield running


@pytest.fixture
async def session(world: World) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(world.page_url) as session:
        yield session


def own(world: World) -> dict[str, str]:
    return {"Origin": world.page_url.rstrip("/")}


async def ask(world: World, session: aiohttp.ClientSession, body: Any) -> tuple[int, Any]:
    async with session.post("/unkind", json=body, headers=own(world)) as response:
        return response.status, await response.json()


async def test_faults_are_listed_asked_for_and_counted(world: World, session: aiohttp.ClientSession) -> None:
    async with session.get("/unkind") as response:
        state = await response.json()
    assert "half_open" in state["faults"]
    assert (state["scripted"], state["random"], state["injected"]) == ([], None, {})
    status, now = await ask(world, session, {"fault": "calls", "how": "500", "after_effect": True})
    assert (status, now["scripted"]) == (200, ["call.500_after for *: 1 more"])
    async with session.post(f"{world.slack_api_url}auth.test") as refused:
        assert refused.status == 500
    async with session.get("/unkind") as response:
        state = await response.json()
    assert (state["scripted"], state["injected"]) == ([], {"call.500_after": 1})


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"fault": "earthquake"}', b"[]", b'"drop"', b"[" * 99_999]
)
async def test_nonsense_is_refused_with_a_sentence(
    world: World, session: aiohttp.ClientSession, body: bytes
) -> None:
    headers = own(world) | {"Content-Type": "application/json"}
    async with session.post("/unkind", data=body, headers=headers) as response:
        assert (response.status, (await response.json())["error"][:4]) == (400, "Send")


async def test_a_form_is_refused(world: World, session: aiohttp.ClientSession) -> None:
    async with session.post("/unkind", data={"fault": "drop"}, headers=own(world)) as response:
        assert (response.status, (await response.json())["error"][:9]) == (400, "Send JSON")


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_other_sites_cannot_ask(
    world: World, session: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    async with session.post("/unkind", json={"fault": "drop"}, headers=headers) as response:
        assert response.status == 403
    async with session.get("/unkind", headers={"Host": "evil.example"}) as response:
        assert response.status == 421


async def test_without_faults_there_is_no_panel_and_no_address(stage: Stage) -> None:
    assert "data-unkind" not in await (await stage.client.get("/?as=lee")).text()
    assert (await stage.client.get("/unkind")).status == 404


@pytest.mark.parametrize(("person", "words"), [("lee", "Make it unkind"), ("kim", "일부러 괴롭히기")])
async def test_each_button_of_the_panel_asks_for_what_there_is(
    world: World, session: aiohttp.ClientSession, person: str, words: str
) -> None:
    async with session.get(f"/?as={person}") as response:
        page = await response.text()
    assert words in page
    asked = [json.loads(html.unescape(each)) for each in re.findall(r'data-ask="([^"]*)"', page)]
    assert len(asked) == len(BUTTONS) + 1
    for body in asked:
        assert (await ask(world, session, body))[0] == 200
    assert re.findall(r'data-fault="(\w+)"', page) == list(BUTTONS)
    assert all(re.search(rf'id="fault-{name}">[^<]+<', page) for name in BUTTONS)


async def test_the_counts_are_told_as_they_change(world: World, session: aiohttp.ClientSession) -> None:
    async with session.get("/events?as=lee") as response, asyncio.timeout(5):
        async for line in response.content:
            if b"unkind-count" not in line:
                continue
            if b"Nothing has gone wrong yet." in line:
                await ask(world, session, {"fault": "calls", "how": "500"})
            elif "0 happened · 1 waiting".encode() in line:
                async with session.post(f"{world.slack_api_url}auth.test"):
                    pass
            elif "1 happened · 0 waiting".encode() in line:
                return
    pytest.fail("the stream ended")
