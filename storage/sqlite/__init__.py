"""Everything that is kept, in one SQLite file."""

from dataclasses import dataclass
from pathlib import Path

from storage.ports import Storage
from storage.sqlite.actions import SqliteActions
from storage.sqlite.audit import SqliteAudit
from storage.sqlite.connection import Connection
from storage.sqlite.grants import SqliteGrants
from storage.sqlite.history import SqliteHistory
from storage.sqlite.inbox import SqliteInbox
from storage.sqlite.turns import SqliteTurns


@dataclass(frozen=True)
class SqliteStorage:
    inbox: SqliteInbox
    turns: SqliteTurns
    history: SqliteHistory
    actions: SqliteActions
    grants: SqliteGrants
    audit: SqliteAudit
    connection: Connection

    async def close(self) -> None:
        """Wait for what is under way and close the file. What is asked afterwards raises StorageError."""
        await self.connection.close()


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
        connection=connection,
    )
