import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from storage.ports import StorageError
from storage.sqlite import connection, open_storage
from storage.sqlite.errors import sentence
from tests.storage.sample import NOW, message
from tests.storage.sqlite.process import started_together


async def refusal(path: str | Path) -> str:
    with pytest.raises(StorageError) as caught:
        await open_storage(path)
    return str(caught.value)


def write_diary(path: Path) -> None:
    path.write_text("Dear diary, this is no database at all. " * 100)


def damage(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))


async def test_a_missing_folder(tmp_path: Path) -> None:
    said = await refusal(tmp_path / "missing" / "nod.db")
    assert said.startswith(f"The folder {tmp_path / 'missing'} of the database does not exist")


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    # Permissions do not bind root, but nobody makes a file in /proc.
    folder = tmp_path if os.geteuid() else Path("/proc")
    if folder is tmp_path:
        folder.chmod(0o500)
    said = await refusal(folder / "nod.db")
    assert (
        said == f"The database {folder / 'nod.db'} cannot be opened: let this user write to the folder {folder}."
    )


async def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    assert await refusal(tmp_path) == f"{tmp_path} is a folder: name a file in it for the database."


async def test_a_file_that_is_no_database(path: Path) -> None:
    write_diary(path)
    before = os.stat(path)
    assert "is not a SQLite database" in await refusal(path)
    assert os.stat(path).st_mtime_ns == before.st_mtime_ns


async def test_another_program_s_database(path: Path, stranger: sqlite3.Connection) -> None:
    stranger.execute("CREATE TABLE items (wine TEXT)")
    assert "another program's database" in await refusal(path)
    assert stranger.execute("SELECT name FROM sqlite_master").fetchall() == [("items",)]
    assert stranger.execute("PRAGMA journal_mode").fetchone() == ("delete",)


async def test_a_newer_nod_s_database(path: Path, stranger: sqlite3.Connection) -> None:
    await (await open_storage(path)).close()
    stranger.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('nod', 'm999_later', '2030')"
    )
    said = await refusal(path)
    assert "written by a newer Nod" in said
    assert "m999_later" in said


async def test_other_migration_sets_do_not_matter(path: Path, stranger: sqlite3.Connection) -> None:
    await (await open_storage(path)).close()
    stranger.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('plugin', 'x', '2030')"
    )
    await (await open_storage(path)).close()


@pytest.mark.parametrize("existing", [True, False])
async def test_a_locked_database(
    path: Path, stranger: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, existing: bool
) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT", 0.05)
    if existing:
        await (await open_storage(path)).close()
    stranger.execute("BEGIN EXCLUSIVE")
    assert "is locked by another process" in await refusal(path)
    stranger.execute("ROLLBACK")
    await (await open_storage(path)).close()


async def test_a_database_that_is_locked_later(
    path: Path, stranger: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_TIMEOUT", 0.05)
    storage = await open_storage(path)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="locked by another process"):
        await storage.inbox.add(message(), NOW)
    assert await storage.audit.rows() == []
    stranger.execute("ROLLBACK")
    assert await storage.inbox.add(message(), NOW)
    await storage.close()


async def test_a_damaged_database(path: Path) -> None:
    storage = await open_storage(path)
    await storage.inbox.add(message(), NOW)
    await storage.close()
    damage(path)
    assert "is damaged" in await refusal(path)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_FULL, "full"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "read-only"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "locked"),
        (sqlite3.SQLITE_IOERR_FSYNC, "fails or has a limit"),
        (None, "failed: disk I/O error"),
    ],
)
def test_every_error_is_a_sentence_that_names_the_file(path: Path, code: int | None, words: str) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    if code is not None:
        error.sqlite_errorcode = code
    said = sentence(path, error)
    assert words in said
    assert str(path) in said
    assert said.endswith(".")


async def test_the_file_is_its_owner_s_alone(path: Path) -> None:
    storage = await open_storage(path)
    await storage.inbox.add(message(), NOW)
    files = list(path.parent.iterdir())
    assert {file.name for file in files} == {"nod.db", "nod.db-wal", "nod.db-shm"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    await storage.close()


async def test_the_mode_that_an_operator_chose_stays(path: Path) -> None:
    await (await open_storage(path)).close()
    os.chmod(path, 0o640)
    await (await open_storage(path)).close()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o640


async def test_the_names_of_memory_databases_are_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    storage = await open_storage(":memory:")
    await storage.inbox.add(message(), NOW)
    await storage.close()
    with closing(sqlite3.connect(tmp_path / ":memory:")) as database:
        assert database.execute("SELECT count(*) FROM inbox").fetchone() == (1,)


async def test_processes_that_open_a_new_database_at_once(path: Path) -> None:
    assert await started_together(path, *[["open"]] * 4) == [[]] * 4
