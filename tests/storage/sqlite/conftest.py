import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.ports import Storage
from storage.sqlite import open_storage


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "nod.db"


@pytest.fixture
async def storage(path: Path, new_database: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(shutil.copy(new_database, path))
    yield opened
    await opened.close()


@pytest.fixture
def stranger(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection past the ports, such as an operator's shell."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        yield connection
