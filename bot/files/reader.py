"""Reads the files that people send without waiting on them: documents in processes of their own, which are bounded
and thrown away, a few at a time; pictures and short texts in threads of their own."""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeVar

from bot.files.contents import Content, Limits, Reason, Unreadable
from bot.files.documents import read
from bot.files.kinds import Kind, extension_of, kind_of
from bot.files.wire import BadAnswer, Request, longest_answer, read_answer, write_request

log = logging.getLogger("nod.files")

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE = 2
CHILD = ("-I", "-m", "bot.files.child")
"""Isolated: no module of the working folder's is taken for one of ours."""
SHORT = 1_000_000
"""Bytes of a text that is read without a process."""
OUT_OF_MEMORY = {3, -signal.SIGABRT, -signal.SIGKILL}
"""Ways to end: child.TOO_MUCH, a library that got no memory, the kernel's own way when the machine has none
left."""
OUT_OF_TIME = {-signal.SIGALRM, -signal.SIGXCPU}
LONGEST_COMPLAINT = 300
"""Bytes of a process's standard error that the log has room for."""


class NoProcess(Exception):
    """The machine has no process, or no memory for one, to spare now."""


class Reader:
    """Reads files within its limits, `at_once` in processes; others wait for their turn."""

    def __init__(self, limits: Limits | None = None, at_once: int = AT_ONCE) -> None:
        self.limits = limits or Limits()
        self._turn = asyncio.Semaphore(at_once)
        # Not the loop's own threads, which look up the addresses of Slack and of the model.
        self._threads = ThreadPoolExecutor(at_once, "nod-files")

    async def read(self, name: str, mimetype: str, content: bytes) -> Content:
        """Read one file; never raises for what is in it, but NoProcess. `name` and `mimetype` as Slack tells them.

        Takes `limits.seconds` and a moment at most, once it is this file's turn. If it is cancelled the process is
        gone before it returns.
        """
        if len(content) > self.limits.size:
            return Unreadable(Reason.TOO_LARGE, limit=self.limits.size)
        kind = await self._beside(kind_of, content, extension_of(name, mimetype))
        if isinstance(kind, Unreadable):
            return kind
        if kind is Kind.IMAGE or (kind is Kind.TEXT and len(content) <= SHORT):
            return await self._beside(read, name, mimetype, content, self.limits)
        async with self._turn:
            return await self._read_elsewhere(Request(name, mimetype, len(content), self.limits), content)

    async def _beside(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(call, *args, **kwargs))

    async def _read_elsewhere(self, request: Request, content: bytes) -> Content:
        process = await _start()
        try:
            async with asyncio.timeout(request.limits.seconds):
                file = (write_request(request), content)
                answer, complaint = await _exchange(process, file, longest_answer(request.limits))
                status = await process.wait()
        except TimeoutError:
            return Unreadable(Reason.TOOK_TOO_LONG)
        except BadAnswer:
            log.warning("reading a file was ended: it had more to say than it may")
            return Unreadable(Reason.BROKEN)
        finally:
            await _end(process)
        return _outcome(status, answer, complaint, request.limits)


async def _start() -> asyncio.subprocess.Process:
    """Start a reading process. Raises NoProcess."""
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *CHILD,
            cwd="/",  # no file of Nod's is beside it
            env={},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        log.error("a file cannot be read: no process can be started (%s)", error.strerror or type(error).__name__)
        raise NoProcess from error


async def _exchange(
    process: asyncio.subprocess.Process, file: tuple[bytes, bytes], longest: int
) -> tuple[bytes, bytes]:
    """Give a process its file; return its answer and its complaint. Raises BadAnswer for too long an answer."""
    if not (process.stdin and process.stdout and process.stderr):
        raise BadAnswer
    with suppress(BrokenPipeError, ConnectionResetError):  # it has ended early; its status tells how
        process.stdin.writelines(file)
        await process.stdin.drain()
        process.stdin.close()
    answer = bytearray()
    while piece := await process.stdout.read(longest):
        answer += piece
        if len(answer) > longest:
            raise BadAnswer
    return bytes(answer), await process.stderr.read(LONGEST_COMPLAINT)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Leave nothing of a process, however it fares: it is killed if it runs, waited for, and its pipes are
    closed."""
    with suppress(ProcessLookupError):
        process.kill()
    if process.stdin:
        process.stdin.close()
    await process.communicate()


def _outcome(status: int, answer: bytes, complaint: bytes, limits: Limits) -> Content:
    if status in OUT_OF_MEMORY:
        return Unreadable(Reason.TOO_MUCH)
    if status in OUT_OF_TIME:
        return Unreadable(Reason.TOOK_TOO_LONG)
    with suppress(BadAnswer):
        if status == 0:
            return read_answer(answer, limits)
    log.warning("reading a file ended with status %d: %s", status, complaint.decode(errors="replace").strip())
    return Unreadable(Reason.BROKEN)
