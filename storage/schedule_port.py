"""The contract of schedules, a part of storage.ports: what is said there of all methods holds for these."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from storage.records import Firing, NewSchedule, Notice, Pause, Refused, Run, Schedule


class Schedules(Protocol):
    """What people want done again and again. A run is claimed once, posted, and then a delivery like any other.

    What a run asks for is kept until it is asked or given up; what a schedule asks for until it has ended, and
    nobody has to be told of it any more."""

    async def create(
        self, new: NewSchedule, at: datetime, *, most_of_person: int, most_of_team: int
    ) -> Schedule | Refused:
        """Keep a schedule; the one that `made_by` made before, if it did. Refused where its owner, or the team,
        has so many that have not ended."""
        ...

    async def get(self, schedule: int) -> Schedule | None: ...

    async def made_by(self, action_id: str) -> Schedule | None: ...

    async def listed(self, team: str, owner: str | None = None) -> list[Schedule]:
        """Return the schedules of a person, or of a whole team, that have not ended, oldest first."""
        ...

    async def change(
        self, new: Schedule, event: str, actor: str, at: datetime, *, seen: Schedule | None = None
    ) -> Schedule | None:
        """Give a schedule the fields of `new`, with an audit row of this event; None, and nothing changed, if
        there is none, it has ended, or it is not what was `seen` any more. That it has fired since, or a run has
        failed, is no change. A former owner will be told (`notices`)."""
        ...

    async def next_due(self) -> datetime | None:
        """Return when the first of all active schedules is due."""
        ...

    async def fire(self, at: datetime, plan: Callable[[Schedule], Firing]) -> list[Run]:
        """Move the active schedules that are due on to when they are due again, and claim what they are due for,
        as `plan` says of each: every (schedule, due) once, whoever fires. One that is never due again has ended.
        If very many are due, those that have waited longest. `plan` is pure, and raises nothing."""
        ...

    async def replan(self, at: datetime, plan: Callable[[Schedule], datetime | None]) -> None:
        """Set anew when the active schedules that are due after `at` are due, as `plan` says of each; None leaves
        one as it is. `plan` is pure, and raises nothing."""
        ...

    async def run_now(self, schedule: int, actor: str, at: datetime) -> Run | None:
        """Claim a run out of turn, with an audit row; None if it has ended, or a run of it is under way."""
        ...

    async def claimed(self) -> list[Run]:
        """Return the runs that were claimed and neither asked nor dropped yet, oldest first."""
        ...

    async def ask(self, run: Run, ts: str, at: datetime) -> bool:
        """Put a claimed run into the inbox, in the thread of its root message `ts`, which becomes a conversation
        of Nod's; False if that was done."""
        ...

    async def drop(self, run: Run, at: datetime, pause: Pause | None = None, *, tell: bool = True) -> bool:
        """Give a claimed run up: as missed, or with its whole schedule, which is paused then. Its owner will be
        told, unless a later one is done in its place (`tell`), or the schedule was paused already and nobody has
        asked for just this run. False if it is not claimed (any more)."""
        ...

    async def owner(self, conversation: int) -> str | None:
        """Return whose schedule's run a conversation began as; None for any other conversation."""
        ...

    async def notices(self) -> list[Notice]:
        """Return what owners were not told yet, oldest first, at most 100."""
        ...

    async def told(self, notice: int, at: datetime) -> None: ...
