"""`nod audit`: what happened to actions, printed, filtered, exported, verified."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import OperatorError
from storage.ports import Storage, StorageError
from storage.records import AuditRow
from storage.sqlite import open_storage

PIECE = 1_000
"""Rows that are read at once."""


async def matching(
    storage: Storage, *, action: str | None = None, user: str | None = None, since: datetime | None = None
) -> AsyncIterator[AuditRow]:
    """Yield the rows of an action, by or for a person, from a moment on; oldest first."""
    after = 0
    while rows := await storage.audit.rows(after=after, limit=PIECE):
        after = rows[-1].id
        for row in rows:
            of_action = action is None or row.action_id.startswith(action)
            of_user = user is None or user in (row.actor, row.details.get("requester"))
            if of_action and of_user and (since is None or row.at >= since):
                yield row


def line(row: AuditRow) -> str:
    """Write a row for people: when, what, who, on which action, and what is recorded of it."""
    details = " ".join(f"{name}={value}" for name, value in row.details.items() if value not in (None, ""))
    who = f"{row.event:<10} {row.actor:<12} {row.action_id[:12]:<12}"
    return f"{row.id:>6}  {row.at:%Y-%m-%d %H:%M:%S}Z  {who}  {details}"


def exported(row: AuditRow) -> str:
    """Write a row as one line of JSON, with the hashes that chain it."""
    fields = {**asdict(row), "at": row.at.astimezone(UTC).isoformat()}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def moment(text: str) -> datetime:
    """Read an ISO 8601 date or time, UTC where it names no zone. Raises OperatorError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise OperatorError("--since wants a date or a time such as 2026-01-31 or 2026-01-31T09:00.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def existing(path: Path) -> Path:
    """Return the path that NOD_DATABASE names if there is a file: a question makes none. Raises OperatorError."""
    if not path.exists():
        raise OperatorError(f"NOD_DATABASE: there is no file {path}.")
    return path


async def open_existing(path: Path) -> Storage:
    """Open a database. Raises OperatorError."""
    try:
        return await open_storage(path)
    except StorageError as error:
        raise OperatorError(f"NOD_DATABASE cannot be used: {error}") from error
