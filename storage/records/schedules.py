"""Schedules: what somebody wants done again and again, its runs, and what its owner has to be told of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records.conversations import ConversationKey


class ScheduleState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    """Its one time has come, or somebody deleted it."""


class Pause(StrEnum):
    """Why a schedule is paused."""

    BY_HAND = "by_hand"
    OWNER = "owner"
    """Its owner is no member any more, or the rules do not let them have schedules."""
    CHANNEL = "channel"
    """Nod cannot write into its channel."""
    FAILURES = "failures"


@dataclass(frozen=True)
class NewSchedule:
    """`made_by` is the action that makes it, and names it for ever: one action makes one schedule. `rule` and
    `zone` are a `functions.timing.Timing`; `next_at` is when it is due first."""

    made_by: str
    team: str
    owner: str
    channel: str
    prompt: str
    rule: str
    zone: str
    next_at: datetime


@dataclass(frozen=True)
class Schedule:
    """`next_at` is when it is due next, None unless it is active. `failures` counts the runs that failed in a row;
    `changed_by` is the last action that changed it, empty for none."""

    id: int
    made_by: str
    team: str
    owner: str
    channel: str
    prompt: str
    rule: str
    zone: str
    state: ScheduleState
    next_at: datetime | None
    pause: Pause | None = None
    failures: int = 0
    changed_by: str = ""


class Refused(StrEnum):
    """Why no schedule was made."""

    PERSON_HAS_TOO_MANY = "person_has_too_many"
    TEAM_HAS_TOO_MANY = "team_has_too_many"


@dataclass(frozen=True)
class Firing:
    """What a schedule that is due comes to: the time it runs for (None if all of them are missed), the time that
    is told as missed (None for none), and when it is due again (None for never)."""

    due: datetime | None
    missed: datetime | None
    next_at: datetime | None


@dataclass(frozen=True)
class Run:
    """One due time of one schedule, claimed once: what is asked, in whose name, and where. `began` is when it was
    claimed; `by_hand` tells that somebody pressed *Run now*."""

    id: int
    schedule: int
    due: datetime
    began: datetime
    team: str
    owner: str
    channel: str
    prompt: str
    rule: str
    zone: str
    by_hand: bool = False

    @property
    def key(self) -> str:
        """The key of its delivery."""
        return f"{RUN_KEY}{self.schedule}:{self.due.isoformat()}"

    @property
    def place(self) -> ConversationKey:
        """Its channel, as a place that has no thread yet."""
        return ConversationKey(self.team, self.channel, "")


RUN_KEY = "schedule:"


class NoticeKind(StrEnum):
    """What a schedule's owner is told: why it was paused (as Pause), that a run was missed, or whose it is now."""

    CHANNEL = "channel"
    FAILURES = "failures"
    OWNER = "owner"
    MISSED = "missed"
    TAKEN_OVER = "taken_over"


@dataclass(frozen=True)
class Notice:
    """Something that `owner` has to be told of a schedule, once; `at` is when it happened, `due` the missed
    run."""

    id: int
    kind: NoticeKind
    schedule: Schedule
    owner: str
    at: datetime
    due: datetime | None = None
