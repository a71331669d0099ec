"""The schema, as numbered steps. A step that was released is never changed: append another one.

Times are texts such as `2026-07-04T12:00:00.000000+00:00`, always UTC, so that texts sort as times do.
Ids are AUTOINCREMENT, never given twice, so that their order stays the order of arrival.
"""

from pathlib import Path

from sqlite_utils import Database

from storage.ports import StorageError
from storage.sqlite.migrations import (
    m001_conversation,
    m007_contract,
    m011_durable,
    m015_files,
    m016_memory,
    m017_endings,
    m018_threads,
    m019_control,
    m020_keeping,
    m021_schedules,
    m022_reasons,
    m023_settled,
)
from storage.sqlite.migrations.steps import MIGRATIONS

__all__ = ["MIGRATIONS", "check", "check_ours", "migrate", "missing", "unknown"]

FILES = (
    m001_conversation,
    m007_contract,
    m011_durable,
    m015_files,
    m016_memory,
    m017_endings,
    m018_threads,
    m019_control,
    m020_keeping,
    m021_schedules,
    m022_reasons,
    m023_settled,
)
"""Each has added its steps by being imported, in this order."""


def check(db: Database, path: Path) -> None:
    """Raise StorageError if the tables are another program's, or a newer Nod's. Call it in a transaction."""
    check_ours(db, path)
    if newer := unknown(db):
        raise StorageError(
            f"The database {path} was written by a newer Nod (it has {', '.join(newer)}): start that one."
        )


def check_ours(db: Database, path: Path) -> None:
    """Raise StorageError if the tables are another program's."""
    if not _applied(db) and db.table_names():
        raise StorageError(f"{path} is another program's database: name another file.")


def migrate(db: Database, path: Path) -> None:
    """Apply the missing steps. Call it in a transaction with the write lock: two processes may start at once.

    Raises StorageError as `check` does.
    """
    check(db, path)
    MIGRATIONS.apply(db)


def unknown(db: Database) -> list[str]:
    """Name the steps that a newer Nod has applied."""
    return sorted(_applied(db) - _known())


def missing(db: Database) -> list[str]:
    """Name the steps that are still to be applied."""
    return sorted(_known() - _applied(db))


def _applied(db: Database) -> set[str]:
    return {step.name for step in MIGRATIONS.applied(db)}


def _known() -> set[str]:
    with Database(memory=True, execute_plugins=False) as empty:
        return {step.name for step in MIGRATIONS.pending(empty)}
