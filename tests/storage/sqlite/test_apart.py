"""A database looked over and copied while others work on it."""

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.ports import Storage, StorageError
from storage.records import TurnState
from storage.sqlite import apart, back_up_storage, check_storage, open_storage
from storage.sqlite.migrations import MIGRATIONS
from tests.storage.sample import LATER, NOW, message, proposed, started, thread

PAGE = 4096


async def filled(path: Path, number: int = 400) -> None:
    storage = await open_storage(path)
    await proposed(storage, "a", "b")
    for each in range(number):
        await storage.inbox.add(message(thread(each), text="words " * 50), NOW)
    await storage.close()


def damage(path: Path) -> None:
    """Overwrite what stands behind the schema's pages."""
    with path.open("r+b") as file:
        size = path.stat().st_size
        file.seek(size // 2 // PAGE * PAGE)
        file.write(b"\xff" * (size // 2 // PAGE * PAGE))


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, content: str) -> None:
    """Put something else in the database's place."""
    if content == "diary":
        path.write_text("Dear diary, this is no database at all. " * 100)
    elif content == "other":
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE wine (name TEXT)")


async def test_a_sound_database_is_fine_while_it_is_worked_on(storage: Storage, path: Path) -> None:
    await proposed(storage)
    assert await storage.check() == []
    assert await check_storage(path) == []
    await storage.inbox.add(message(), NOW)


async def test_a_check_waits_for_nobody_and_nobody_for_it(
    storage: Storage, path: Path, stranger: sqlite3.Connection
) -> None:
    stranger.execute("BEGIN IMMEDIATE")
    assert await check_storage(path) == []
    stranger.execute("ROLLBACK")


async def test_a_check_changes_nothing(path: Path) -> None:
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m011_inbox_tries_done")
    before = content_of(path)
    [problem] = await check_storage(path)
    assert "lacks m011" in problem
    assert "nod run" in problem
    assert content_of(path) == before


async def test_a_newer_schema_is_told(path: Path, stranger: sqlite3.Connection) -> None:
    await filled(path, 1)
    stranger.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('nod', 'm999_later', '2030')"
    )
    [problem] = await check_storage(path)
    assert "newer Nod" in problem
    assert "m999_later" in problem


async def test_damaged_pages_are_told(path: Path) -> None:
    await filled(path)
    damage(path)
    problems = await check_storage(path)
    assert problems
    assert all("is damaged: restore a backup" in problem for problem in problems)


async def test_a_missing_reference_is_told(path: Path, stranger: sqlite3.Connection) -> None:
    await filled(path, 1)
    stranger.execute("DELETE FROM conversations WHERE thread = '100.000000'")
    [problem] = await check_storage(path)
    assert "names a row of conversations" in problem


async def test_a_broken_chain_is_told(path: Path, stranger: sqlite3.Connection) -> None:
    await filled(path, 1)
    stranger.execute("DROP TRIGGER audit_kept_as_written")
    stranger.execute("UPDATE audit SET actor = 'U0' WHERE id = 2")
    [problem] = await check_storage(path)
    assert "breaks at row 2" in problem


@pytest.mark.parametrize("content", ["missing", "diary", "other"])
async def test_what_is_no_database_of_ours_cannot_be_checked_or_copied(path: Path, content: str) -> None:
    write(path, content)
    for call in (check_storage(path), back_up_storage(path, path.with_name("copy.db"))):
        with pytest.raises(StorageError):
            await call
    assert os.listdir(path.parent) == ([] if content == "missing" else [path.name])


async def test_a_backup_holds_everything_that_was_committed(storage: Storage, path: Path, tmp_path: Path) -> None:
    claim = await started(storage)
    copy = tmp_path / "copy.db"
    await storage.backup(copy)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert await check_storage(copy) == []
    restored = await open_storage(copy)
    assert (await restored.counts()).taken == 1, "what came later is not in it"
    assert await restored.inbox.release() == 1
    assert not await restored.inbox.add(claim.entries[0].delivery, LATER)
    await restored.close()


async def test_a_backup_is_one_file(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    await storage.backup(tmp_path / "backups" / "copy.db")
    await check_storage(tmp_path / "backups" / "copy.db")
    assert os.listdir(tmp_path / "backups") == ["copy.db"]


async def test_a_backup_is_one_state_while_others_write(storage: Storage, path: Path, tmp_path: Path) -> None:
    await filled(tmp_path / "unrelated.db", 1)

    async def write() -> None:
        for number in range(60):
            await storage.inbox.add(message(thread(number)), NOW)

    writing = asyncio.create_task(write())
    copies = [tmp_path / f"copy-{number}.db" for number in range(3)]
    for copy in copies:
        await back_up_storage(path, copy)
    await writing
    for copy in copies:
        assert await check_storage(copy) == []


@pytest.mark.parametrize("kind", ["file", "link", "itself"])
async def test_nothing_is_overwritten(storage: Storage, path: Path, tmp_path: Path, kind: str) -> None:
    to = path if kind == "itself" else tmp_path / "copy.db"
    if kind == "file":
        to.write_text("mine")
    elif kind == "link":
        to.symlink_to(tmp_path / "nowhere")
    with pytest.raises(StorageError, match="already"):
        await storage.backup(to)
    assert kind != "file" or to.read_text() == "mine"
    assert await storage.check() == []


async def test_a_damaged_database_is_not_backed_up(path: Path, tmp_path: Path) -> None:
    await filled(path)
    damage(path)
    with pytest.raises(StorageError, match="is damaged: restore a backup"):
        await back_up_storage(path, tmp_path / "copy.db")
    assert set(os.listdir(tmp_path)) <= {"nod.db", "nod.db-wal", "nod.db-shm"}


async def test_a_folder_that_is_not_there(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        await storage.backup(tmp_path / "missing" / "copy.db")


async def test_a_copy_that_fails_leaves_nothing(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(apart, "_sync", fail)
    (tmp_path / "backups").mkdir()
    with pytest.raises(StorageError, match="No space left"):
        await storage.backup(tmp_path / "backups" / "copy.db")
    assert os.listdir(tmp_path / "backups") == []
