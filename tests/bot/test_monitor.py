"""The monitor on a real port of this machine, over sources that a test decides."""

import asyncio
import errno
import json
import logging
import os
import socket
import stat
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.metrics import Metrics, Queue
from bot.monitor import place
from bot.monitor.health import DEAF_SECONDS, PONG_SECONDS, STUCK_SECONDS, Health, Problem, Sight
from bot.monitor.server import is_loopback, monitor, origin
from bot.monitor.sources import Sources
from bot.monitor.watch import Watch
from storage.ports import StorageError
from storage.records import Counts
from tests.bot.test_metrics import State

NOW = datetime(2026, 7, 4, 12, tzinfo=UTC)
TURN_SECONDS = 600
ALL = "0.0.0.0"  # noqa: S104
IDLE = Queue(0, 0, None, {})


@dataclass
class House:
    """What the sources show, as a test wants it."""

    sockets: list[State] = field(default_factory=lambda: [State(), State()])
    counts: Counts | None = field(
        default_factory=lambda: Counts(1, 2, NOW - timedelta(seconds=30), {"pending": 1})
    )
    turns: dict[int, datetime] = field(default_factory=dict)
    working: bool = True
    now: datetime = NOW
    seconds: float = 1_000.0

    async def count(self) -> Counts:
        if self.counts is None:
            raise StorageError("the disk is gone")
        return self.counts

    @property
    def sources(self) -> Sources:
        return Sources(
            counts=self.count,
            sockets=lambda: self.sockets,
            turns=lambda: self.turns,
            working=lambda: self.working,
            clock=lambda: self.now,
            concurrency=2,
            turn_seconds=TURN_SECONDS,
            model="gpt",
            functions=7,
        )


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(NOW - timedelta(hours=3))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "nod.db"


@pytest.fixture
async def running(house: House, metrics: Metrics, database: Path) -> AsyncIterator[str]:
    async with monitor("127.0.0.1:0", database, house.sources, metrics):
        found = place.read(database)
        assert found is not None
        yield found.address


async def get(url: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, await response.text()


# health: pure rules


def sight(
    at: float = 0.0,
    *,
    sockets: list[State] | None = None,
    queue: Queue | None = IDLE,
    running: int = 0,
    working: bool = True,
) -> Sight:
    return Sight(at, [State()] if sockets is None else sockets, queue, running, working)


def codes(problems: tuple[Problem, ...]) -> list[str]:
    return [problem.code for problem in problems]


@pytest.fixture
def health() -> Health:
    return Health(0.0, concurrency=2, turn_seconds=TURN_SECONDS)


DEAF = [State(hears=False, age=None, silence=None)]


def test_a_short_deafness_is_no_problem_and_a_long_one_is(health: Health) -> None:
    assert codes(health.problems(sight(DEAF_SECONDS, sockets=DEAF))) == []
    assert codes(health.problems(sight(DEAF_SECONDS + 1, sockets=DEAF))) == ["no_socket"]
    assert codes(health.problems(sight(100, sockets=[*DEAF, State()]))) == []
    assert codes(health.problems(sight(100 + DEAF_SECONDS, sockets=DEAF))) == []
    assert codes(health.problems(sight(101 + DEAF_SECONDS, sockets=DEAF))) == ["no_socket"]
    assert codes(health.problems(sight(300, sockets=[]))) == ["no_socket"]


def test_sockets_without_pongs_are_a_problem_when_none_has_any(health: Health) -> None:
    silent, lively = State(silence=PONG_SECONDS + 1), State(silence=1.0)
    assert codes(health.problems(sight(sockets=[silent, lively]))) == []
    assert codes(health.problems(sight(sockets=[silent, silent, *DEAF]))) == ["no_pong"]


def test_an_inbox_that_waits_while_turns_are_free_is_stuck(health: Health) -> None:
    def stuck(oldest: float, running: int) -> list[str]:
        return codes(health.problems(sight(queue=Queue(1, running, oldest, {}), running=running)))

    assert stuck(STUCK_SECONDS, 0) == []
    assert stuck(STUCK_SECONDS + 1, 0) == ["inbox_stuck"]
    assert stuck(STUCK_SECONDS + 1, 1) == []  # it may wait behind that turn
    assert stuck(STUCK_SECONDS + TURN_SECONDS + 1, 1) == ["inbox_stuck"]
    assert stuck(STUCK_SECONDS + TURN_SECONDS + 1, 2) == []  # no turn is free: that is a crowd


def test_a_dead_worker_and_a_dead_database_are_problems(health: Health) -> None:
    assert codes(health.problems(sight(working=False, queue=None))) == ["no_worker", "no_database"]


async def test_the_log_hears_of_a_change_once(
    house: House, metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "nod.monitor")
    watch = Watch(house.sources, metrics, lambda: house.seconds)
    house.counts = None
    for _ in range(3):
        watch.tell((await watch.look()).problems)
    house.counts = Counts(0, 0, None, {})
    for _ in range(3):
        watch.tell((await watch.look()).problems)
    assert [entry.message.partition(":")[0] for entry in caplog.records] == [
        "unhealthy (no_database)",
        "healthy again",
    ]


async def test_a_defect_in_looking_is_told_and_stops_nothing_else(
    house: House, metrics: Metrics, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inside = asyncio.Event()

    async def broken() -> Counts:
        await inside.wait()
        raise ZeroDivisionError

    async with monitor("127.0.0.1:0", database, replace(house.sources, counts=broken), metrics):
        (watching,) = (task for task in asyncio.all_tasks() if task.get_name() == "monitor")
        inside.set()
        await asyncio.wait({watching})
    assert "no longer looked at" in caplog.text
    assert "ZeroDivisionError" in caplog.text


# the server


async def test_healthz_says_ok(running: str) -> None:
    status, text = await get(f"{running}/healthz")
    assert (status, json.loads(text)) == (200, {"status": "ok"})


async def test_healthz_says_what_is_wrong(running: str, house: House) -> None:
    house.counts, house.working = None, False
    status, text = await get(f"{running}/healthz")
    told = json.loads(text)
    assert status == 503
    assert told["status"] == "unhealthy"
    assert [problem["code"] for problem in told["problems"]] == ["no_worker", "no_database"]
    assert "the disk is gone" not in text


async def test_metrics_are_those_of_now(running: str, house: House, metrics: Metrics) -> None:
    metrics.redelivery()
    status, text = await get(f"{running}/metrics")
    assert status == 200
    assert "nod_redeliveries_total 1.0" in text
    assert 'nod_inbox_entries{state="waiting"} 1.0' in text
    house.counts = Counts(9, 0, NOW, {})
    assert 'nod_inbox_entries{state="waiting"} 9.0' in (await get(f"{running}/metrics"))[1]


async def test_status_tells_all_there_is_in_numbers(running: str, house: House) -> None:
    house.turns = {4: NOW - timedelta(seconds=5), 9: NOW - timedelta(seconds=8.04)}
    house.sockets = [State(age=61.26, silence=0.4, reconnects=2), *DEAF]
    logging.getLogger("nod.x").error("somebody's words")
    status, text = await get(f"{running}/status")
    told: dict[str, Any] = json.loads(text)
    assert status == 200
    assert told["status"] == "ok"
    assert told["pid"] == os.getpid()
    assert (told["model"], told["functions"]) == ("gpt", 7)
    assert told["started"] == "2026-07-04T09:00:00+00:00"
    assert told["sockets"] == [
        {"hears": True, "age": 61.3, "silence": 0.4, "reconnects": 2},
        {"hears": False, "age": None, "silence": None, "reconnects": 0},
    ]
    assert told["turns"] == {"at_most": 2, "ages": [8.0, 5.0]}
    assert told["inbox"] == {"waiting": 1, "taken": 2, "oldest": 30.0}
    assert told["actions"] == {"pending": 1}
    assert told["errors"] == {"last_hour": 1, "last": "2026-07-04T12:00:00+00:00"}
    assert "somebody" not in text
    house.now = NOW + timedelta(hours=2)
    assert json.loads((await get(f"{running}/status"))[1])["errors"] == {"last_hour": 0, "last": None}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:9464", 200),
        ("localhost", 200),
        ("[::1]:80", 200),
        ("nod.example:9464", 421),
        ("127.0.0.1.nod.example", 421),
        ("[::1", 421),
        ("", 421),
    ],
)
@pytest.mark.parametrize("path", ["healthz", "metrics", "status"])
async def test_a_name_from_elsewhere_is_refused(running: str, host: str, status: int, path: str) -> None:
    assert (await get(f"{running}/{path}", {"Host": host}))[0] == status


async def test_nothing_can_be_changed_through_it(running: str) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("healthz", "metrics", "status"):
            async with session.post(f"{running}/{path}") as response:
                assert response.status == 405


async def test_the_note_is_private_and_gone_at_the_end(house: House, metrics: Metrics, database: Path) -> None:
    async with monitor("127.0.0.1:0", database, house.sources, metrics):
        note = place.note_of(database)
        assert stat.S_IMODE(note.stat().st_mode) == 0o600
        assert json.loads(note.read_text())["pid"] == os.getpid()
    assert list(database.parent.iterdir()) == []


async def test_another_processs_note_is_left_alone(house: House, metrics: Metrics, database: Path) -> None:
    async with monitor("127.0.0.1:0", database, house.sources, metrics):
        place.write(database, place.Place(os.getpid() + 1, "http://127.0.0.1:1"))
    assert place.read(database) == place.Place(os.getpid() + 1, "http://127.0.0.1:1")


async def test_a_taken_port_is_a_warning_and_nod_runs_on(
    house: House, metrics: Metrics, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(monitor("127.0.0.1:0", database, house.sources, metrics))
        first = place.read(database)
        assert first is not None
        port = first.address.rpartition(":")[2]
        other = database.with_name("other.db")
        async with monitor(f"127.0.0.1:{port}", other, house.sources, metrics):
            second = place.read(other)
            assert second is not None
            assert second.address == ""
            assert "is taken" in second.why
        assert (await get(f"{first.address}/healthz"))[0] == 200
    warnings = [entry.message for entry in caplog.records if entry.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert "write another port, 0 for a free one, or off" in warnings[0]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"), "is no address of this machine"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "is no address of this machine"),
        (PermissionError(errno.EACCES, "Permission denied"), "may not be used by this user"),
    ],
)
async def test_an_address_that_cannot_be_had_is_a_warning(
    house: House,
    metrics: Metrics,
    database: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    error: OSError,
    words: str,
) -> None:
    async def refuse(_: web.TCPSite) -> None:
        raise error

    monkeypatch.setattr(web.TCPSite, "start", refuse)
    async with monitor("203.0.113.7:80", database, house.sources, metrics):
        found = place.read(database)
        assert found is not None
        assert found.address == ""
        assert words in found.why
    assert "Nod runs on without" in caplog.text


async def test_off_serves_nothing_and_still_watches(
    house: House, metrics: Metrics, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with monitor("off", database, house.sources, metrics):
        assert place.read(database) == place.Place(os.getpid(), why="NOD_MONITOR is off")
    assert caplog.text == ""


async def test_an_address_for_all_takes_any_name_and_the_log_says_so(
    house: House,
    metrics: Metrics,
    database: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class HereOnly(web.TCPSite):
        def __init__(self, runner: web.AppRunner, host: str, port: int) -> None:
            assert host == ALL
            super().__init__(runner, "127.0.0.1", port)

    monkeypatch.setattr(web, "TCPSite", HereOnly)
    async with monitor(f"{ALL}:0", database, house.sources, metrics):
        found = place.read(database)
        assert found is not None
        assert (await get(f"{found.address}/healthz", {"Host": "nod.example"}))[0] == 200
    assert "nobody is asked who they are" in caplog.text


async def test_a_folder_that_cannot_be_written_is_a_warning(
    house: House, metrics: Metrics, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with monitor("127.0.0.1:0", tmp_path / "missing" / "nod.db", house.sources, metrics):
        pass
    assert "`nod status` will not find this process" in caplog.text


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.2", True),
        ("::1", True),
        (ALL, False),
        ("localhost.evil", False),
        ("", False),
    ],
)
def test_what_is_this_machine(host: str, local: bool) -> None:
    assert is_loopback(host) is local


@pytest.mark.parametrize(
    ("bound", "asked"),
    [
        (ALL, "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("10.0.0.7", "http://10.0.0.7:80"),
    ],
)
def test_what_is_bound_everywhere_is_asked_here(bound: str, asked: str) -> None:
    assert origin(bound, 80) == asked


def test_a_note_that_is_none_is_passed_over(database: Path) -> None:
    for text in ("", "[]", "{}", '{"pid": "x", "address": "", "why": ""}'):
        place.note_of(database).write_text(text)
        assert place.read(database) is None
