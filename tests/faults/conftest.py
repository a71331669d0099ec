"""The real process, killed and held up."""

import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest

from bot.demo.world import World
from tests.e2e.conftest import world
from tests.e2e.forged import ForgedOffice, open_forged

__all__ = ["world"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.faults)


@pytest.fixture
async def forged(
    world: World, tmp_path: Path, guarded_environment: Mapping[str, str], forge: str
) -> AsyncIterator[ForgedOffice]:
    """An office in which nothing runs yet, and everything starts at once."""
    async with open_forged(world, tmp_path, guarded_environment, forge) as office:
        yield office


@pytest.fixture
def door() -> Iterator[Path]:
    """A path for a Unix socket, which has to be a short one."""
    with tempfile.TemporaryDirectory(prefix="nod") as folder:
        yield Path(folder) / "door"
