"""When Nod is unwell: pure rules over what was seen, with the moment at which it last heard Slack remembered."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.metrics import Queue, Socket

DEAF_SECONDS = 60.0
"""Without any open socket. Slack closes each now and then, and opening another one takes a moment."""

PONG_SECONDS = 60.0
"""Since the last pong on every open socket: pings go out every few seconds."""

STUCK_SECONDS = 60.0
"""That an entry may wait while no turn runs. While one runs, the time that a turn may take comes on top: the entry
may be of the same conversation."""


@dataclass(frozen=True)
class Problem:
    """`code` is for machines, `words` say to the operator what is wrong and what to look at."""

    code: str
    words: str


@dataclass(frozen=True)
class Sight:
    """What was seen at one moment; `at` in seconds of a clock that only grows. `queue` None: no answer."""

    at: float
    sockets: Sequence[Socket]
    queue: Queue | None
    running: int
    working: bool


class Health:
    """Judges one sight after the other. Not having heard Slack counts from `at`, the start, on."""

    def __init__(self, at: float, *, concurrency: int, turn_seconds: float) -> None:
        self._heard = at
        self._concurrency = concurrency
        self._turn_seconds = turn_seconds

    def problems(self, sight: Sight) -> tuple[Problem, ...]:
        """List what is wrong; nothing is the good case."""
        found = (self._deaf(sight), _silent(sight), _no_worker(sight), _no_database(sight), self._stuck(sight))
        return tuple(problem for problem in found if problem is not None)

    def _deaf(self, sight: Sight) -> Problem | None:
        if any(each.hears for each in sight.sockets):
            self._heard = sight.at
            return None
        seconds = sight.at - self._heard
        if seconds <= DEAF_SECONDS:
            return None
        words = (
            f"no socket to Slack has been open for {seconds:.0f} s: look at the network and at the log's reasons"
        )
        return Problem("no_socket", words)

    def _stuck(self, sight: Sight) -> Problem | None:
        if sight.queue is None or sight.queue.oldest is None or sight.running >= self._concurrency:
            return None
        longest = STUCK_SECONDS + (self._turn_seconds if sight.running else 0.0)
        if sight.queue.oldest <= longest:
            return None
        words = (
            f"an entry of the inbox has waited {sight.queue.oldest:.0f} s while turns are free: restart Nod, "
            "which loses nothing, and report it with the log"
        )
        return Problem("inbox_stuck", words)


def _silent(sight: Sight) -> Problem | None:
    silences = [each.silence or 0.0 for each in sight.sockets if each.hears]
    if not silences or min(silences) <= PONG_SECONDS:
        return None
    words = (
        f"no open socket has had a pong for {min(silences):.0f} s: Slack, or a proxy on the way, has gone silent"
    )
    return Problem("no_pong", words)


def _no_worker(sight: Sight) -> Problem | None:
    if sight.working:
        return None
    return Problem("no_worker", "the task that runs turns has ended: restart Nod, and report it with the log")


def _no_database(sight: Sight) -> Problem | None:
    if sight.queue is not None:
        return None
    return Problem("no_database", "the database does not answer: look at the disk of NOD_DATABASE and at the log")
