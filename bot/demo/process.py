"""`nod run` as a child of the demo: started in a folder of its own, killed, started again, never left behind."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot.settings import base_environment

STOP_WITHIN = 15.0


class BotProcess:
    """The process that is Nod now; another one after a restart."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = base_environment() | {"NOD_LOG_LEVEL": "WARNING"} | dict(environment)
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()
        self._stopped = False
        self.ended = asyncio.Event()
        """Set when the process has ended by itself, which nobody asked for."""

    async def start(self) -> None:
        """Start it, in its folder and with these settings and none else of Nod's; not after `stop`."""
        async with self._changing:
            if self._stopped:
                return
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", env=self._environment, cwd=self._folder
            )
            self._watching = asyncio.create_task(self._watch(self._process))

    async def kill(self) -> None:
        """End it as a power cut does, until the next `start`."""
        async with self._changing:
            process = await self._unwatched()
            if process is not None and process.returncode is None:
                process.kill()
                await process.wait()

    async def stop(self) -> None:
        """End it for good, as an operator does; by force when it does not end within 15 s."""
        async with self._changing:
            self._stopped = True
            process = await self._unwatched()
            if process is None or process.returncode is not None:
                return
            process.terminate()
            try:
                async with asyncio.timeout(STOP_WITHIN):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        self.ended.set()

    async def _unwatched(self) -> asyncio.subprocess.Process | None:
        """Stop to watch the process, because its end is meant now."""
        process, self._process = self._process, None
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        return process


@asynccontextmanager
async def bot_process(environment: Mapping[str, str], folder: Path) -> AsyncIterator[BotProcess]:
    """Run `nod run` with these settings and none else of Nod's, in a folder; stop it at the end."""
    bot = BotProcess(environment, folder)
    try:
        await bot.start()
        yield bot
    finally:
        await bot.stop()
