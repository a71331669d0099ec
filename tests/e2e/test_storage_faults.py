"""A database that fails: no ack, no effect, the operator is told; and once it works again, one answer."""

import asyncio
import os
import resource
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from bot.demo.world import World, start_world
from tests.e2e.office import Office, Thread, buttons
from tests.e2e.test_dialogs import changes

pytestmark = pytest.mark.slow

QUESTION = "@Nod what is the average age?"
ANSWER = "42.13"
SENDINGS = 6
"""Of the two events of one mention: what is sent for the third time was not acked twice."""


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Slack delivers again at once, after 1.2 s and after 6 s: longer than Nod waits for another's lock."""
    async with start_world(delta_seconds=0, ack_seconds=1.0, time_scale=0.02) as running:
        yield running


def database(office: Office) -> Path:
    return office.folder / "nod.db"


@contextmanager
def locked(office: Office) -> Iterator[None]:
    with closing(sqlite3.connect(database(office), isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        yield
        stranger.execute("ROLLBACK")


@contextmanager
def no_room(office: Office) -> Iterator[None]:
    """A quota: a commit writes more than these 24 KiB, a line of the log less."""
    assert office.process is not None
    limits = resource.prlimit(office.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(office.process.pid, resource.RLIMIT_FSIZE, (24 * 1024, limits[1]))
    yield
    resource.prlimit(office.process.pid, resource.RLIMIT_FSIZE, limits)


@contextmanager
def removed(office: Office) -> Iterator[None]:
    away = database(office).with_name("away")
    database(office).rename(away)
    yield
    away.rename(database(office))


Fault = Callable[[Office], AbstractContextManager[None]]

FAULTS = pytest.mark.parametrize(
    ("fault", "words"),
    [
        (locked, "is locked by another process: end that one"),
        (no_room, "fails or has a limit: look at it"),
        (removed, "was removed or replaced while Nod works on it"),
    ],
)


async def refused(office: Office) -> Thread:
    """Ask while the database fails, until Slack has delivered it again and again."""
    before = len(office.world.sockets.delivered)
    thread = await office.ask("lee", "general", QUESTION)
    await office.world.sockets.wait_delivered(before + SENDINGS)
    assert office.world.sockets.unacked
    assert thread.replies == []
    return thread


async def answered_once(office: Office, thread: Thread) -> None:
    """Wait until a question is answered, and until what was asked later is."""
    assert ANSWER in await thread.answer()
    await office.world.sockets.wait_acked()
    later = await office.ask("kim", "general", QUESTION)
    await later.answer()
    assert len(thread.replies) == 1


@FAULTS
async def test_what_could_not_be_kept_is_not_acked_and_is_answered_once_afterwards(
    office: Office, fault: Fault, words: str
) -> None:
    with fault(office):
        thread = await refused(office)
        assert words in office.log
        assert office.world.script.requests == []
    await answered_once(office, thread)


@FAULTS
async def test_a_click_that_could_not_be_kept_changes_nothing(office: Office, fault: Fault, words: str) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    await thread.answer()
    # What is asked next is answered when the card's turn has ended: the fault is the click's alone.
    assert ANSWER in await (await thread.then("lee", QUESTION)).answer()
    with fault(office):
        await thread.click("lee", card, "action_confirm")
        told = await office.whisper("lee", "click again")
        assert "disk" not in told.text
        assert buttons(await thread.card())
        assert changes(office) == []
    assert await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "Done.")
    await thread.answer()
    assert len(changes(office)) == 1


def damage(office: Office) -> None:
    """Overwrite all pages but the first, and let everybody forget what they know of them."""
    with closing(sqlite3.connect(database(office), isolation_level=None)) as stranger:
        stranger.execute("PRAGMA user_version=7")
        stranger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with database(office).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (database(office).stat().st_size - 4096))


def put_back(office: Office, backup: Path) -> None:
    """Put a backup in the place of what is there."""
    for name in ("nod.db", "nod.db-wal", "nod.db-shm"):
        (office.folder / name).unlink(missing_ok=True)
    database(office).write_bytes(backup.read_bytes())


async def backed_up(office: Office) -> Path:
    backup = office.folder / "backup.db"
    status, said = await office.nod("db", "backup", str(backup))
    assert status == 0, said
    return backup


async def test_a_file_that_is_damaged_while_it_is_worked_on(office: Office) -> None:
    first = await office.ask("kim", "general", QUESTION)
    await first.answer()
    await office.world.sockets.wait_acked()
    backup = await backed_up(office)
    damage(office)
    thread = await refused(office)
    assert "is damaged: restore a backup" in office.log
    await office.kill()
    put_back(office, backup)
    await office.start()
    await answered_once(office, thread)
    assert len(first.replies) == 1, "what the backup holds as answered is not answered again"


async def refuses(office: Office, words: str) -> None:
    status, said = await office.nod("run")
    assert status == 2, said
    assert "nod: NOD_DATABASE cannot be used" in said
    assert words in said
    assert "Traceback" not in said


async def test_a_file_that_is_damaged_at_a_start(office: Office) -> None:
    await office.world.sockets.wait_acked()
    backup = await backed_up(office)
    await office.stop()
    database(office).write_bytes(b"SQLite format 3\x00" + b"\xff" * 8000)
    thread = await office.ask("lee", "general", QUESTION)
    await refuses(office, "nod.db")
    put_back(office, backup)
    await office.start()
    await answered_once(office, thread)


async def test_a_file_that_is_locked_at_a_start(office: Office) -> None:
    await office.stop()
    thread = await office.ask("lee", "general", QUESTION)
    with locked(office):
        await refuses(office, "is locked by another process")
    await office.start()
    await answered_once(office, thread)


@pytest.mark.parametrize("what", ["file", "folder"])
async def test_what_may_not_be_written_at_a_start(
    office: Office, what: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Not the office's folder, which has the log."""
    await office.stop()
    folder = tmp_path_factory.mktemp("database")
    database(office).rename(folder / "nod.db")
    office.settings["NOD_DATABASE"] = str(folder / "nod.db")
    thread = await office.ask("lee", "general", QUESTION)
    place, mode = (folder / "nod.db", 0o400) if what == "file" else (folder, 0o500)
    place.chmod(mode)
    status, said = await powerless(office, "run")
    assert status == 2, said
    assert "nod: NOD_DATABASE cannot be used" in said
    assert "let this user write" in said or "cannot be written" in said
    assert "Traceback" not in said
    place.chmod(0o700)
    await office.start()
    await answered_once(office, thread)


async def powerless(office: Office, *arguments: str) -> tuple[int, str]:
    """Run `nod` as somebody whom permissions bind: they do not bind root."""
    binding: list[str] = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("permissions do not bind root, and there is no setpriv")
        binding = ["setpriv", "--bounding-set=-dac_override", "--"]
    process = await asyncio.create_subprocess_exec(
        *binding,
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env=office.environment,
        cwd=office.folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(30):
        said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()
