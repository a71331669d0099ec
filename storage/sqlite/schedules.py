"""Schedules, the claims of their runs, and what their owners have to be told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from storage.records import (
    Firing,
    NewSchedule,
    Notice,
    NoticeKind,
    Pause,
    Refused,
    Run,
    Schedule,
    ScheduleState,
)
from storage.sqlite import audit, runs
from storage.sqlite.codec import optional_time_text, time_from, time_text
from storage.sqlite.connection import Connection
from storage.sqlite.runs import notify, schedule_from

FIRED_AT_ONCE = 500
"""Schedules of one transaction, which others wait for."""


class SqliteSchedules:
    """See storage.ports.Schedules."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def create(
        self, new: NewSchedule, at: datetime, *, most_of_person: int, most_of_team: int
    ) -> Schedule | Refused:
        return await self._connection.write(create, new, at, most_of_person, most_of_team)

    async def get(self, schedule: int) -> Schedule | None:
        return await self._connection.read(get, schedule)

    async def made_by(self, action_id: str) -> Schedule | None:
        return await self._connection.read(made_by, action_id)

    async def listed(self, team: str, owner: str | None = None) -> list[Schedule]:
        return await self._connection.read(listed, team, owner)

    async def change(
        self, new: Schedule, event: str, actor: str, at: datetime, *, seen: Schedule | None = None
    ) -> Schedule | None:
        return await self._connection.write(change, new, event, actor, at, seen)

    async def next_due(self) -> datetime | None:
        return await self._connection.read(next_due)

    async def fire(self, at: datetime, plan: Callable[[Schedule], Firing]) -> list[Run]:
        return await self._connection.write(fire, at, plan)

    async def replan(self, at: datetime, plan: Callable[[Schedule], datetime | None]) -> None:
        await self._connection.write(replan, at, plan)

    async def run_now(self, schedule: int, actor: str, at: datetime) -> Run | None:
        return await self._connection.write(run_now, schedule, actor, at)

    async def claimed(self) -> list[Run]:
        return await self._connection.read(runs.claimed)

    async def ask(self, run: Run, ts: str, at: datetime) -> bool:
        return await self._connection.write(runs.ask, run, ts, at)

    async def drop(self, run: Run, at: datetime, pause: Pause | None = None, *, tell: bool = True) -> bool:
        return await self._connection.write(runs.drop, run, at, pause, tell)

    async def owner(self, conversation: int) -> str | None:
        return await self._connection.read(runs.owner, conversation)

    async def notices(self) -> list[Notice]:
        return await self._connection.read(runs.notices)

    async def told(self, notice: int, at: datetime) -> None:
        await self._connection.write(runs.told, notice, at)


def create(
    db: Database, new: NewSchedule, at: datetime, most_of_person: int, most_of_team: int
) -> Schedule | Refused:
    if (made := made_by(db, new.made_by)) is not None:
        return made
    counted = "SELECT count(*) AS n FROM schedules INDEXED BY schedules_listed WHERE state <> 'ended' AND team = ?"
    if next(db.query(f"{counted} AND owner = ?", [new.team, new.owner]))["n"] >= most_of_person:
        return Refused.PERSON_HAS_TOO_MANY
    if next(db.query(counted, [new.team]))["n"] >= most_of_team:
        return Refused.TEAM_HAS_TOO_MANY
    db.execute(
        """
        INSERT INTO schedules (made_by, team, owner, channel, prompt, rule, zone, state, next_at, made_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, 'active', ?, ?)
        """,
        [
            *(new.made_by, new.team, new.owner, new.channel, new.prompt, new.rule, new.zone),
            *(time_text(new.next_at), time_text(at)),
        ],
    )
    return schedule_from(next(db.query("SELECT * FROM schedules WHERE made_by = ?", [new.made_by])))


def get(db: Database, schedule: int) -> Schedule | None:
    return next(map(schedule_from, db.query("SELECT * FROM schedules WHERE id = ?", [schedule])), None)


def made_by(db: Database, action_id: str) -> Schedule | None:
    return next(map(schedule_from, db.query("SELECT * FROM schedules WHERE made_by = ?", [action_id])), None)


def listed(db: Database, team: str, owner: str | None) -> list[Schedule]:
    rows = db.query(
        """
        SELECT * FROM schedules INDEXED BY schedules_listed
        WHERE state <> 'ended' AND team = :team AND (:owner IS NULL OR owner = :owner) ORDER BY id
        """,
        {"team": team, "owner": owner},
    )
    return list(map(schedule_from, rows))


def change(
    db: Database, new: Schedule, event: str, actor: str, at: datetime, seen: Schedule | None = None
) -> Schedule | None:
    before = get(db, new.id)
    if before is None or before.state is ScheduleState.ENDED:
        return None
    if seen is not None:
        if before != replace(seen, next_at=before.next_at, failures=before.failures):
            return None
        if new.next_at == seen.next_at:
            new = replace(new, next_at=before.next_at)
        if new.failures == seen.failures:
            new = replace(new, failures=before.failures)
    db.execute(
        """
        UPDATE schedules SET owner = ?, channel = ?, prompt = ?, rule = ?, zone = ?, state = ?, pause = ?,
            next_at = ?, failures = ?, changed_by = ?
        WHERE id = ?
        """,
        [
            *(new.owner, new.channel, new.prompt, new.rule, new.zone, new.state, new.pause),
            *(optional_time_text(new.next_at), new.failures, new.changed_by, new.id),
        ],
    )
    if new.owner != before.owner:
        notify(db, NoticeKind.TAKEN_OVER, new.id, before.owner, at)
    details = {"schedule": new.id, "owner": new.owner, "channel": new.channel}
    runs.forget_prompt(db, new.id)
    audit.write(db, new.changed_by if event == "schedule_changed" else "", event, actor, at, details)
    return get(db, new.id)


def next_due(db: Database) -> datetime | None:
    rows = db.query(
        """
        SELECT next_at FROM schedules INDEXED BY schedules_next WHERE state = 'active' ORDER BY next_at LIMIT 1
        """
    )
    return next((time_from(row["next_at"]) for row in rows), None)


def fire(db: Database, at: datetime, plan: Callable[[Schedule], Firing]) -> list[Run]:
    rows = db.query(
        """
        SELECT * FROM schedules INDEXED BY schedules_next
        WHERE state = 'active' AND next_at <= ? ORDER BY next_at, id LIMIT ?
        """,
        [time_text(at), FIRED_AT_ONCE],
    )
    claimed = []
    for schedule in list(map(schedule_from, rows)):
        firing = plan(schedule)
        db.execute(
            """
            UPDATE schedules SET next_at = :next, state = CASE WHEN :next IS NULL THEN 'ended' ELSE state END
            WHERE id = :id
            """,
            {"next": optional_time_text(firing.next_at), "id": schedule.id},
        )
        if firing.missed is not None:
            notify(db, NoticeKind.MISSED, schedule.id, schedule.owner, at, firing.missed)
        if firing.due is not None and (run := runs.begin(db, schedule, firing.due, at, by_hand=False)):
            claimed.append(run)
        if firing.next_at is None:
            runs.forget_prompt(db, schedule.id)
    return claimed


def replan(db: Database, at: datetime, plan: Callable[[Schedule], datetime | None]) -> None:
    rows = db.query(
        "SELECT * FROM schedules INDEXED BY schedules_next WHERE state = 'active' AND next_at > ?", [time_text(at)]
    )
    for schedule in list(map(schedule_from, rows)):
        if (due := plan(schedule)) is not None and due != schedule.next_at:
            db.execute("UPDATE schedules SET next_at = ? WHERE id = ?", [time_text(due), schedule.id])


def run_now(db: Database, schedule: int, actor: str, at: datetime) -> Run | None:
    found = get(db, schedule)
    if found is None or found.state is ScheduleState.ENDED or runs.is_open(db, schedule):
        return None
    run = runs.begin(db, found, at, at, by_hand=True)
    if run is not None:
        audit.write(db, "", "schedule_run", actor, at, {"schedule": schedule, "owner": run.owner})
    return run
