"""One process works on a database file: another would take the first one's running turns for a dead process's."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage.ports import StorageError


@contextmanager
def alone(path: str | Path) -> Iterator[None]:
    """Hold `<path>.lock` until the end; the system lets go of it when the process dies, however it dies.

    Raises StorageError at once if another process holds it. SQLite's own lock is used, because it is the same on
    every system.
    """
    lock = Path(f"{Path(path).resolve()}.lock")
    if not lock.parent.is_dir():
        raise StorageError(f"the folder {lock.parent} does not exist: make it, or name another file.")
    try:
        held = sqlite3.connect(lock, timeout=0, isolation_level=None)
        held.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        raise StorageError(
            f"another `nod run` works on {path} (or {lock.name} beside it cannot be written): stop that one first."
        ) from error
    with closing(held):
        yield
