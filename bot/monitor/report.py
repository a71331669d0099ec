"""What /healthz and /status say, as JSON. No texts, no names, no tokens: it is not authenticated."""

import os
from datetime import datetime
from typing import Any

from bot.metrics import Socket
from bot.monitor.watch import Look, Watch


def health(look: Look) -> dict[str, Any]:
    """Say `ok`, or what is wrong and what to look at."""
    if not look.problems:
        return {"status": "ok"}
    problems = [{"code": each.code, "message": each.words} for each in look.problems]
    return {"status": "unhealthy", "problems": problems}


def status(watch: Watch, look: Look, version: str) -> dict[str, Any]:
    """Say how this process is: times are ISO 8601 in UTC, durations in seconds; null is what is not known."""
    sources, reading, errors = watch.sources, look.reading, watch.errors
    queue = reading.queue
    return {
        **health(look),
        "version": version,
        "pid": os.getpid(),
        "started": _time(watch.metrics.started),
        "now": _time(sources.clock()),
        "model": sources.model,
        "functions": sources.functions,
        "sockets": [_socket(each) for each in reading.sockets],
        "turns": {"at_most": sources.concurrency, "ages": [round(age, 1) for age in reading.turns]},
        "inbox": queue and {"waiting": queue.waiting, "taken": queue.taken, "oldest": _rounded(queue.oldest)},
        "actions": queue and dict(sorted(queue.actions.items())),
        "schedules": queue and {**queue.schedules, "next": _time(queue.due) if queue.due else None},
        "errors": {"last_hour": len(errors), "last": _time(errors[-1]) if errors else None},
    }


def _socket(socket: Socket) -> dict[str, Any]:
    return {
        "hears": socket.hears,
        "age": _rounded(socket.age),
        "silence": _rounded(socket.silence),
        "reconnects": socket.reconnects,
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
