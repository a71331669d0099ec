"""An office whose process comes out of the forge, and can be held up at any moment of its life."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.demo.world import World
from tests.e2e.office import RUN, WITHIN, Office

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


@dataclass
class ForgedOffice(Office):
    """See Office. `door` is the forge's."""

    door: str = ""

    async def start(self, *command: str) -> None:
        wanted = {
            "command": command or RUN,
            "environment": self.environment,
            "folder": str(self.folder),
            "log": str(self.folder / "nod.log"),
        }
        told, writer = await asyncio.open_unix_connection(self.door)
        writer.write(json.dumps(wanted).encode() + b"\n")
        forged = Forged(int(await told.readline()), told, writer)
        self.process = cast(asyncio.subprocess.Process, forged)
        connected = asyncio.create_task(self.world.sockets.wait_connected(within=WITHIN * 2))
        ended = asyncio.create_task(forged.wait())
        await asyncio.wait({connected, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not connected.done():
            connected.cancel()
            raise AssertionError(f"it did not start:\n{self.log}")
        await connected


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


@asynccontextmanager
async def open_forged(
    world: World, folder: Path, guarded: Mapping[str, str], door: str
) -> AsyncIterator[ForgedOffice]:
    """Make an office, not started yet; whatever runs in it at the end is ended."""
    office = ForgedOffice(world, folder, guarded, door=door)
    try:
        yield office
    finally:
        if office.process is not None and office.process.returncode is None:
            office.process.kill()
            await office.process.wait()
