"""One thread that writes and one that reads, each with its own connection, so that the event loop never waits.

A commit waits for the disk. What has come to wait for the writer meanwhile is therefore committed together.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from sqlite_utils import Database

from storage.ports import StorageError
from storage.sqlite.database import InTransaction
from storage.sqlite.errors import storage_errors
from storage.sqlite.files import Files
from storage.sqlite.migrations import check, migrate

BUSY_TIMEOUT = 2.0
"""Seconds to wait for another process's transaction before StorageError: Slack waits three for an ack."""

MOST_TOGETHER = 64
"""Transactions in one commit: each of them waits for all."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Connection:
    """A database file, open for one process. A transaction is a function whose first argument is the Database; it
    changes nothing else, because it may be taken back and run again."""

    def __init__(self, path: Path) -> None:
        # An absolute path: sqlite3 takes ":memory:" and "" for databases of one connection.
        self.path = path.absolute()
        self._files = Files(self.path)
        self._writer = _Writer(self.path, "BEGIN IMMEDIATE", "nod-storage-writer", self._files.check)
        self._reader = _Thread(self.path, "BEGIN", "nod-storage-reader")

    @classmethod
    async def open(cls, path: str | Path) -> "Connection":
        """Open `path` in both threads and migrate it. Raises StorageError."""
        connection = cls(Path(path))
        try:
            await connection._writer.open(_open_for_writing)
            await connection._reader.open(_open_for_reading)
            connection._files.remember()
        except BaseException:
            await connection.close()
            raise
        return connection

    async def write(self, job: Callable[Concatenate[Database, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Run `job` as one transaction that holds the file's write lock; committed on disk when this returns, and
        whole or not at all: with others in one commit, if others wait.

        When the awaiting task is cancelled, the transaction still runs to its end. Raises StorageError.
        """
        return await self._writer.transaction(lambda db: job(db, *args, **kwargs))

    async def read(self, job: Callable[Concatenate[Database, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Run `job` on one consistent state of the database. Raises StorageError."""
        return await self._reader.transaction(lambda db: job(db, *args, **kwargs))

    async def outside(self, statement: str) -> None:
        """Execute what cannot be done within a transaction, between two of them. Raises StorageError."""
        await self._writer.apart(lambda db: db.execute(statement).fetchall())

    async def rewrite(self, most: int) -> bool:
        """Take out of the files what was deleted and still stands in unused places: in the log of commits, and in
        the file itself, which is written anew for that if it has `most` bytes at the most. False if somebody
        reads an older state, or if the file is larger. Raises StorageError."""
        return await self._writer.apart(lambda db: _rewrite(db, most))

    async def close(self) -> None:
        """Wait for the transactions under way, then close."""
        try:
            await self._reader.close()
        finally:
            await self._writer.close()


class _Thread:
    """A thread and the connection that lives in it, because sqlite3's stay in the thread that made them."""

    def __init__(self, path: Path, begin: str, name: str, before_commit: Callable[[], None] | None = None) -> None:
        self._path = path
        self._begin = begin
        self._before_commit = before_commit
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._database: Database | None = None

    async def open(self, opener: Callable[[Path], Database]) -> None:
        def run() -> None:
            with storage_errors(self._path):
                self._database = opener(self._path)

        await self._run(run)

    async def transaction(self, job: Callable[[Database], _T]) -> _T:
        def run() -> _T:
            with storage_errors(self._path):
                return self._transact(job)

        return await self._run(run)

    async def apart(self, job: Callable[[Database], _T]) -> _T:
        """Run what is no transaction."""

        def run() -> _T:
            with storage_errors(self._path):
                return job(self._open_database)

        return await self._run(run)

    def _transact(self, job: Callable[[Database], _T]) -> _T:
        self._open_database.execute(self._begin)
        return self._commit(job)

    def _commit(self, job: Callable[[Database], _T]) -> _T:
        return _commit(self._open_database, job, self._before_commit)

    @property
    def _open_database(self) -> Database:
        if self._database is None:
            raise StorageError(f"The database {self._path} is closed.")
        return self._database

    async def close(self) -> None:
        def run() -> None:
            database, self._database = self._database, None
            if database is not None:
                with storage_errors(self._path):
                    database.close()

        try:
            await self._run(run)
        finally:
            self._executor.shutdown(wait=False)

    async def _run(self, call: Callable[[], _T]) -> _T:
        try:
            future = asyncio.get_running_loop().run_in_executor(self._executor, call)
        except RuntimeError as error:
            raise StorageError(f"The database {self._path} is closed.") from error
        # Without the shield a cancelled awaiter would leave it open whether the transaction runs.
        return await asyncio.shield(future)


class _Waiting(Generic[_T]):
    """A transaction that waits for the writer, and what came of it."""

    def __init__(self, job: Callable[[Database], _T]) -> None:
        self.job = job
        self.results: list[_T] = []


class _Writer(_Thread):
    """Commits the transactions that wait for it together; if one of them fails, or their commit, each by itself,
    so that whoever asked for it gets its own error and nobody another's."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._line: deque[_Waiting[Any]] = deque()

    async def transaction(self, job: Callable[[Database], _T]) -> _T:
        mine = _Waiting(job)
        self._line.append(mine)

        def run() -> _T:
            with storage_errors(self._path):
                if self._line and self._line[0] is mine:
                    self._commit_together([self._line.popleft() for _ in range(self._now())])
                return mine.results[0] if mine.results else self._transact(job)

        return await self._run(run)

    def _now(self) -> int:
        return min(len(self._line), MOST_TOGETHER)

    def _commit_together(self, waiting: list[_Waiting[Any]]) -> None:
        if len(waiting) == 1:
            return
        # Not suppressed: whoever meets a locked file has waited long enough, and the others ask for themselves.
        self._open_database.execute(self._begin)
        with suppress(Exception):
            results = self._commit(lambda db: [each.job(db) for each in waiting])
            for each, result in zip(waiting, results, strict=True):
                each.results.append(result)


def _transact(db: Database, begin: str, job: Callable[[Database], _T]) -> _T:
    # Not `db.atomic()` alone: its BEGIN takes the write lock with the first write, after the reads that the write
    # relies on, and then fails without waiting if another process wrote in between.
    db.execute(begin)
    return _commit(db, job)


def _commit(db: Database, job: Callable[[Database], _T], before_commit: Callable[[], None] | None = None) -> _T:
    """Run a job in the transaction that has begun, and end it."""
    try:
        result = job(db)
        if before_commit is not None:
            before_commit()
        db.commit()
    except BaseException:
        db.rollback()
        raise
    return result


def _rewrite(db: Database, most: int) -> bool:
    pages, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    small = pages * size <= most
    if small:
        db.execute("PRAGMA temp_store=MEMORY")  # the copy that it makes on the way is words, too
        db.execute("VACUUM")
    # Without waiting for readers: Slack wants an ack meanwhile.
    db.execute("PRAGMA busy_timeout=0")
    try:
        busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        db.execute(f"PRAGMA busy_timeout={int(BUSY_TIMEOUT * 1000)}")
    return small and not busy


def _open_for_writing(path: Path) -> Database:
    db = _connect(path)
    try:
        if path.stat().st_size == 0:
            # Before the journal is made, which takes over the mode: the file holds what people wrote.
            path.chmod(0o600)
        # Before anything is changed in a file that may not be ours.
        _transact(db, "BEGIN", lambda db: check(db, path))
        _enable_wal(db)
        # FULL, though NORMAL is usual with WAL: NORMAL may lose the last commits when the power fails, and Nod
        # acknowledges deliveries and runs actions because their commit is on disk.
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA foreign_keys=ON")
        # What people want forgotten is overwritten where it stood.
        db.execute("PRAGMA secure_delete=ON")
        _transact(db, "BEGIN IMMEDIATE", lambda db: migrate(db, path))
        # BEGIN IMMEDIATE is content with a file that may only be read; a statement that could write is not.
        db.execute("UPDATE conversations SET id = id WHERE FALSE")
    except BaseException:
        db.close()
        raise
    return db


def _open_for_reading(path: Path) -> Database:
    db = _connect(path)
    db.execute("PRAGMA query_only=ON")
    return db


def _connect(path: Path) -> Database:
    # Without plugins: what else is installed has no say in this database.
    return InTransaction(sqlite3.connect(path, timeout=BUSY_TIMEOUT), execute_plugins=False)


def _enable_wal(db: Database) -> None:
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            db.enable_wal()
        except sqlite3.OperationalError as error:
            # Two processes that switch a new file at once: SQLite refuses one without calling the busy handler.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
