"""A real browser on the demo's page, with the real `nod run` behind it."""

from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.demo.world import World, start_world
from tests.e2e.forged import open_forged
from tests.e2e.office import Office

SHOTS = Path(__file__).parent.parent.parent / ".artifacts" / "screenshots"
"""Kept outside git, for people to look at."""

expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session")
async def world() -> AsyncIterator[World]:
    async with start_world(delta_seconds=0.001) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def office(
    world: World, tmp_path: Path, guarded_environment: Mapping[str, str], forge: str
) -> AsyncIterator[Office]:
    async with open_forged(world, tmp_path, guarded_environment, forge) as office:
        (tmp_path / "nod.toml").write_text(world.nod_toml(), encoding="utf-8")
        await office.start()
        world.restart = partial(restart, office)
        yield office


async def restart(office: Office) -> None:
    await office.kill()
    await office.start()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: Mapping[str, Any]) -> AsyncIterator[Browser]:
    """One browser for all tests, in one event loop: each has a profile of its own in it, which is its page's."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(**chromium)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, office: Office, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A laptop's page; what it shows at the end is kept as a screenshot, and its errors fail the test."""
    opened = await browser.new_page(viewport={"width": 1440, "height": 900})
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield opened
    SHOTS.mkdir(parents=True, exist_ok=True)
    await opened.screenshot(path=SHOTS / f"{request.node.name}.png")
    await opened.close()
    assert errors == []
