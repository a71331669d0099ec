"""Every test here runs over every implementation: a new one is one more line in STORAGES."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from storage.ports import Storage
from storage.sqlite import open_storage

Opener = Callable[[], Awaitable[Storage]]
"""Opens the test's database; each call is another connection to the same one."""


def _sqlite(folder: Path) -> Opener:
    return lambda: open_storage(folder / "nod.db")


STORAGES: Mapping[str, Callable[[Path], Opener]] = {"sqlite": _sqlite}


@pytest.fixture(params=STORAGES)
def opener(request: pytest.FixtureRequest, tmp_path: Path, new_database: Path) -> Opener:
    if request.param == "sqlite":
        shutil.copy(new_database, tmp_path / "nod.db")
    return STORAGES[request.param](tmp_path)


@pytest.fixture
async def storage(opener: Opener) -> AsyncIterator[Storage]:
    opened = await opener()
    yield opened
    await opened.close()
