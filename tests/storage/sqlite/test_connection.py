import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.ports import StorageError
from storage.sqlite import open_storage
from storage.sqlite.connection import Connection
from tests.storage.sample import NOW, message


@pytest.fixture
async def connection(path: Path) -> AsyncIterator[Connection]:
    opened = await Connection.open(path)
    yield opened
    await opened.close()


def insert(db: Database, thread: str) -> None:
    db.execute("INSERT INTO conversations (team, channel, thread) VALUES ('T', 'C', ?)", [thread])


def threads(db: Database) -> list[str]:
    return [row["thread"] for row in db.query("SELECT thread FROM conversations ORDER BY id")]


def pragma(db: Database, name: str) -> object:
    return db.execute(f"PRAGMA {name}").fetchone()[0]


async def test_commits_are_durable_and_constraints_hold(connection: Connection) -> None:
    assert await connection.write(pragma, "journal_mode") == "wal"
    full = 2
    assert await connection.write(pragma, "synchronous") == full
    assert await connection.write(pragma, "foreign_keys") == 1


async def test_an_error_takes_back_the_whole_transaction(connection: Connection) -> None:
    def fail(db: Database) -> None:
        insert(db, "half")
        raise LookupError("in the middle")

    with pytest.raises(LookupError):
        await connection.write(fail)
    await connection.write(insert, "whole")
    assert await connection.read(threads) == ["whole"]


async def held(connection: Connection, *jobs: Callable[[Database], object]) -> list[object]:
    """Let transactions wait behind one that takes its time; what came of each."""
    inside, go_on = threading.Event(), threading.Event()

    def slow(db: Database) -> None:
        inside.set()
        go_on.wait()

    first = asyncio.create_task(connection.write(slow))
    await asyncio.to_thread(inside.wait)
    waiting = [asyncio.create_task(connection.write(job)) for job in jobs]
    await asyncio.sleep(0)
    go_on.set()
    await first
    return await asyncio.gather(*waiting, return_exceptions=True)


async def commits(connection: Connection, path: Path, *jobs: Callable[[Database], object]) -> int:
    """Count how often the file's log was written to the disk, by the frames that end a transaction."""
    before = _commits_in(path)
    await held(connection, *jobs)
    return _commits_in(path) - before


def _commits_in(path: Path) -> int:
    """Read the write-ahead log: https://www.sqlite.org/fileformat2.html#walformat"""
    log = path.with_name(f"{path.name}-wal").read_bytes()
    page = int.from_bytes(log[8:12], "big")
    frames = range(32, len(log), page + 24)
    return sum(int.from_bytes(log[at + 4 : at + 8], "big") > 0 for at in frames)


async def test_what_waits_for_the_writer_is_committed_at_once(connection: Connection, path: Path) -> None:
    jobs = [partial(insert, thread=str(number)) for number in range(5)]
    assert await commits(connection, path, *jobs) == 1
    assert await connection.read(threads) == ["0", "1", "2", "3", "4"]


async def test_a_transaction_that_fails_takes_back_none_of_those_beside_it(connection: Connection) -> None:
    def fail(db: Database) -> None:
        insert(db, "half")
        raise LookupError("in the middle")

    good, bad, twice, last = await held(
        connection,
        partial(insert, thread="good"),
        fail,
        partial(insert, thread="good"),
        partial(insert, thread="last"),
    )
    assert (good, last) == (None, None)
    assert isinstance(bad, LookupError)
    assert isinstance(twice, StorageError)
    assert await connection.read(threads) == ["good", "last"]


async def test_a_commit_that_fails_is_everybodys_error(connection: Connection, path: Path) -> None:
    log = path.with_name(f"{path.name}-wal")

    def remove(db: Database) -> None:
        insert(db, "gone")
        log.unlink(missing_ok=True)

    ends = await held(connection, partial(insert, thread="before"), remove, partial(insert, thread="after"))
    assert [type(end) for end in ends] == [StorageError] * 3


async def test_a_broken_constraint_is_a_storage_error(connection: Connection) -> None:
    await connection.write(insert, "twice")
    with pytest.raises(StorageError, match="UNIQUE"):
        await connection.write(insert, "twice")


async def test_a_text_that_cannot_be_kept_is_a_storage_error(connection: Connection) -> None:
    with pytest.raises(StorageError, match="surrogate"):
        await connection.write(insert, "\ud83d")


async def test_the_reader_does_not_write(connection: Connection) -> None:
    with pytest.raises(StorageError, match="read-only"):
        await connection.read(insert, "x")


async def test_a_cancelled_awaiter_does_not_stop_a_transaction_in_the_middle(connection: Connection) -> None:
    loop = asyncio.get_running_loop()
    inside, go_on = asyncio.Event(), threading.Event()

    def slow(db: Database) -> None:
        insert(db, "first")
        loop.call_soon_threadsafe(inside.set)
        go_on.wait()
        insert(db, "second")

    running = asyncio.create_task(connection.write(slow))
    await inside.wait()
    queued = asyncio.create_task(connection.write(insert, "third"))
    await asyncio.sleep(0)
    # The event loop is free, and readers see the state before, while the writer is busy.
    assert await connection.read(threads) == []
    for task in (running, queued):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    go_on.set()
    await connection.write(insert, "fourth")
    assert await connection.read(threads) == ["first", "second", "third", "fourth"]


async def test_reads_of_one_job_see_one_state(connection: Connection) -> None:
    loop = asyncio.get_running_loop()
    looked, go_on = asyncio.Event(), threading.Event()

    def twice(db: Database) -> tuple[list[str], list[str]]:
        first = threads(db)
        loop.call_soon_threadsafe(looked.set)
        go_on.wait()
        return first, threads(db)

    reading = asyncio.create_task(connection.read(twice))
    await looked.wait()
    await connection.write(insert, "between")
    go_on.set()
    assert await reading == ([], [])
    assert await connection.read(threads) == ["between"]


async def test_a_closed_database_says_so(path: Path) -> None:
    storage = await open_storage(path)
    await storage.close()
    with pytest.raises(StorageError, match="is closed"):
        await storage.inbox.add(message(), NOW)
    with pytest.raises(StorageError, match="is closed"):
        await storage.audit.rows()


async def test_closing_waits_for_what_is_under_way(path: Path) -> None:
    connection = await Connection.open(path)
    writing = [asyncio.create_task(connection.write(insert, str(number))) for number in range(20)]
    await asyncio.sleep(0)
    await connection.close()
    await asyncio.gather(*writing)
    again = await Connection.open(path)
    assert len(await again.read(threads)) == 20
    await again.close()


async def test_closing_leaves_no_thread(path: Path) -> None:
    before = set(threading.enumerate())
    storage = await open_storage(path)
    await storage.inbox.add(message(), NOW)
    ours = set(threading.enumerate()) - before
    assert len(ours) == 2
    await storage.close()
    for thread in ours:
        thread.join(timeout=5)
    assert not any(thread.is_alive() for thread in ours)
