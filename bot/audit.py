"""`nod audit`: what happened to actions, printed, filtered, exported, verified."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.errors import OperatorError, no_database
from storage.chain import KEPT
from storage.ports import Storage, StorageError
from storage.records import AuditRow, Noted
from storage.sqlite import open_storage

PIECE = 1_000
"""Rows that are read at once."""

FORGOTTEN = "(forgotten)"
"""What stands in the place of a text that is no longer kept beside its row."""

DIGITS = 12
"""Of a digest, where people read it."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NOTED = re.compile(r"(?P<row>[0-9]{1,18}):(?P<hash>[0-9a-f]{64})")

UNREADABLE = "The record cannot be read: `nod audit --verify` names the row that breaks it."


@dataclass(frozen=True)
class Verified:
    """What came of following the chain, in words for the operator."""

    holds: bool
    words: str


async def verified(storage: Storage, noted: Noted | None = None) -> Verified:
    """Follow the chain from the first row to the last, and hold it against what was noted of it before.

    Rows that somebody cut off from the end without a trace leave a chain that holds: only a note that is kept
    elsewhere tells of them.
    """
    last = await storage.audit.noted()  # before: what is added meanwhile is not looked at
    broken = await storage.audit.verify()
    if broken is not None:
        return Verified(
            False, f"The chain breaks at row {broken}: it, or a row before it, is not what was written."
        )
    if noted is not None and await storage.audit.noted(noted.row) != noted:
        return Verified(
            False,
            f"Row {noted.row} is not the one that was noted: rows were cut off or the chain was written anew, or "
            "this is another database.",
        )
    lines = ["Every row is as it was written."]
    if noted is not None:
        lines.append(f"Row {noted.row} is the one that was noted.")
    if last is not None:
        lines.append(
            f"The last row is {last}\nNote it where nobody who can write here can change it; --noted holds the "
            "chain against it later."
        )
    return Verified(True, "\n".join(lines))


def read_noted(text: str) -> Noted:
    """Read what `verified` printed of the last row. Raises OperatorError."""
    match = _NOTED.fullmatch(text.strip())
    if match is None:
        raise OperatorError(
            "--noted wants the last row as --verify printed it: its number, a colon, 64 hex digits."
        )
    return Noted(int(match["row"]), match["hash"])


async def matching(
    storage: Storage, *, action: str | None = None, user: str | None = None, since: datetime | None = None
) -> AsyncIterator[AuditRow]:
    """Yield the rows of an action, of what a person did or asked for, from a moment on; oldest first.

    Raises OperatorError at a row that somebody has made unreadable.
    """
    after, asked_for = 0, set[str]()
    while rows := await _piece(storage, after):
        after = rows[-1].id
        for row in rows:
            if row.details.get("requester") == user:
                asked_for.add(row.action_id)  # the later rows of an action do not repeat who asked for it
            of_action = action is None or row.action_id.startswith(action)
            of_user = user is None or row.actor == user or row.action_id in asked_for
            if of_action and of_user and (since is None or row.at >= since):
                yield row


async def _piece(storage: Storage, after: int) -> list[AuditRow]:
    try:
        rows = await storage.audit.rows(after=after, limit=PIECE)
        if all(isinstance(row.details, dict) for row in rows):
            return rows
    except (StorageError, ValueError, TypeError) as error:
        raise OperatorError(UNREADABLE) from error
    raise OperatorError(UNREADABLE)


def line(row: AuditRow) -> str:
    """Write a row for people, on one line: when, what, who, on which action, and what is recorded of it."""
    told = {name: value for name, value in row.details.items() if name != KEPT}
    told |= {name: row.texts[name].text if name in row.texts else FORGOTTEN for name in row.details.get(KEPT, {})}
    details = " ".join(_detail(name, value) for name, value in told.items() if value not in (None, ""))
    who = f"{row.event:<10} {row.actor:<12} {row.action_id[:12]:<12}"
    text = f"{row.id:>6}  {row.at:%Y-%m-%d %H:%M:%S}Z  {who}  {details}"
    # people typed some of it: it must not pass for a row of its own, nor steer the terminal
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _detail(name: str, value: Any) -> str:
    if isinstance(value, str) and _DIGEST.fullmatch(value):
        value = f"{value[:DIGITS]}…"  # --export has it whole
    spaced = isinstance(value, str) and " " in value and not name.endswith("_json")
    return f"{name}={json.dumps(value, ensure_ascii=False) if spaced else value}"


def exported(row: AuditRow) -> str:
    """Write a row as one line of JSON, with the hashes that chain it and the texts that stand beside it."""
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
        raise OperatorError(no_database(path))
    return path


async def open_existing(path: Path) -> Storage:
    """Open a database. Raises OperatorError."""
    try:
        return await open_storage(path)
    except StorageError as error:
        raise OperatorError(f"NOD_DATABASE cannot be used: {error}") from error
