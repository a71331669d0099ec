"""What the operator reads of the audit's chain, and what a note that is kept elsewhere tells beside it."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.audit import read_noted
from bot.cli import OPERATOR, main
from bot.errors import OperatorError
from storage.records import Noted
from storage.sqlite import open_storage
from tests.storage.sample import proposed

HASH = "0a" * 32


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    path = tmp_path / "nod.db"
    storage = await open_storage(path)
    await proposed(storage, *(f"action-{number}" for number in range(1, 6)))
    await storage.close()
    return path


async def nod(path: Path, *arguments: str) -> Result:
    return await asyncio.to_thread(
        CliRunner().invoke, main, ["audit", *arguments], env={"NOD_DATABASE": str(path)}
    )


async def noted(path: Path) -> str:
    said = (await nod(path, "--verify")).stdout.splitlines()
    assert said[0] == "Every row is as it was written."
    return said[1].removeprefix("The last row is ")


def tamper(path: Path, *statements: str) -> None:
    """Do what somebody with a shell does, past the triggers."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)


async def test_what_was_noted_is_still_there_after_more_has_happened(path: Path) -> None:
    first = await noted(path)
    storage = await open_storage(path)
    await storage.actions.withdraw("action-1", "U1KIM", (await storage.audit.rows())[-1].at)
    await storage.close()
    then = await nod(path, "--verify", "--noted", first)
    assert (then.exit_code, then.stdout.splitlines()[1]) == (0, "Row 5 is the one that was noted.")
    assert (await noted(path)).startswith("6:")


async def test_rows_that_were_cut_off_are_told_by_the_note_alone(path: Path) -> None:
    known = await noted(path)
    tamper(
        path,
        "DELETE FROM audit_texts WHERE row > 3",
        "DELETE FROM audit WHERE id > 3",
        "UPDATE sqlite_sequence SET seq = 3 WHERE name = 'audit'",
    )
    assert (await nod(path, "--verify")).exit_code == 0, "the chain still holds"
    found = await nod(path, "--noted", known)
    assert (found.exit_code, found.stdout) == (1, "")
    assert found.stderr.startswith("Row 5 is not the one that was noted: rows were cut off")


async def test_rows_that_were_cut_off_by_hand_are_told_by_their_numbers(path: Path) -> None:
    tamper(path, "DELETE FROM audit_texts WHERE row > 3", "DELETE FROM audit WHERE id > 3")
    found = await nod(path, "--verify")
    assert (found.exit_code, found.stderr[:28]) == (1, "The chain breaks at row 4: i")


async def test_another_hash_of_a_row_is_told(path: Path) -> None:
    assert (await nod(path, "--noted", f"5:{HASH}")).exit_code == 1
    assert (await nod(path, "--noted", f"99:{HASH}")).exit_code == 1


async def test_where_nothing_has_happened_there_is_nothing_to_note(tmp_path: Path) -> None:
    await (await open_storage(tmp_path / "nod.db")).close()
    assert (await nod(tmp_path / "nod.db", "--verify")).stdout == "Every row is as it was written.\n"


def test_a_note_is_read_as_it_was_printed() -> None:
    assert read_noted(f" 5:{HASH}\n") == Noted(5, HASH)
    assert read_noted(str(Noted(5, HASH))) == Noted(5, HASH)


@pytest.mark.parametrize(
    "text", ["", "5", HASH, f"5:{HASH[1:]}", f"-5:{HASH}", f"5:{HASH.upper()}", f"{'9' * 19}:{HASH}"]
)
async def test_what_is_no_note_is_said_to_be_none(path: Path, text: str) -> None:
    with pytest.raises(OperatorError, match="--noted wants the last row"):
        read_noted(text)
    refused = await nod(path, "--noted", text)
    assert (refused.exit_code, refused.stderr.startswith("nod: --noted wants")) == (OPERATOR, True)
