"""Starts processes at once: one has imported everything, and forks itself for each that is asked for.

    python tests/forge/forge.py <door>

What runs is `nod run` with nothing behind it but its imports, which take two seconds of a processor: they would
take longer than all that the tests are there for. It ends without the interpreter's own end. Whoever connects to
the Unix socket `door` sends one line of JSON: `command` as after `python`, `environment`, `folder`, `log` (what
takes stdout and stderr). The answer is a line with the process's id and, when it has ended, a line with its exit
status (minus the signal's number).
"""

import contextlib
import inspect
import json
import os
import runpy
import signal
import socket
import sys
import threading
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

PRELOADED = (
    *("bot.app", "bot.audit", "openai.resources.responses", "openai.resources.chat", "openai.resources.models"),
    *("aiohttp.web", "slack_sdk.web.async_chat_stream", "apscheduler.schedulers.asyncio"),
)


def forge(door: str) -> None:
    """Serve until the pipe on stdin is closed: whoever started this is gone then."""
    preload()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the children of this process tell of theirs, and nobody waits
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(door)
        listening.listen()
        if not _fork():
            while sys.stdin.read(1):
                pass
            os.kill(os.getppid(), signal.SIGTERM)
            os._exit(0)
        while True:
            asked, _ = listening.accept()
            if not _fork():
                listening.close()
                _attend(asked)
            asked.close()


def preload() -> None:
    """Import what a start imports, read what it reads and does not change, and fill what Python keeps of both."""
    for name in PRELOADED:
        import_module(name)
    import_module("bot.words.catalogue").catalogues()
    import_module("functions.registry").discover()
    for name in ("httpx", "httpx2"):
        import_module(name).AsyncClient()  # which imports the rest
    inspect.stack()


def _fork() -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    return os.fork()


def _attend(asked: socket.socket) -> None:
    """Run one process to its end, and tell of it."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with asked.makefile("rw") as told:
            wanted = json.loads(told.readline())
            child = _fork()
            if not child:
                asked.close()
                _become(wanted)
            print(child, file=told, flush=True)
            threading.Thread(target=_watch, args=(asked, child), daemon=True).start()
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            print(status, file=told, flush=True)
    finally:
        os._exit(0)


def _watch(asked: socket.socket, child: int) -> None:
    """Let the process end with whoever asked for it."""
    while asked.recv(1):
        pass
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


def _become(wanted: dict[str, Any]) -> None:
    status = 1
    try:
        os.environ.clear()
        os.environ.update(wanted["environment"])
        os.chdir(wanted["folder"])
        log = os.open(wanted["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for number in (1, 2):
            os.dup2(log, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        first, *rest = wanted["command"]
        if first == "-m":
            sys.argv = rest
            runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
        else:
            sys.argv = [first, *rest]
            runpy.run_path(first, run_name="__main__")
        status = 0
    except SystemExit as end:
        status = end.code or 0 if isinstance(end.code, int | None) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent.parent))
    forge(sys.argv[1])
