"""The note beside the database that tells where its process can be asked: `<database>.monitor`."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """`address` is an origin such as `http://127.0.0.1:9464`, empty if nothing is served; then `why` says so."""

    pid: int
    address: str = ""
    why: str = ""


def note_of(database: Path) -> Path:
    """Return the note's path."""
    return Path(f"{database.resolve()}.monitor")


def write(database: Path, place: Place) -> None:
    """Leave the note, whole or not at all, for this system's user alone. Raises OSError."""
    note = note_of(database)
    new = Path(f"{note}.new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(place), file)
    new.replace(note)


def read(database: Path) -> Place | None:
    """Read the note; None if there is none that can be read as one."""
    try:
        found = json.loads(note_of(database).read_text(encoding="utf-8"))
        return Place(int(found["pid"]), str(found["address"]), str(found["why"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove(database: Path) -> None:
    """Take the note away, if it is this process's."""
    place = read(database)
    if place is not None and place.pid == os.getpid():
        note_of(database).unlink(missing_ok=True)
