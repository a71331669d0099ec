"""The one place where sqlite3's errors become StorageError, in words for the operator."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.ports import StorageError

_PRIMARY_CODE = 0xFF
"""The low byte of an extended result code: https://www.sqlite.org/rescode.html"""


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Raise StorageError in place of an error of the database at `path`."""
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(sentence(path, error)) from error
    except UnicodeEncodeError as error:
        raise StorageError("A text holds half of a surrogate pair and cannot be kept.") from error


def sentence(path: Path, error: sqlite3.Error) -> str:
    """Say what went wrong with the database at `path` and what to do about it."""
    # Errors that the sqlite3 module raises by itself carry no code.
    code: int | None = getattr(error, "sqlite_errorcode", None)
    match None if code is None else code & _PRIMARY_CODE:
        case sqlite3.SQLITE_CANTOPEN:
            return _cannot_open(path)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return f"The database {path} is read-only: let this user write to the file and to its folder."
        case sqlite3.SQLITE_NOTADB:
            return f"{path} is not a SQLite database: name another file, or move this one away."
        case sqlite3.SQLITE_CORRUPT:
            return f"The database {path} is damaged: restore a backup ({error})."
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"The database {path} is locked by another process: end that one, or name another file."
        case sqlite3.SQLITE_FULL:
            return f"The disk of the database {path} is full: make room."
        case sqlite3.SQLITE_IOERR:
            return f"The disk of the database {path} fails or has a limit: look at it ({error})."
        case _:
            return f"The database {path} failed: {error}."


def _cannot_open(path: Path) -> str:
    if not path.parent.is_dir():
        return f"The folder {path.parent} of the database does not exist: make it, or name another file."
    if path.is_dir():
        return f"{path} is a folder: name a file in it for the database."
    return f"The database {path} cannot be opened: let this user write to the folder {path.parent}."
