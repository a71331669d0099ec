"""A whole world, quick and seeded, and what makes it unkind."""

from collections.abc import AsyncIterator

import pytest

from bot.demo.unkind.handles import Unkind
from bot.demo.world import World, start_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with start_world(seed=1, time_scale=0, ack_seconds=0.2, delta_seconds=0) as running:
        yield running


@pytest.fixture
def unkind(world: World) -> Unkind:
    return world.unkind
