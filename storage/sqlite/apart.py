"""Looking a database over and copying it, apart from the threads that work on it, here or in another process."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from storage.ports import StorageError
from storage.sqlite import audit
from storage.sqlite.connection import BUSY_TIMEOUT
from storage.sqlite.errors import sentence, storage_errors
from storage.sqlite.migrations import check_ours, missing, unknown

DAMAGED = "The database {path} is damaged: restore a backup. {what}"

MOST_PROBLEMS = 20
"""How many problems of one kind are told: a damaged file has as many as it has pages."""


def check_file(path: Path) -> list[str]:
    """Look a file over without changing it; see `Storage.check`. Blocks.

    Raises StorageError if it cannot be looked at: there is none, it is not ours to read, another program wrote it.
    """
    path = path.absolute()
    try:
        with _reading(path) as db:
            db.execute("BEGIN")  # one state, however long it takes
            check_ours(db, path)
            return [*_schema(db, path), *_pages(db, path), *_references(db, path), *_chain(db, path)]
    except sqlite3.DatabaseError as error:
        if _is_damage(error):
            return [sentence(path, error)]
        raise StorageError(sentence(path, error)) from error


def back_up(path: Path, to: Path) -> None:
    """Copy a database's one consistent state to a new file; see `Storage.backup`. Blocks.

    What is copied is looked over before it gets its name: a backup that cannot be restored is none.
    """
    path, to = path.absolute(), to.absolute()
    _refuse_existing(to)
    part = to.with_name(f".{to.name}.{secrets.token_hex(4)}.part")
    try:
        _copy(path, part)
        _refuse_existing(to)
        part.rename(to)
        _sync(to.parent)
    except OSError as error:
        raise StorageError(f"The backup {to} cannot be written ({error.strerror}).") from error
    finally:
        part.unlink(missing_ok=True)


def _copy(path: Path, part: Path) -> None:
    with storage_errors(path), _reading(path) as db:
        check_ours(db, path)
        # Made first, because sqlite3 makes files that everybody may read.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with storage_errors(part), closing(sqlite3.connect(part)) as copy:
            db.conn.backup(copy)
            # One file that stands for itself: a log beside it would be lost with the next rename.
            copy.execute("PRAGMA journal_mode=DELETE")
            damage = _told(copy.execute("PRAGMA integrity_check").fetchall())
    if damage:
        raise StorageError(DAMAGED.format(path=path, what=damage[0]))
    _sync(part)


def _refuse_existing(to: Path) -> None:
    if os.path.lexists(to):
        raise StorageError(f"There is a file {to} already: name another.")


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _reading(path: Path) -> Iterator[Database]:
    """Open a file that there is, without a right to change it."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT, isolation_level=None)
    with closing(connection):
        yield Database(connection, execute_plugins=False)


def _schema(db: Database, path: Path) -> list[str]:
    said = []
    if newer := unknown(db):
        said.append(f"The database {path} was written by a newer Nod (it has {', '.join(newer)}): start that one.")
    if older := missing(db):
        said.append(f"The schema of {path} lacks {', '.join(older)}: `nod run` brings it up to date.")
    return said


def _pages(db: Database, path: Path) -> list[str]:
    damage = _told(db.execute(f"PRAGMA integrity_check({MOST_PROBLEMS})").fetchall())
    return [DAMAGED.format(path=path, what=what) for what in damage]


def _told(rows: list[tuple[str]]) -> list[str]:
    """Return what an integrity check found, each as one line."""
    return [" ".join(str(row[0]).split()) for row in rows if row[0] != "ok"]


def _references(db: Database, path: Path) -> list[str]:
    rows = db.execute("PRAGMA foreign_key_check").fetchmany(MOST_PROBLEMS)
    return [f"Row {row[1]} of {row[0]} in {path} names a row of {row[2]} that is not there." for row in rows]


def _chain(db: Database, path: Path) -> list[str]:
    if "hash" not in db["audit"].columns_dict:
        return []  # an older Nod's: told as a missing step
    place: audit.Place | None = audit.Place()
    while place is not None:
        piece = audit.follow(db, place)
        if piece.broken is not None:
            return [f"The audit's chain in {path} breaks at row {piece.broken}: it is not what was written."]
        place = piece.last
    return []


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF == sqlite3.SQLITE_CORRUPT
