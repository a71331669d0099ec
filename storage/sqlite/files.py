"""Whether a database's files still stand where they were opened.

A system lets a process go on writing to a file that was removed: every commit would succeed, and be gone with the
process. What Slack delivered would be acknowledged and lost.
"""

from pathlib import Path

from storage.ports import StorageError

_Identity = tuple[int, int] | None


class Files:
    """The database at `path` and the log of its commits beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = (path, path.with_name(f"{path.name}-wal"))
        self._opened: list[_Identity] | None = None

    def remember(self) -> None:
        """Take the files that stand there for the opened ones. Call it once they are open."""
        self._opened = [_identity(file) for file in self._files]

    def check(self) -> None:
        """Raise StorageError if other files, or none, stand there now."""
        if self._opened is None:
            return
        for file, opened in zip(self._files, self._opened, strict=True):
            if _identity(file) != opened:
                raise StorageError(
                    f"{file} was removed or replaced while Nod works on it: put the same file back,"
                    " or stop Nod, restore a backup and start it again."
                )


def _identity(file: Path) -> _Identity:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
