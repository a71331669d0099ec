"""Schedules on the real database, with a clock that stands where it is put and a board that remembers."""

import shutil
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.rules import Rules
from bot.schedule.alarm import Alarm
from bot.schedule.book import Book, Limits
from bot.schedule.places import Channel
from bot.schedule.posting import Posting
from bot.turns.policy import Policy
from functions.timing import next_run, read
from storage.ports import Storage
from storage.records import NewSchedule, Notice, Run, Schedule
from storage.sqlite import open_storage

START = datetime(2026, 1, 1, tzinfo=UTC)
GRACE = timedelta(hours=1)
KIM, LEE, PARK = "U1KIM", "U2LEE", "U3PARK"


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Workspace:
    """What Slack says of people and channels: Kim and Lee are members, Park is an administrator."""

    fallen: set[str] = field(default_factory=set)
    silent: bool = False
    """Whether Slack does not answer."""
    channels: list[Channel] = field(
        default_factory=lambda: [Channel("C1", "team"), Channel("C2", "bosses", private=True)]
    )
    members: dict[str, set[str]] = field(default_factory=dict)

    async def stands(self, team: str, user: str) -> bool | None:
        return None if self.silent else user not in self.fallen

    async def groups(self, ids: Collection[str]) -> Mapping[str, frozenset[str] | None]:
        return {} if self.silent else {id: frozenset({KIM}) for id in ids}

    async def is_admin(self, team: str, user: str) -> bool | None:
        return None if self.silent else user == PARK

    async def joined(self) -> list[Channel]:
        if self.silent:
            raise LookupError
        return self.channels

    async def direct(self, user: str) -> str | None:
        if self.silent:
            raise LookupError
        return {KIM: "D1", LEE: "D2"}.get(user)

    async def has_member(self, channel: str, user: str) -> bool:
        return user in self.members.get(channel, ())


@dataclass
class Board:
    """Slack as far as runs know it. It outlives every process."""

    roots: list[Run] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)
    away: int = 0
    """How many posts end without anybody knowing, done as they are."""
    unreachable: bool = False
    refuses: bool = False
    shut_out: set[str] = field(default_factory=set)
    """People who may have nothing posted where it should be."""
    silent_to: set[str] = field(default_factory=set)
    looked: int = 0

    async def find(self, run: Run) -> str | None:
        self.looked += 1
        if self.unreachable:
            raise LookupError
        return next((f"{900 + at}.000001" for at, each in enumerate(self.roots) if each.id == run.id), None)

    async def admits(self, run: Run) -> bool:
        if self.unreachable:
            raise LookupError
        return run.owner not in self.shut_out

    async def open(self, run: Run) -> str | None:
        if self.unreachable:
            raise LookupError
        if self.refuses:
            return None
        self.roots.append(run)
        if self.away:
            self.away -= 1
            raise LookupError
        return f"{900 + len(self.roots) - 1}.000001"

    async def tell(self, notice: Notice) -> None:
        if self.unreachable or notice.owner in self.silent_to:
            raise LookupError
        self.told.append(notice)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
async def storage(tmp_path: Path, new_database: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(shutil.copy(new_database, tmp_path / "nod.db"))
    yield opened
    await opened.close()


@dataclass
class Works:
    """One process's clockwork."""

    storage: Storage
    posting: Posting
    alarm: Alarm
    counted: list[str]

    async def post(self) -> None:
        """Post what is claimed, as a process does that has just begun or is at work."""
        await self.alarm.begin()
        self.posting.take_up(await self.storage.schedules.claimed())
        await self.posting.settle()


def works(storage: Storage, clock: Clock, workspace: Workspace, board: Board, rules: Rules | None = None) -> Works:
    policy = Policy(rules or Rules(), workspace, storage.schedules)
    counted: list[str] = []
    posting = Posting(storage.schedules, board, policy, clock, GRACE, lambda: None, counted.append)
    return Works(storage, posting, Alarm(storage.schedules, posting, clock, GRACE), counted)


@pytest.fixture
def clockwork(storage: Storage, clock: Clock, workspace: Workspace, board: Board) -> Works:
    return works(storage, clock, workspace, board)


@pytest.fixture
def book(storage: Storage, clock: Clock, workspace: Workspace) -> Book:
    limits = Limits(of_person=3, of_team=4)
    return Book(storage.schedules, workspace, workspace, clock, limits, lambda: None)


async def planned(storage: Storage, when: str, zone: str = "UTC", **changes: Any) -> Schedule:
    """Make a schedule, as of START."""
    timing = read(when, zone)
    next_at = next_run(timing, START)
    assert next_at is not None
    fields: dict[str, Any] = {
        "made_by": f"{when} {zone}",
        "team": "T1",
        "owner": KIM,
        "channel": "C1",
        "prompt": "Tell us the weather.",
        "rule": timing.rule,
        "zone": timing.zone,
        "next_at": next_at,
    }
    made = await storage.schedules.create(
        NewSchedule(**(fields | changes)), START, most_of_person=99, most_of_team=99
    )
    assert isinstance(made, Schedule)
    return made
