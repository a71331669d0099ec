"""How much waits, what became of actions, and how many schedules there are."""

from sqlite_utils import Database

from storage.records import ActionState, Counts
from storage.sqlite.codec import time_from
from storage.sqlite.schedules import next_due


def counts(db: Database) -> Counts:
    # Each statement is answered from an index: those of what waits and runs are as small as that is.
    waiting = next(
        db.query(
            "SELECT count(*) AS number, min(received_at) AS oldest FROM inbox INDEXED BY inbox_waiting"
            " WHERE state = 'waiting'"
        )
    )
    taken = next(
        db.query(
            """
            SELECT count(*) AS number
            FROM turns INDEXED BY turns_running JOIN inbox ON inbox.turn = turns.id WHERE turns.state = 'running'
            """
        )
    )
    actions = db.query("SELECT state, count(*) AS number FROM actions INDEXED BY actions_state GROUP BY state")
    schedules = db.query(
        "SELECT state, count(*) AS number FROM schedules INDEXED BY schedules_listed"
        " WHERE state <> 'ended' GROUP BY state"
    )
    return Counts(
        waiting=waiting["number"],
        taken=taken["number"],
        oldest=None if waiting["oldest"] is None else time_from(waiting["oldest"]),
        actions={str(state): 0 for state in ActionState} | {row["state"]: row["number"] for row in actions},
        schedules={"active": 0, "paused": 0} | {row["state"]: row["number"] for row in schedules},
        next_due=next_due(db),
    )
