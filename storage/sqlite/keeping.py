"""How long what was said is kept: until its person wants it forgotten, or until it is old."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from storage.records import Action, ActionState, Forgotten, Remembered
from storage.sqlite import audit, grants, runs
from storage.sqlite.actions import pending
from storage.sqlite.codec import Row, time_text
from storage.sqlite.connection import Connection
from storage.sqlite.forgetting import MARKER, forget_part, forget_whole, revocable
from storage.sqlite.life import advance

PIECE = 10
"""Conversations that one transaction sweeps: some milliseconds of the write lock."""

PICTURES = 20
"""Pictures that one transaction sweeps; they are large."""

REWRITTEN = 64_000_000
"""Bytes of a database that is written anew while Nod works: less than a second, in which acks wait."""

# Whose conversations, in which others have talked, and which have to be left alone.
_THEIRS = f"""
    WITH theirs AS MATERIALIZED (
        SELECT conversation FROM turns INDEXED BY turns_user WHERE user = :user AND forgotten_at IS NULL
        UNION
        SELECT conversation FROM items INDEXED BY items_user
        WHERE kind IN ('user', 'overheard')
            AND json_extract(data, '$.user') = :user AND json_extract(data, '$.text') <> '{MARKER}'
        UNION
        SELECT conversation FROM inbox INDEXED BY inbox_next WHERE state = 'waiting' AND user = :user
        UNION
        SELECT conversation FROM actions INDEXED BY actions_reasons WHERE reason <> '' AND decided_by = :user
    )
    SELECT conversations.id, team,
        EXISTS (
            SELECT 1 FROM turns
            WHERE turns.conversation = conversations.id AND user <> :user AND forgotten_at IS NULL
        ) OR EXISTS (
            SELECT 1 FROM items INDEXED BY items_speaker
            WHERE items.conversation = conversations.id AND kind IN ('user', 'overheard')
                AND json_extract(data, '$.user') < :user AND json_extract(data, '$.text') <> '{MARKER}'
                -- Nod's own words stand without a person among them, and so does a gap.
                AND (
                    json_extract(data, '$.user') <> ''
                    OR kind = 'overheard' AND json_extract(data, '$.text') <> ''
                )
        ) OR EXISTS (
            SELECT 1 FROM items INDEXED BY items_speaker
            WHERE items.conversation = conversations.id AND kind IN ('user', 'overheard')
                AND json_extract(data, '$.user') > :user AND json_extract(data, '$.text') <> '{MARKER}'
        ) AS shared,
        EXISTS (
            SELECT 1 FROM turns INDEXED BY turns_running
            WHERE turns.conversation = conversations.id AND state = 'running'
        ) OR EXISTS (
            SELECT 1 FROM inbox INDEXED BY inbox_next
            WHERE inbox.conversation = conversations.id AND state = 'waiting'
        ) OR EXISTS (
            SELECT 1 FROM actions INDEXED BY actions_unfinished
            WHERE actions.conversation = conversations.id AND state IN ('pending', 'confirmed', 'executing')
                AND state <> 'pending' AND requester = :user
        ) AS busy
    FROM theirs JOIN conversations ON conversations.id = theirs.conversation
    WHERE :team IN (team, '') ORDER BY conversations.id
"""  # noqa: S608


class SqliteKeeping:
    """See storage.keeping.Keeping."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def remembered(self, team: str, user: str) -> Remembered:
        return await self._connection.read(remembered, team, user)

    async def forget(
        self, request: str, team: str, user: str, at: datetime, *, actor: str | None = None
    ) -> Forgotten:
        return await self._connection.write(forget, request, team, user, at, actor or user)

    async def sweep(self, before: datetime, at: datetime) -> int:
        swept = 0
        # Between two pieces others get the write lock: Slack waits three seconds for an ack.
        while piece := await self._connection.write(sweep_conversations, before, at):
            swept += piece
        while await self._connection.write(sweep_pictures):
            pass
        while await self._connection.write(runs.forget_over, before):
            pass
        return swept

    async def scrub(self) -> bool:
        if not await self._connection.read(_is_due):
            return True
        if not await self._connection.rewrite(REWRITTEN):
            return False
        await self._connection.write(_set_due, 0)
        return True


def remembered(db: Database, team: str, user: str) -> Remembered:
    found = list(db.query(_THEIRS, {"team": team, "user": user}))
    free = [row for row in found if not row["busy"]]
    waiting = [action for row in free for action in _theirs(pending(db, row["id"]), user)]
    return Remembered(len(free), _shared(free), len(waiting), len(found) - len(free), _schedules(db, team, user))


def forget(db: Database, request: str, team: str, user: str, at: datetime, actor: str) -> Forgotten:
    done = audit.details(db, request, audit.FORGOTTEN)
    if done is not None:
        return Forgotten(
            done["conversations"], done["shared"], done["busy"], again=True, schedules=done.get("schedules", 0)
        )
    found = list(db.query(_THEIRS, {"team": team, "user": user}))
    free = [row for row in found if not row["busy"]]
    withdrawn: list[Action] = []
    texts: list[int] = []
    for row in free:
        withdrawn += [_withdraw(db, action, actor, at) for action in _theirs(pending(db, row["id"]), user)]
        for grant in revocable(db, row["id"], user, at):
            grants.revoke(db, grant, row["team"], user, at)
        if row["shared"]:
            texts += forget_part(db, row["id"], user, at)
        else:
            texts += forget_whole(db, row["id"], at)
    db.execute("DELETE FROM aside WHERE user = ? AND ? IN (team, '')", [user, team])
    db.execute("DELETE FROM revisions WHERE user = ? AND text IS NOT NULL", [user])
    schedules = _schedules(db, team, user)
    made = Forgotten(len(free), _shared(free), len(found) - len(free), tuple(withdrawn), schedules=schedules)
    counts = {
        "conversations": made.conversations,
        "shared": made.shared,
        "busy": made.busy,
        "schedules": schedules,
    }
    details = {"of": user, **counts, "withdrawn": len(withdrawn)}
    _forget_texts(db, request, actor, at, details, texts)
    return made


def sweep_conversations(db: Database, before: datetime, at: datetime) -> int:
    """Forget a few conversations in which nothing has happened for long; how many."""
    rows = list(
        db.query(
            """
            SELECT DISTINCT conversation FROM turns INDEXED BY turns_remembered
            WHERE forgotten_at IS NULL AND started_at < :before
                AND NOT EXISTS (
                    SELECT 1 FROM turns AS later INDEXED BY turns_person
                    WHERE later.conversation = turns.conversation
                        AND (
                            later.state = 'running' OR later.started_at >= :before
                            OR later.finished_at >= :before
                        )
                )
                AND coalesce((
                    SELECT at FROM items WHERE items.conversation = turns.conversation ORDER BY id DESC LIMIT 1
                ), '') < :before
                AND NOT EXISTS (
                    SELECT 1 FROM inbox INDEXED BY inbox_next
                    WHERE inbox.conversation = turns.conversation AND state = 'waiting'
                )
                AND NOT EXISTS (
                    SELECT 1 FROM actions INDEXED BY actions_unfinished
                    WHERE actions.conversation = turns.conversation
                        AND state IN ('pending', 'confirmed', 'executing')
                )
            LIMIT :piece
            """,
            {"before": time_text(before), "piece": PIECE},
        )
    )
    texts: list[int] = []
    for row in rows:
        texts += forget_whole(db, row["conversation"], at)
    if rows:
        details = {"conversations": len(rows), "older_than": time_text(before)}
        _forget_texts(db, "", audit.NOD, at, details, texts)
    return len(rows)


def sweep_pictures(db: Database) -> int:
    """Forget a few pictures that no item shows; how many."""
    swept = db.execute(
        """
        DELETE FROM pictures WHERE digest IN (
            SELECT digest FROM pictures WHERE NOT EXISTS (
                SELECT 1 FROM item_pictures WHERE item_pictures.digest = pictures.digest
            ) LIMIT ?
        )
        """,
        [PICTURES],
    )
    if swept.rowcount:
        _set_due(db, 1)
    return swept.rowcount


def _forget_texts(
    db: Database, request: str, actor: str, at: datetime, details: dict[str, object], texts: list[int]
) -> None:
    """Write down that something was forgotten, then forget the texts of the audit that told of it."""
    audit.write(db, request, audit.FORGOTTEN, actor, at, details | {"rows": sorted(texts)})
    audit.empty(db, texts)
    _set_due(db, 1)


def _withdraw(db: Database, action: Action, actor: str, at: datetime) -> Action:
    withdrawn = replace(action, state=ActionState.WITHDRAWN, decided_by=actor, decided_at=at, finished_at=at)
    advance(db, action, withdrawn, actor, at, {"digest": action.digest, "because": audit.FORGOTTEN})
    return withdrawn


def _theirs(actions: list[Action], user: str) -> list[Action]:
    return [action for action in actions if action.requester == user]


def _schedules(db: Database, team: str, user: str) -> int:
    """Count a person's schedules that have not ended."""
    counted = db.query(
        """
        SELECT count(*) AS n FROM schedules INDEXED BY schedules_owner
        WHERE state <> 'ended' AND owner = :user AND :team IN (team, '')
        """,
        {"team": team, "user": user},
    )
    return int(next(counted)["n"])


def _shared(rows: Sequence[Row]) -> int:
    return sum(bool(row["shared"]) for row in rows)


def _is_due(db: Database) -> bool:
    return bool(next(db.query("SELECT due FROM scrubbing"))["due"])


def _set_due(db: Database, due: int) -> None:
    db.execute("UPDATE scrubbing SET due = ?", [due])
