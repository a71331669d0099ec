"""The runs of schedules, from the claim to the end of the turn, and the notices to their owners."""

from datetime import datetime

from sqlite_utils import Database

from storage.records import (
    RUN_KEY,
    ConversationKey,
    Delivery,
    DeliveryKind,
    Notice,
    NoticeKind,
    Pause,
    Run,
    Schedule,
    ScheduleState,
    TurnState,
)
from storage.sqlite import inbox
from storage.sqlite.codec import Row, optional_time_text, time_from, time_text

PIECE = 100
"""Rows that one transaction forgets: some milliseconds of the write lock."""

FAILURES = 3
"""Failures in a row after which a schedule is paused."""

_RUN = """
    SELECT runs.*, schedules.team FROM runs JOIN schedules ON schedules.id = runs.schedule
"""


def begin(db: Database, schedule: Schedule, due: datetime, at: datetime, *, by_hand: bool) -> Run | None:
    """Claim one due time of a schedule as it is; None if it was claimed before."""
    asked = (schedule.owner, schedule.channel, schedule.prompt, schedule.rule, schedule.zone)
    made = db.execute(
        """
        INSERT INTO runs (schedule, due, began_at, by_hand, owner, channel, prompt, rule, zone, state)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'claimed')
        ON CONFLICT (schedule, due) DO NOTHING RETURNING id
        """,
        [schedule.id, time_text(due), time_text(at), by_hand, *asked],
    ).fetchall()
    return None if not made else Run(made[0][0], schedule.id, due, at, schedule.team, *asked, by_hand=by_hand)


def claimed(db: Database) -> list[Run]:
    """Return what was claimed and is not posted yet, oldest first."""
    rows = db.query(f"{_RUN} WHERE runs.state = 'claimed' AND runs.state IN ('claimed', 'asked') ORDER BY runs.id")
    return list(map(_run_from, rows))


def is_open(db: Database, schedule: int) -> bool:
    """Tell whether a run of a schedule is under way."""
    return any(
        db.query(
            "SELECT 1 FROM runs INDEXED BY runs_open WHERE schedule = ? AND state IN ('claimed', 'asked') LIMIT 1",
            [schedule],
        )
    )


def ask(db: Database, run: Run, ts: str, at: datetime) -> bool:
    """Put a run's question into the inbox of the thread that its root message opens; True if it was not yet."""
    key = ConversationKey(run.team, run.channel, ts)
    delivery = Delivery(
        kind=DeliveryKind.SCHEDULE,
        key=run.key,
        conversation=key,
        user=run.owner,
        text=run.prompt,
        ts=ts,
        direct=run.channel.startswith("D"),
    )
    asked = db.execute("UPDATE runs SET state = 'asked', prompt = '' WHERE id = ? AND state = 'claimed'", [run.id])
    if asked.rowcount == 0:
        return False
    forget_prompt(db, run.schedule)
    new = inbox.add(db, delivery, at, only_if_joined=False)
    db.execute(
        """
        UPDATE runs SET conversation =
            (SELECT id FROM conversations WHERE team = ? AND channel = ? AND thread = ?)
        WHERE id = ?
        """,
        [key.team, key.channel, key.thread, run.id],
    )
    return new


def drop(db: Database, run: Run, at: datetime, pause: Pause | None, tell: bool = True) -> bool:
    """Give up a claimed run: it was missed, or its schedule is paused for a reason of its own."""
    dropped = db.execute(
        "UPDATE runs SET state = 'dropped', prompt = '' WHERE id = ? AND state = 'claimed'", [run.id]
    )
    if dropped.rowcount == 0:
        return False
    if pause is not None:
        stop(db, run.schedule, run.owner, pause, at, again=run.by_hand)
    elif tell:
        notify(db, NoticeKind.MISSED, run.schedule, run.owner, at, run.due)
    forget_prompt(db, run.schedule)
    return True


def stop(db: Database, schedule: int, owner: str, pause: Pause, at: datetime, *, again: bool = False) -> None:
    """Pause a schedule, unless that was its last run; its owner will be told, `again` if it was paused before."""
    before = next(db.query("SELECT state FROM schedules WHERE id = ?", [schedule]))["state"]
    if before == ScheduleState.PAUSED and not again:
        return  # it is known
    db.execute(
        "UPDATE schedules SET state = 'paused', pause = ?, next_at = NULL WHERE id = ? AND state = 'active'",
        [pause, schedule],
    )
    notify(db, NoticeKind(pause), schedule, owner, at)


def ended(db: Database, turn: int, state: TurnState, at: datetime) -> None:
    """Note how the turn of a run ended: three failures in a row pause the schedule."""
    run = next(
        db.query(
            """
            SELECT runs.* FROM turns JOIN runs ON runs.conversation = turns.conversation
            WHERE turns.id = ? AND EXISTS (
                SELECT 1 FROM inbox WHERE inbox.turn = turns.id AND substr(inbox.key, 1, ?) = ?
            )
            """,
            [turn, len(RUN_KEY), RUN_KEY],
        ),
        None,
    )
    if run is None:
        return
    over = db.execute("UPDATE runs SET state = 'ended' WHERE id = ? AND state = 'asked'", [run["id"]])
    if state is not TurnState.FAILED:
        db.execute("UPDATE schedules SET failures = 0 WHERE id = ?", [run["schedule"]])
    elif over.rowcount > 0:
        db.execute("UPDATE schedules SET failures = failures + 1 WHERE id = ?", [run["schedule"]])
        row = next(db.query("SELECT * FROM schedules WHERE id = ?", [run["schedule"]]))
        if row["failures"] >= FAILURES and row["state"] == ScheduleState.ACTIVE:
            stop(db, row["id"], row["owner"], Pause.FAILURES, at)


def owner(db: Database, conversation: int) -> str | None:
    """Return whose schedule's run a conversation is."""
    rows = db.query("SELECT owner FROM runs INDEXED BY runs_conversation WHERE conversation = ?", [conversation])
    return next((row["owner"] for row in rows), None)


def notify(
    db: Database, kind: NoticeKind, schedule: int, person: str, at: datetime, due: datetime | None = None
) -> None:
    """Keep what a person has to be told."""
    db.execute(
        "INSERT INTO notices (kind, schedule, owner, due, at) VALUES (?, ?, ?, ?, ?)",
        [kind, schedule, person, optional_time_text(due), time_text(at)],
    )


def notices(db: Database) -> list[Notice]:
    """Return what nobody was told yet, oldest first."""
    rows = db.query(
        """
        SELECT notices.id AS notice, notices.kind, notices.owner AS person, notices.due, notices.at, schedules.*
        FROM notices INDEXED BY notices_untold JOIN schedules ON schedules.id = notices.schedule
        WHERE told_at IS NULL ORDER BY notices.id LIMIT 100
        """
    )
    return [
        Notice(
            id=row["notice"],
            kind=NoticeKind(row["kind"]),
            schedule=schedule_from(row),
            owner=row["person"],
            at=time_from(row["at"]),
            due=None if row["due"] is None else time_from(row["due"]),
        )
        for row in rows
    ]


def told(db: Database, notice: int, at: datetime) -> None:
    db.execute("UPDATE notices SET told_at = ? WHERE id = ? AND told_at IS NULL", [time_text(at), notice])
    for row in list(db.query("SELECT schedule FROM notices WHERE id = ?", [notice])):
        forget_prompt(db, row["schedule"])


def forget_prompt(db: Database, schedule: int) -> None:
    """Forget what a schedule that has ended asked for, unless it is still to be posted, or told of in a notice."""
    gone = db.execute(
        """
        UPDATE schedules SET prompt = ''
        WHERE id = :schedule AND state = 'ended' AND prompt <> ''
            AND NOT EXISTS (
                SELECT 1 FROM runs INDEXED BY runs_open
                WHERE schedule = :schedule AND state IN ('claimed', 'asked') AND state = 'claimed'
            )
            AND NOT EXISTS (
                SELECT 1 FROM notices INDEXED BY notices_awaited
                WHERE schedule = :schedule AND told_at IS NULL
            )
        """,
        {"schedule": schedule},
    )
    if gone.rowcount:
        db.execute("UPDATE scrubbing SET due = 1")


def forget_over(db: Database, before: datetime) -> int:
    """Forget a few runs that are over and began before; how many. One whose conversation is remembered stays:
    whose click counts there is read from it."""
    return db.execute(
        """
        DELETE FROM runs WHERE id IN (
            SELECT id FROM runs INDEXED BY runs_over
            WHERE state IN ('ended', 'dropped') AND began_at < ?
                AND NOT EXISTS (
                    SELECT 1 FROM turns WHERE turns.conversation = runs.conversation AND forgotten_at IS NULL
                )
            ORDER BY began_at LIMIT ?
        )
        """,
        [time_text(before), PIECE],
    ).rowcount


def schedule_from(row: Row) -> Schedule:
    return Schedule(
        id=row["id"],
        made_by=row["made_by"],
        team=row["team"],
        owner=row["owner"],
        channel=row["channel"],
        prompt=row["prompt"],
        rule=row["rule"],
        zone=row["zone"],
        state=ScheduleState(row["state"]),
        next_at=None if row["next_at"] is None else time_from(row["next_at"]),
        pause=None if row["pause"] is None else Pause(row["pause"]),
        failures=row["failures"],
        changed_by=row["changed_by"],
    )


def _run_from(row: Row) -> Run:
    return Run(
        id=row["id"],
        schedule=row["schedule"],
        due=time_from(row["due"]),
        began=time_from(row["began_at"]),
        team=row["team"],
        owner=row["owner"],
        channel=row["channel"],
        prompt=row["prompt"],
        rule=row["rule"],
        zone=row["zone"],
        by_hand=bool(row["by_hand"]),
    )
