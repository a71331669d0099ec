"""`nod status`: asks the process that works on a database how it is, and says so."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from bot.errors import OperatorError, no_database
from bot.monitor import place

SECONDS = 8.0
"""More than the process gives its database to answer."""


@dataclass(frozen=True)
class Status:
    """`told` is what the process said (GET /status), empty if there is none or it gave no answer; `words` then say
    which. `running` is whether there is a process at all."""

    running: bool
    told: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""

    @property
    def healthy(self) -> bool:
        return self.told.get("status") == "ok"

    @property
    def json(self) -> dict[str, Any]:
        if self.told:
            return dict(self.told)
        return {"status": "silent" if self.running else "not running", "message": self.words}


def ask(database: Path, seconds: float = SECONDS) -> Status:
    """Ask the process that works on `database`, and wait up to `seconds` for its answer.

    Raises OperatorError if there is none to ask because NOD_DATABASE names no file, or it runs without a monitor.
    """
    if not database.exists():
        raise OperatorError(no_database(database))
    found = place.read(database)
    if found is not None and found.address:
        told = _ask(found.address, seconds)
        if told is not None and told.get("pid") == found.pid:
            return Status(running=True, told=told)
    if not _worked_on(database):
        return Status(running=False, words=f"No Nod works on {database}. Start one with `nod run`.")
    if found is None:
        raise OperatorError(f"A Nod works on {database}, but its note {place.note_of(database).name} is missing.")
    if found.why:
        raise OperatorError(f"Nod runs (pid {found.pid}), but cannot be asked: {found.why}.")
    return Status(running=True, words=f"Nod runs (pid {found.pid}), but gave no answer at {found.address}.")


def _ask(address: str, seconds: float) -> dict[str, Any] | None:
    try:
        # what is on this machine is never asked through a proxy
        response = httpx.get(f"{address}/status", timeout=seconds, trust_env=False)
        told = response.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None
    return told if response.status_code == httpx.codes.OK and isinstance(told, dict) else None


def _worked_on(database: Path) -> bool:
    """Tell whether a process holds `<database>.lock`, as `storage.sqlite.alone` does, without holding it here."""
    lock = Path(f"{database.resolve()}.lock")
    try:
        with closing(sqlite3.connect(f"{lock.as_uri()}?mode=ro", uri=True, timeout=0)) as other:
            other.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode == sqlite3.SQLITE_BUSY
    return False


def table(status: Status) -> str:
    """Write a status for people."""
    told = status.told
    if not told:
        return f"✗ {status.words}"
    verdict = "✓ Nod is healthy" if status.healthy else "✗ Nod is unhealthy"
    about = (told["version"], f"pid {told['pid']}", f"up {duration(_age(told))}", f"model {told['model']}")
    lines = [
        " · ".join((verdict, *about, f"{told['functions']} functions")),
        *(f"  ✗ {problem['message']}" for problem in told.get("problems", ())),
        f"  {'sockets':<9} {_sockets(told['sockets'])}",
        f"  {'turns':<9} {_turns(told['turns'])}",
        f"  {'inbox':<9} {_inbox(told['inbox'])}",
        f"  {'actions':<9} {_actions(told['actions'])}",
        f"  {'schedules':<9} {_schedules(told.get('schedules'), told)}",
        f"  {'errors':<9} {_errors(told['errors'])}",
    ]
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Write a duration in its two largest units: `3 h 12 min`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    first = next((place for place, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count) or "0 s"


def _age(told: Mapping[str, Any]) -> float:
    return (datetime.fromisoformat(told["now"]) - datetime.fromisoformat(told["started"])).total_seconds()


def _sockets(sockets: Sequence[Mapping[str, Any]]) -> str:
    words = f"{sum(each['hears'] for each in sockets)} of {len(sockets)} open"
    ages = ", ".join(duration(each["age"]) for each in sockets if each["age"] is not None)
    pongs = ", ".join(duration(each["silence"]) for each in sockets if each["silence"] is not None)
    return words + (f", for {ages}" if ages else "") + (f"; last pong {pongs} ago" if pongs else "")


def _turns(turns: Mapping[str, Any]) -> str:
    words = f"{len(turns['ages'])} of {turns['at_most']} running"
    return words + (f", the oldest for {duration(max(turns['ages']))}" if turns["ages"] else "")


def _inbox(inbox: Mapping[str, Any] | None) -> str:
    if inbox is None:
        return "not known: the database did not answer"
    words = f"{inbox['waiting']} waiting, {inbox['taken']} taken"
    return words + (f", the oldest for {duration(inbox['oldest'])}" if inbox["oldest"] is not None else "")


def _actions(actions: Mapping[str, int] | None) -> str:
    if actions is None:
        return "not known"
    return ", ".join(f"{count} {state}" for state, count in actions.items() if count) or "none"


def _schedules(schedules: Mapping[str, Any] | None, told: Mapping[str, Any]) -> str:
    if schedules is None:
        return "not known"
    counts = ((schedules[state], state) for state in ("active", "paused"))
    words = ", ".join(f"{count} {state}" for count, state in counts if count) or "none"
    if schedules["next"] is None:
        return words
    seconds = (datetime.fromisoformat(schedules["next"]) - datetime.fromisoformat(told["now"])).total_seconds()
    return f"{words}; the next is due {f'in {duration(seconds)}' if seconds > 0 else 'now'}"


def _errors(errors: Mapping[str, Any]) -> str:
    if not errors["last_hour"]:
        return "none in the last hour"
    return f"{errors['last_hour']} in the last hour, the last at {errors['last']}: see the log"
