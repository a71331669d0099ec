"""Checks of the database's file: read only, and without a lock that a running Nod would wait for."""

import asyncio
import os
import shutil
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from bot.doctor.finding import Finding, bad, good, unseen
from storage.ports import StorageError
from storage.sqlite.errors import storage_errors
from storage.sqlite.migrations import check, missing

DATABASE, DISK = "database", "disk"

LEAST_FREE = 200 * 1024 * 1024
"""Bytes: what is written ahead, and a backup beside it, need room."""

QUICK_SECONDS = 8.0
"""For looking every page over; a bigger database is looked at by `nod db check`."""


async def check_database(path: Path) -> Sequence[Finding]:
    """Look at the file that NOD_DATABASE names, and at the disk that it is on."""
    return await asyncio.to_thread(_look, path)


def _look(path: Path) -> list[Finding]:
    folder = path.absolute().parent
    if not folder.is_dir():
        words = f"the folder {folder} of NOD_DATABASE does not exist: make it"
        return [bad(DATABASE, words), unseen(DISK, "there is no folder")]
    return [_file(path, folder), _disk(folder)]


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    words = f"{free / 1e9:.1f} GB free at {folder}"
    return good(DISK, words) if free >= LEAST_FREE else bad(DISK, f"{words}: make room")


def _file(path: Path, folder: Path) -> Finding:
    if not os.access(folder, os.W_OK | os.X_OK):
        return bad(DATABASE, f"this user may not write to {folder}: SQLite keeps files beside the database")
    if not path.exists():
        return unseen(DATABASE, f"{path} is made at the first start")
    if not os.access(path, os.R_OK | os.W_OK):
        return bad(DATABASE, f"this user may not read and write {path}: give it the file")
    try:
        with storage_errors(path), closing(_opened(path)) as opened:
            return _contents(path, opened)
    except StorageError as error:
        return bad(DATABASE, str(error))


def _opened(path: Path) -> sqlite3.Connection:
    """Open the file so that nothing beside it changes. Without a log beside it nobody has it open, and SQLite,
    which would make the log's files and leave them there, is told that it stays as it is."""
    in_use = Path(f"{path.resolve()}-wal").exists()
    return sqlite3.connect(f"{path.resolve().as_uri()}?{'mode=ro' if in_use else 'immutable=1'}", uri=True)


def _contents(path: Path, opened: sqlite3.Connection) -> Finding:
    db = Database(opened, execute_plugins=False)
    check(db, path)
    steps = missing(db)
    whole = _is_whole(opened)
    if whole is False:
        return bad(DATABASE, f"{path} is damaged: stop Nod, run `nod db check`, and restore a backup")
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    looked = "whole" if whole else "too big to be looked over here: `nod db check` does it"
    schema = (
        f"its schema is {len(steps)} steps behind, which the next start mends"
        if steps
        else "its schema is up to date"
    )
    return good(DATABASE, f"{path}: {size}, {looked}, {schema}")


def _is_whole(opened: sqlite3.Connection) -> bool | None:
    """Run SQLite's quick check; None if it takes too long."""
    stop = threading.Timer(QUICK_SECONDS, opened.interrupt)
    stop.start()
    try:
        return bool(opened.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None
        raise
    finally:
        stop.cancel()
