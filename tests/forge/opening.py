"""A forge for the tests of a session, and the processes that come out of it."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

FORGE = Path(__file__).with_name("forge.py")

FORGE_WITHIN = 120.0
"""Seconds for its imports, which are two on a machine that has nothing else to do."""


class Forged:
    """A process that the forge made, with what an `asyncio.subprocess.Process` has for its caller."""

    def __init__(self, pid: int, told: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._writer = writer
        self._ended = asyncio.create_task(self._wait(told))

    async def _wait(self, told: asyncio.StreamReader) -> int:
        self.returncode = int(await told.readline() or b"1")
        self._writer.close()
        return self.returncode

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def _send(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


async def forge_process(
    door: str, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path
) -> Forged:
    """Start what stands behind `python`; what it says is added to `log`."""
    wanted = {"command": command, "environment": environment, "folder": str(folder), "log": str(log)}
    told, writer = await asyncio.open_unix_connection(door)
    writer.write(json.dumps(wanted).encode() + b"\n")
    return Forged(int(await told.readline()), told, writer)


@contextmanager
def open_forge(guarded: Mapping[str, str]) -> Iterator[str]:
    """Run a forge; its door. The path is a short one: a Unix socket's may have a hundred bytes."""
    with tempfile.TemporaryDirectory(prefix="nod") as folder:
        door = str(Path(folder) / "forge")
        command = [sys.executable, str(FORGE), door]
        with subprocess.Popen(command, env=guarded, stdin=subprocess.PIPE) as running:
            try:
                deadline = time.monotonic() + FORGE_WITHIN
                while not Path(door).exists():
                    assert running.poll() is None, "the forge did not start"
                    assert time.monotonic() < deadline, "the forge does not open"
                    time.sleep(0.02)
                yield door
            finally:
                running.terminate()
