"""The reading process: one file in, its words out, then gone. Whatever a file does to it is over with it.

It is started without an environment, so it is told no token, and what it may take is bounded before it has seen a
byte of the file: time, memory, open files, and no byte into a file. Linux keeps all of these bounds; RLIMIT_NPROC
does not bind root. macOS does not keep RLIMIT_AS, so a thread looks at the memory as well: an overrun is seen a
moment late there, and ends it all the same.

What it may touch is another matter. It runs as Nod's own user, and only `bot.files.confinement` takes that user's
files, sockets and processes from it, on a Linux that lets it. Elsewhere a file that takes this process over can do
what the user can: there Nod should have a user, or a container, of its own.
"""

import logging
import math
import os
import resource
import signal
import sys
import threading
import time
from types import TracebackType

from bot.files.confinement import confine
from bot.files.contents import Image, Limits
from bot.files.documents import read
from bot.files.wire import read_request, write_answer

TOO_MUCH = 3
"""The exit status for a file that would take more memory than it may."""
LOOK_EVERY = 0.05
"""Seconds between two looks at the memory."""
FILES = 32
"""Open at once: Python's own modules, one after the other."""
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes (getrusage(2) of either system)."""


def main() -> None:
    """Read a request and a file from standard input, and write the answer to standard output."""
    sys.excepthook = _end
    logging.disable()  # a library's remarks on a file are nobody's to read
    request = read_request(sys.stdin.buffer.readline())
    bound(request.limits)
    content = sys.stdin.buffer.read(request.length)
    if len(content) < request.length:
        return  # whoever asked is gone
    answer = read(request.name, request.mimetype, content, request.limits)
    if not isinstance(answer, Image):
        sys.stdout.buffer.write(write_answer(answer))
        sys.stdout.buffer.flush()
    os._exit(0)  # taking apart what was read would only cost time


def bound(limits: Limits) -> None:
    """Bound what this process may take, and touch, from now on."""
    confine()  # before the thread below, which takes it over
    seconds = math.ceil(limits.seconds) + 1
    signal.alarm(seconds)  # in case nobody is left who would end it
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, seconds)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, FILES)
    if sys.platform != "darwin":
        _lower(resource.RLIMIT_AS, limits.memory)
    # A new process's peak begins as its parent's was (execve(2) on Linux): only what comes on top is the file's.
    threading.Thread(target=_watch, args=(_peak() + limits.memory,), daemon=True).start()
    _lower(resource.RLIMIT_NPROC, 0)


def _lower(limit: int, value: int) -> None:
    _, hard = resource.getrlimit(limit)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (value, value))


def _watch(most: int) -> None:
    while _peak() < most:
        time.sleep(LOOK_EVERY)
    os._exit(TOO_MUCH)


def _peak() -> int:
    """Return the most bytes of memory that this process has taken so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT


def _end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Leave where an unexpected error came from on standard error, and not what it says, which the file may have
    written."""
    if issubclass(kind, MemoryError):
        os._exit(TOO_MUCH)
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "nowhere"
    sys.stderr.write(f"{kind.__name__} in {place}\n")


if __name__ == "__main__":
    main()
