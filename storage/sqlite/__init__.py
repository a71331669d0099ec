"""Everything that is kept, in one SQLite file."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from storage.ports import Storage
from storage.records import Counts
from storage.sqlite.actions import SqliteActions
from storage.sqlite.apart import back_up, check_file
from storage.sqlite.audit import SqliteAudit
from storage.sqlite.connection import Connection
from storage.sqlite.counts import counts
from storage.sqlite.grants import SqliteGrants
from storage.sqlite.history import SqliteHistory
from storage.sqlite.inbox import SqliteInbox
from storage.sqlite.keeping import SqliteKeeping
from storage.sqlite.schedules import SqliteSchedules
from storage.sqlite.turns import SqliteTurns


@dataclass(frozen=True)
class SqliteStorage:
    inbox: SqliteInbox
    turns: SqliteTurns
    history: SqliteHistory
    actions: SqliteActions
    grants: SqliteGrants
    audit: SqliteAudit
    keeping: SqliteKeeping
    schedules: SqliteSchedules
    connection: Connection

    async def counts(self) -> Counts:
        return await self.connection.read(counts)

    async def tidy(self) -> None:
        await self.connection.write(optimize)
        # as far as no reader is in the way: another checkpoint does the rest
        await self.connection.outside("PRAGMA wal_checkpoint(PASSIVE)")

    async def check(self) -> list[str]:
        return await check_storage(self.connection.path)

    async def backup(self, path: Path) -> None:
        await back_up_storage(self.connection.path, path)

    async def close(self) -> None:
        """Wait for what is under way and close the file. What is asked afterwards raises StorageError."""
        await self.connection.close()


def optimize(db: Database) -> None:
    """See sqlite.org/lang_analyze.html: the limit keeps it to milliseconds, however large the tables are."""
    db.execute("PRAGMA analysis_limit=400")
    db.execute("PRAGMA optimize")


async def open_storage(path: str | Path) -> Storage:
    """Open the database at `path`, make it if it is missing, and bring its schema up to date.

    Raises StorageError with a sentence for the operator when that cannot be: its folder is missing or not
    writable, it is no database of Nod's, a newer Nod wrote it, another process keeps it locked.
    """
    connection = await Connection.open(path)
    return SqliteStorage(
        inbox=SqliteInbox(connection),
        turns=SqliteTurns(connection),
        history=SqliteHistory(connection),
        actions=SqliteActions(connection),
        grants=SqliteGrants(connection),
        audit=SqliteAudit(connection),
        keeping=SqliteKeeping(connection),
        schedules=SqliteSchedules(connection),
        connection=connection,
    )


async def check_storage(path: Path) -> list[str]:
    """Look a database file over, as `Storage.check`, without opening it for work: nothing in it is changed, nor
    is its schema brought up to date.

    Raises StorageError if it cannot be looked at: there is no such file, it is another program's.
    """
    return await asyncio.to_thread(check_file, path)


async def back_up_storage(path: Path, to: Path) -> None:
    """Copy a database file, as `Storage.backup`, without opening it for work."""
    await asyncio.to_thread(back_up, path, to)
