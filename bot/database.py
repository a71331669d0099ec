"""`nod db`: the database looked over and copied, somebody's words deleted; also while `nod run` works on it."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import OperatorError, no_database
from storage.ports import Storage, StorageError
from storage.sqlite import back_up_storage, check_storage, open_storage

OPERATOR = "operator"
"""Who the audit says it was."""


async def problems(path: Path) -> list[str]:
    """Return what is wrong with a database, as sentences; empty if it is fine. Nothing in it is changed.

    Raises OperatorError if it cannot be looked at.
    """
    try:
        return await check_storage(_existing(path))
    except StorageError as error:
        raise OperatorError(f"The database cannot be checked: {error}") from error


async def back_up(path: Path, to: Path) -> None:
    """Copy a database to a new file. Raises OperatorError, and then there is no new file."""
    try:
        await back_up_storage(_existing(path), to)
    except StorageError as error:
        raise OperatorError(f"No backup was made: {error}") from error


async def forgettable(path: Path, user: str) -> str:
    """Say what is kept of a person, "" if there is nothing to delete. Raises OperatorError."""
    async with _opened(path) as storage:
        found = await storage.keeping.remembered("", user)
    if not (found.conversations or found.pending or found.busy):
        return ""
    busy = f"; {found.busy} more are being worked on and are left alone" if found.busy else ""
    busy += f"; {found.schedules} schedules stay, with what they ask for" if found.schedules else ""
    return (
        f"{user}: {found.conversations} conversations, {found.shared} of them with others, whose words stay;"
        f" {found.pending} waiting actions, which are withdrawn{busy}."
    )


async def forget(path: Path, user: str) -> str:
    """Delete what is kept of a person's words; what was deleted. Raises OperatorError."""
    async with _opened(path) as storage:
        done = await storage.keeping.forget(secrets.token_urlsafe(32), "", user, datetime.now(UTC), actor=OPERATOR)
        scrubbed = await storage.keeping.scrub()
    told = f"{done.conversations} conversations are forgotten, {done.busy} were left alone."
    if done.withdrawn:
        told += f" {len(done.withdrawn)} actions are withdrawn; `nod run` takes the buttons off their cards."
    return told if scrubbed else f"{told} Unused places of the file are overwritten within the hour by `nod run`."


@asynccontextmanager
async def _opened(path: Path) -> AsyncIterator[Storage]:
    try:
        storage = await open_storage(_existing(path))
        try:
            yield storage
        finally:
            await storage.close()
    except StorageError as error:
        raise OperatorError(f"NOD_DATABASE cannot be used: {error}") from error


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise OperatorError(no_database(path))
    return path
