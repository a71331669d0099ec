"""The bots that are measured, each a process of its own in the same world."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from bot.demo.world import World
from tests.e2e.office import RUN, open_office
from tests.source import HOME

FLOOR, NOD, NOD_UVLOOP = "floor", "nod", "nod on uvloop"

COMMANDS = {FLOOR: ("-m", "tests.bench.floor"), NOD: RUN, NOD_UVLOOP: ("-m", "tests.bench.with_uvloop", "run")}


@asynccontextmanager
async def running(
    world: World,
    name: str,
    folder: Path | None = None,
    settings: dict[str, str] | None = None,
    *,
    settled: bool = True,
) -> AsyncIterator[psutil.Process]:
    """Start a bot, in a fresh folder unless one is given, and end it afterwards; its process, once it listens.
    `settled` waits for the second of Nod's sockets, too. A `name` with a slash is a folder with another Nod."""
    with tempfile.TemporaryDirectory() as fresh:
        guarded = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(HOME)}
        async with open_office(world, folder or Path(fresh), guarded) as office:
            office.settings |= {"NOD_LOG_FORMAT": "json"} | (settings or {})
            if os.sep in name:
                office.settings["PYTHONPATH"] = name
            await office.start(*COMMANDS.get(name, RUN))
            if settled and name != FLOOR:
                await world.sockets.wait_connected(2)
            assert office.process is not None
            yield psutil.Process(office.process.pid)
            if office.process.returncode is not None:
                raise RuntimeError(f"{name} ended by itself:\n{office.log}")
            await office.stop()
