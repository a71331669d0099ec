"""`nod db`: the database looked over and copied, also while `nod run` works on it."""

from pathlib import Path

from bot.errors import OperatorError
from storage.ports import StorageError
from storage.sqlite import back_up_storage, check_storage


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


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise OperatorError(f"There is no database {path}: NOD_DATABASE names it, and `nod run` makes it.")
    return path
