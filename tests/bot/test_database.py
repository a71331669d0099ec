"""What the operator reads of `nod db`."""

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import OPERATOR, main
from bot.database import back_up, forget, forgettable, problems
from bot.errors import OperatorError
from storage.ports import Storage
from storage.records import Claim, ConversationKey, Delivery, DeliveryKind, NewItem, TurnState, UserItem
from storage.sqlite import open_storage

NOW = datetime(2026, 7, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    path = tmp_path / "nod.db"
    await (await open_storage(path)).close()
    return path


def nod(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["db", *arguments], env={"NOD_DATABASE": str(path)})


async def test_a_sound_database_has_no_problems(path: Path) -> None:
    assert await problems(path) == []


async def test_a_copy_is_as_sound(path: Path, tmp_path: Path) -> None:
    await back_up(path, tmp_path / "copy.db")
    assert await problems(tmp_path / "copy.db") == []


async def test_a_question_makes_no_database(tmp_path: Path) -> None:
    for call in (problems(tmp_path / "nod.db"), back_up(tmp_path / "nod.db", tmp_path / "copy.db")):
        with pytest.raises(
            OperatorError, match=r"NOD_DATABASE: there is no file .*nod\.db\. .*start it with `nod run`"
        ):
            await call
    assert os.listdir(tmp_path) == []


async def test_what_cannot_be_done_is_the_operator_s(path: Path, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    diary.write_text("Dear diary. " * 500)
    with pytest.raises(OperatorError, match=r"cannot be checked: .* is not a SQLite database"):
        await problems(diary)
    with pytest.raises(OperatorError, match=r"No backup was made: There is a file .* already"):
        await back_up(path, diary)


def test_fine(path: Path) -> None:
    checked = nod(path, "check")
    assert (checked.exit_code, checked.stdout, checked.stderr) == (0, "fine\n", "")


def test_problems_are_printed(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as shell:
        shell.execute("DROP TRIGGER audit_chained")
        shell.execute("INSERT INTO audit (action_id, at, event, actor, details) VALUES ('a', '', '', '', '{}')")
    checked = nod(path, "check")
    assert checked.exit_code == 1
    assert "breaks at row 1" in checked.stderr
    assert "fine" not in checked.output


def test_a_backup_can_be_made_and_checked(path: Path, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.db")
    made = nod(path, "backup", copy)
    assert (made.exit_code, made.stderr) == (0, "")
    assert copy in made.stdout
    assert nod(tmp_path / "elsewhere.db", "check", copy).exit_code == 0
    again = nod(path, "backup", copy)
    assert again.exit_code == OPERATOR
    assert again.stderr == f"nod: No backup was made: There is a file {copy} already: name another.\n"


@pytest.mark.parametrize("arguments", [["check"], ["backup", "copy.db"]])
def test_no_database_is_the_operator_s(tmp_path: Path, arguments: list[str]) -> None:
    asked = nod(tmp_path / "nod.db", *arguments)
    assert asked.exit_code == OPERATOR
    assert asked.stderr.startswith("nod: NOD_DATABASE: there is no file")


async def said(storage: Storage) -> Claim:
    """Have U1 say something."""
    key = ConversationKey("T1", "C1", "1.1")
    assert await storage.inbox.add(Delivery(DeliveryKind.MESSAGE, "message:1", key, "U1", "my words"), NOW)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    await storage.turns.record(claim.turn, [NewItem(UserItem("my words", "U1"))], at=NOW)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)
    return claim


async def test_somebody_is_forgotten(path: Path) -> None:
    storage = await open_storage(path)
    claim = await said(storage)
    assert await forgettable(path, "U2") == ""
    assert (await forgettable(path, "U1")).startswith("U1: 1 conversations, 0 of them")
    assert await forget(path, "U1") == "1 conversations are forgotten, 0 were left alone."
    assert await storage.history.items(claim.conversation.id) == []
    [row] = await storage.audit.rows()
    assert (row.event, row.actor, row.details["of"]) == ("forgotten", "operator", "U1")
    await storage.close()
    assert b"my words" not in await asyncio.to_thread(path.read_bytes)


async def test_nobody_is_forgotten_without_a_yes(path: Path) -> None:
    nothing = await asyncio.to_thread(nod, path, "forget", "U1")
    assert (nothing.exit_code, nothing.stdout) == (
        0,
        "Nothing is kept of what U1 said: there is nothing to delete.\n",
    )
    storage = await open_storage(path)
    await said(storage)
    await storage.close()
    asked = await asyncio.to_thread(
        CliRunner().invoke, main, ["db", "forget", "U1"], input="n\n", env={"NOD_DATABASE": str(path)}
    )
    assert asked.exit_code == 1
    assert "Delete it?" in asked.output
    done = await asyncio.to_thread(nod, path, "forget", "U1", "--yes")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (
        0,
        "1 conversations are forgotten, 0 were left alone.",
    )
    missing = await asyncio.to_thread(nod, path.with_name("none.db"), "forget", "U1", "--yes")
    assert (missing.exit_code, missing.stderr.startswith("nod: NOD_DATABASE: there is no file")) == (
        OPERATOR,
        True,
    )
