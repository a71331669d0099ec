"""What the schedule functions work with. They see neither storage nor Slack: `bot/schedule/book.py` is
behind it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

DIRECT, PRIVATE = "direct message", "private"
"""`Planned.channel` where there is no name: Nod's direct message with a person, and what is not told here."""


@dataclass(frozen=True)
class Asker:
    """In whose name something is asked: rules go by the two ids; `timezone` as Slack knows it. `place` is the
    channel in which it is asked."""

    team: str
    id: str
    timezone: str
    place: str


@dataclass(frozen=True)
class Wish:
    """What a schedule should be; None is what is not said. `channel` is an id or a name; None is where it is
    asked, and for a change where it was."""

    prompt: str | None = None
    when: str | None = None
    channel: str | None = None
    paused: bool | None = None


@dataclass(frozen=True)
class Planned:
    """A schedule as it is, or would be. `channel` is its name where it has one, `runs` the next three times; both
    the owner's id and whether that is who asks are told. `prompt` is empty where others would read what is asked
    for in private, and `channel` says so."""

    schedule_id: int
    prompt: str
    when: str
    timezone: str
    channel: str
    owner: str
    yours: bool
    state: str
    runs: tuple[datetime, ...]


class ScheduleBook(Protocol):
    """Keeps schedules. Every method raises FunctionProblem for what cannot be, with what would work; what asks for
    a change needs the schedule's owner or an administrator of the workspace."""

    async def check_new(self, asker: Asker, wish: Wish) -> None:
        """Raise what `create` would."""
        ...

    async def plan(self, asker: Asker, wish: Wish) -> Planned:
        """Say what a new schedule would be, also where its time has passed by now, and keep nothing."""
        ...

    async def create(self, asker: Asker, wish: Wish, action_id: str) -> Planned:
        """Keep a new schedule; the one that this action made before, if it did."""
        ...

    async def listed(self, asker: Asker) -> list[Planned]:
        """Return the asker's schedules; all of the workspace's for an administrator."""
        ...

    async def known(self, asker: Asker, schedule_id: int) -> Planned:
        """Return one that the asker may change, as it is."""
        ...

    async def check_change(self, asker: Asker, schedule_id: int, wish: Wish) -> None:
        """Raise what `update` would."""
        ...

    async def replan(self, asker: Asker, schedule_id: int, wish: Wish) -> Planned:
        """Say what a change would make of a schedule, and keep nothing."""
        ...

    async def update(self, asker: Asker, schedule_id: int, wish: Wish, action_id: str) -> Planned:
        """Change a schedule. Who changes what is asked, when or where owns it from then on."""
        ...

    async def cancel(self, asker: Asker, schedule_id: int, action_id: str) -> Planned:
        """End a schedule for good."""
        ...
