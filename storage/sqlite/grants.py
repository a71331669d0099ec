"""Grants: "confirm, and don't ask again here"."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from storage.records import Action, Grant
from storage.sqlite import audit
from storage.sqlite.codec import grant_from, time_text
from storage.sqlite.connection import Connection


class SqliteGrants:
    """See storage.ports.Grants."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def find(self, conversation: int, user: str, function: str, at: datetime) -> Grant | None:
        return await self._connection.read(find, conversation, user, function, at)

    async def of(self, team: str, user: str, at: datetime) -> list[Grant]:
        return await self._connection.read(of, team, user, at)

    async def revoke(self, grant: int, team: str, user: str, at: datetime) -> Grant | None:
        return await self._connection.write(revoke, grant, team, user, at)


def find(db: Database, conversation: int, user: str, function: str, at: datetime) -> Grant | None:
    rows = db.query(
        """
        SELECT grants.*, team, channel, thread
        FROM grants JOIN conversations ON conversations.id = grants.conversation
        WHERE grants.conversation = ? AND user = ? AND function = ? AND revoked_at IS NULL AND expires_at > ?
        ORDER BY expires_at DESC LIMIT 1
        """,
        [conversation, user, function, time_text(at)],
    )
    return next((grant_from(row) for row in rows), None)


def of(db: Database, team: str, user: str, at: datetime) -> list[Grant]:
    rows = db.query(
        """
        SELECT grants.*, team, channel, thread
        FROM grants JOIN conversations ON conversations.id = grants.conversation
        WHERE user = ? AND revoked_at IS NULL AND expires_at > ? AND team = ? ORDER BY grants.id DESC
        """,
        [user, time_text(at), team],
    )
    return [grant_from(row) for row in rows]


def living(db: Database, grant: int, at: datetime) -> Grant | None:
    rows = db.query(
        """
        SELECT grants.*, team, channel, thread
        FROM grants JOIN conversations ON conversations.id = grants.conversation
        WHERE grants.id = ? AND revoked_at IS NULL AND expires_at > ?
        """,
        [grant, time_text(at)],
    )
    return next((grant_from(row) for row in rows), None)


def make(db: Database, confirmed: Action, until: datetime, at: datetime) -> None:
    """Make the grant of an action that its requester has just confirmed."""
    made = db.execute(
        "INSERT INTO grants (conversation, user, function, action_id, expires_at) VALUES (?, ?, ?, ?, ?)",
        [confirmed.conversation.id, confirmed.requester, confirmed.function, confirmed.id, time_text(until)],
    )
    details = {"grant": made.lastrowid, "function": confirmed.function, "expires_at": time_text(until)}
    audit.write(db, confirmed.id, "granted", confirmed.requester, at, details)


def revoke(db: Database, grant: int, team: str, user: str, at: datetime) -> Grant | None:
    found = living(db, grant, at)
    if found is None or (found.conversation.key.team, found.user) != (team, user):
        return None
    db.execute("UPDATE grants SET revoked_at = ? WHERE id = ?", [time_text(at), grant])
    key = found.conversation.key
    details = {
        "grant": grant,
        "function": found.function,
        "granted_by": found.action_id,
        "team": key.team,
        "channel": key.channel,
        "thread": key.thread,
    }
    audit.write(db, "", "revoked", user, at, details)
    return replace(found, revoked_at=at)
