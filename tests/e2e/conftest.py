"""Every test here runs the real process against the demo workspace."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.demo.world import World, start_world
from tests.e2e.forged import open_forged
from tests.e2e.office import Office


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with start_world(delta_seconds=0, time_scale=0.005) as running:
        yield running


@pytest.fixture
async def empty_office(
    world: World, tmp_path: Path, guarded_environment: Mapping[str, str], forge: str
) -> AsyncIterator[Office]:
    """An office in which nothing runs yet, and everything starts at once."""
    async with open_forged(world, tmp_path, guarded_environment, forge) as office:
        yield office


@pytest.fixture
async def office(empty_office: Office) -> Office:
    await empty_office.start()
    return empty_office
