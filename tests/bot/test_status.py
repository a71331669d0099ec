"""What `nod status` finds and says, against the monitor on a real port."""

import asyncio
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.errors import OperatorError
from bot.metrics import Metrics
from bot.monitor import place
from bot.monitor.place import Place
from bot.monitor.server import monitor
from bot.status import Status, ask, duration, table
from storage.records import Counts
from storage.sqlite.alone import alone
from tests.bot.test_monitor import NOW, House

NOBODY = "http://127.0.0.1:9"
"""The discard port, on which nothing listens here."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "nod.db"
    path.touch()
    return path


@contextmanager
def working_on(database: Path) -> Iterator[None]:
    """Hold the database as `nod run` does."""
    with alone(database):
        yield


async def told(database: Path, house: House) -> Status:
    async with monitor("127.0.0.1:0", database, house.sources, Metrics(NOW - timedelta(hours=3, minutes=12))):
        return await asyncio.to_thread(ask, database)


async def test_a_healthy_nod_says_so(database: Path) -> None:
    house = House(now=NOW)
    house.counts = Counts(2, 1, NOW - timedelta(seconds=4), {"pending": 2, "succeeded": 14, "failed": 0})
    house.counts = replace(house.counts, schedules={"active": 3, "paused": 1}, next_due=NOW + timedelta(minutes=4))
    house.turns = {7: NOW - timedelta(seconds=9)}
    status = await told(database, house)
    assert status.healthy
    lines = table(status).splitlines()
    assert lines[0].startswith("✓ Nod is healthy · ")
    assert f"pid {os.getpid()} · up 3 h 12 min · model gpt · 7 functions" in lines[0]
    assert [line.split(maxsplit=1) for line in lines[1:]] == [
        ["sockets", "2 of 2 open, for 1 min 40 s, 1 min 40 s; last pong 2 s, 2 s ago"],
        ["turns", "1 of 2 running, the oldest for 9 s"],
        ["inbox", "2 waiting, 1 taken, the oldest for 4 s"],
        ["actions", "2 pending, 14 succeeded"],
        ["schedules", "3 active, 1 paused; the next is due in 4 min"],
        ["errors", "none in the last hour"],
    ]


async def test_an_unhealthy_nod_says_what_is_wrong(database: Path) -> None:
    status = await told(database, House(counts=None))
    assert status.running
    assert not status.healthy
    lines = table(status).splitlines()
    assert lines[0].startswith("✗ Nod is unhealthy")
    assert lines[1] == "  ✗ the database does not answer: look at the disk of NOD_DATABASE and at the log"
    assert "  inbox     not known: the database did not answer" in lines
    assert "  schedules not known" in lines


def test_none_has_been_started(database: Path) -> None:
    status = ask(database)
    assert (status.running, status.healthy) == (False, False)
    assert "Start one with `nod run`" in table(status)


def test_one_that_was_killed_has_left_its_note(database: Path) -> None:
    place.write(database, Place(4_000_000, NOBODY))
    with closing(sqlite3.connect(f"{database}.lock")) as lock:  # as it stays behind
        lock.execute("BEGIN EXCLUSIVE")
        lock.rollback()
    assert not ask(database).running


async def test_another_process_at_the_old_address_is_not_taken_for_it(database: Path) -> None:
    async with monitor("127.0.0.1:0", database, House().sources, Metrics(NOW)):
        found = place.read(database)
        assert found is not None
        place.write(database, Place(found.pid + 1, found.address))
        assert not (await asyncio.to_thread(ask, database)).running


def test_one_that_gives_no_answer_is_running_and_not_healthy(database: Path) -> None:
    place.write(database, Place(123, NOBODY))
    with working_on(database):
        status = ask(database)
    assert status.running
    assert not status.healthy
    assert "gave no answer" in table(status)
    assert status.json["status"] == "silent"


def test_one_without_a_monitor_is_the_operators_to_mend(database: Path) -> None:
    place.write(database, Place(123, why="NOD_MONITOR is off"))
    with working_on(database), pytest.raises(OperatorError, match=r"pid 123.*NOD_MONITOR is off"):
        ask(database)
    place.remove(database)
    place.note_of(database).unlink()
    with working_on(database), pytest.raises(OperatorError, match="is missing"):
        ask(database)


def test_a_database_that_is_not_there_is_the_operators_to_mend(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="NOD_DATABASE: there is no file"):
        ask(tmp_path / "typo.db")
    assert list(tmp_path.iterdir()) == []


def test_asking_does_not_keep_a_nod_from_starting(database: Path) -> None:
    assert not ask(database).running
    with working_on(database):
        pass


def test_the_exit_status_tells_who_acts_next(
    database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NOD_DATABASE", str(database))
    found = CliRunner().invoke(main, ["status", "--json"])
    assert found.exit_code == 1
    assert json.loads(found.output)["status"] == "not running"
    assert CliRunner().invoke(main, ["status"]).exit_code == 1
    monkeypatch.setenv("NOD_DATABASE", str(tmp_path / "typo.db"))
    found = CliRunner().invoke(main, ["status"])
    assert found.exit_code == 2
    assert "there is no file" in found.output


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.9, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_600, "1 h"),
        (3_605, "1 h"),
        (90_061, "1 d 1 h"),
        (86_400 * 40, "40 d"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words
