"""A database that fails while it is worked on: nothing is said to be kept that is not, and then it goes on."""

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.ports import StorageError
from storage.records import Delivery
from storage.sqlite import SqliteStorage, open_storage
from tests.storage.sample import LATER, NOW, message


@pytest.fixture
async def opened(path: Path) -> SqliteStorage:
    storage = await open_storage(path)
    assert isinstance(storage, SqliteStorage)
    return storage


def damage(path: Path) -> None:
    """Overwrite all but the first page, in the file that is open."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))


def large() -> Delivery:
    return message(text="x" * 200_000)


@contextmanager
def a_limit_on_files(size: int) -> Iterator[None]:
    """Let this process make no file larger than that, as a quota does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk(opened: SqliteStorage) -> None:
    def fill(db: Database) -> None:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count={pages + 1}")

    def make_room(db: Database) -> None:
        db.execute("PRAGMA max_page_count=1000000")

    await opened.connection.write(fill)
    delivery = large()
    with pytest.raises(StorageError, match=r"full: make room\.$"):
        await opened.inbox.add(delivery, NOW)
    assert (await opened.counts()).waiting == 0
    await opened.connection.write(make_room)
    assert await opened.inbox.add(delivery, NOW)
    await opened.close()


async def test_a_file_that_may_not_grow(opened: SqliteStorage, path: Path) -> None:
    delivery = large()
    with a_limit_on_files(path.with_name("nod.db-wal").stat().st_size + 8192):
        with pytest.raises(StorageError, match="fails or has a limit"):
            await opened.inbox.add(delivery, NOW)
        assert (await opened.counts()).waiting == 0
    assert await opened.inbox.add(delivery, NOW)
    assert not await opened.inbox.add(delivery, LATER)
    assert await opened.check() == []
    await opened.close()


@pytest.mark.parametrize("name", ["nod.db", "nod.db-wal"])
async def test_a_file_that_is_gone_keeps_nothing(opened: SqliteStorage, path: Path, name: str) -> None:
    delivery = message()
    file, away = path.with_name(name), path.with_name("away")
    file.rename(away)
    with pytest.raises(StorageError, match=r"was removed or replaced"):
        await opened.inbox.add(delivery, NOW)
    away.rename(file)
    assert await opened.inbox.add(delivery, NOW), "the same file stands there again"
    await opened.close()
    again = await open_storage(path)
    assert not await again.inbox.add(delivery, NOW)
    await again.close()


async def test_another_file_in_its_place_is_not_written_to(opened: SqliteStorage, path: Path) -> None:
    await opened.backup(path.with_name("copy.db"))
    os.replace(path.with_name("copy.db"), path)
    with pytest.raises(StorageError, match="was removed or replaced"):
        await opened.inbox.add(message(), NOW)
    await opened.close()


async def test_a_file_that_is_gone_before_the_commit(opened: SqliteStorage, path: Path) -> None:
    def remove(db: Database) -> None:
        db.execute("INSERT INTO conversations (team, channel, thread) VALUES ('T', 'C', '1')")
        path.rename(path.with_name("away"))

    with pytest.raises(StorageError, match="was removed or replaced"):
        await opened.connection.write(remove)
    path.with_name("away").rename(path)
    assert await opened.connection.read(lambda db: db["conversations"].count) == 0
    await opened.close()


async def test_damage_while_it_is_worked_on(opened: SqliteStorage, path: Path) -> None:
    for _ in range(200):
        await opened.inbox.add(message(text="words " * 100), NOW)
    await opened.close()
    storage = await open_storage(path)
    damage(path)
    delivery = message()
    with pytest.raises(StorageError, match="is damaged: restore a backup"):
        await storage.inbox.add(delivery, NOW)
    assert any("is damaged" in problem for problem in await storage.check())
    await storage.close()


def test_the_sentence_of_a_limit_is_sqlite_s_own(path: Path) -> None:
    # sqlite3 calls a write that the system refuses an I/O error, unless it says that the disk is full.
    with a_limit_on_files(0), pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(path).execute("CREATE TABLE a (b)")
    assert caught.value.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL)
