"""`nod run` as a child of the demo: started in a folder of its own, killed, started again, never left behind.

What it writes to standard error goes on to the demo's, and its last words are kept for the page.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot.settings import base_environment

STOP_WITHIN = 15.0
NOT_PROXIED = "127.0.0.1,localhost"
OWN_WORD = "nod: "
"""How a line begins in which `nod run` tells its operator why it ends; no other is shown on the page."""

LAST_BYTES = 4_096
LAST_WITHIN = 1.0
"""Seconds that the last words get: a process of its own that outlives it may hold the pipe open."""
MAX_REASON = 600


class BotProcess:
    """The process that is Nod now; another one after a restart."""

    def __init__(self, environment: Mapping[str, str], folder: Path, *, proxied: bool = False) -> None:
        """Take the settings it gets; `proxied` lets it reach other machines as `at_home` describes."""
        surroundings = at_home(base_environment(), proxied=proxied)
        quiet = {"NOD_LOG_LEVEL": "WARNING", "NOD_LOG_FORMAT": "text", "NOD_MONITOR": "127.0.0.1:0"}
        self._environment = surroundings | quiet | dict(environment)
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._heard = bytearray()
        self._changing = asyncio.Lock()
        self._stopped = False
        self.ended = asyncio.Event()
        """Set while the process has ended by itself, which nobody asked for, and was not started again."""
        self.started = asyncio.Event()
        """Set while it was started and has not ended by itself."""
        self.how_it_ended = ""
        """Then, in words: `exit status 2` or `signal 9`."""
        self.why_it_ended = ""
        """Then, Nod's own sentence for whoever runs it; "" if it said none."""

    async def start(self) -> None:
        """Start it, in its folder and with these settings and none else of Nod's; not after `stop`.

        It has a session of its own, so that a Ctrl+C in the terminal is the demo's to hear, and it ends when the
        pipe to its standard input does.
        """
        async with self._changing:
            if self._stopped:
                return
            self.ended.clear()
            self.started.set()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot.demo.child"),
                env=self._environment,
                cwd=self._folder,
                stdin=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
            self._heard = bytearray()
            self._hearing = asyncio.create_task(_pass_on(self._process.stderr, self._heard))
            self._watching = asyncio.create_task(self._watch(self._process))

    async def kill(self) -> None:
        """End it as a power cut does, until the next `start`."""
        async with self._changing:
            process = await self._unwatched()
            if process is not None and process.returncode is None:
                process.kill()
                await process.wait()
            await self._heard_out()

    async def stop(self) -> None:
        """End it for good, as an operator does; by force when it does not end within 15 s."""
        async with self._changing:
            self._stopped = True
            process = await self._unwatched()
            if process is not None and process.returncode is None:
                process.terminate()
                try:
                    async with asyncio.timeout(STOP_WITHIN):
                        await process.wait()
                except TimeoutError:
                    process.kill()
                    await process.wait()
            await self._heard_out()

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        status = await process.wait()
        await self._heard_out()
        self.why_it_ended = reason(self._heard.decode(errors="replace"))
        self.how_it_ended = f"exit status {status}" if status >= 0 else f"signal {-status}"
        self.started.clear()
        self.ended.set()

    async def _heard_out(self) -> None:
        """Wait for the last words of a process that has ended."""
        if self._hearing is not None:
            await asyncio.wait([self._hearing], timeout=LAST_WITHIN)
            self._hearing.cancel()

    async def _unwatched(self) -> asyncio.subprocess.Process | None:
        """Stop to watch the process, because its end is meant now."""
        process, self._process = self._process, None
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        return process


async def _pass_on(stream: asyncio.StreamReader | None, heard: bytearray) -> None:
    """Write on what a process says, until it ends, and keep the end of that in `heard`."""
    while stream is not None and (piece := await stream.read(LAST_BYTES)):
        heard += piece
        del heard[:-LAST_BYTES]
        with contextlib.suppress(OSError, ValueError):  # after a hangup there is no terminal to write to
            sys.stderr.buffer.write(piece)
            sys.stderr.flush()


def reason(said: str) -> str:
    """Return the sentence by which Nod told its operator why it ends, "" if it told none."""
    own = [line.removeprefix(OWN_WORD) for line in said.splitlines() if line.startswith(OWN_WORD)]
    return own[-1].strip()[:MAX_REASON] if own else ""


def at_home(environment: Mapping[str, str], *, proxied: bool = False) -> dict[str, str]:
    """Return an environment in which what is on this machine is reached directly, and the rest without a proxy.

    With `proxied` the rest goes through the proxy that HTTPS_PROXY or ALL_PROXY named. It stands in ALL_PROXY
    alone then, which httpx and openai follow: slack_sdk would send the demo's Slack through the other ones, as it
    does not know NO_PROXY.
    """
    proxies = {name.upper(): value for name, value in environment.items() if name.upper().endswith("_PROXY")}
    kept = {name: value for name, value in environment.items() if name.upper() not in proxies}
    spared = NOT_PROXIED
    if proxied:
        spared = ",".join(filter(None, (proxies.get("NO_PROXY"), NOT_PROXIED)))
        if proxy := proxies.get("HTTPS_PROXY") or proxies.get("ALL_PROXY"):
            kept["ALL_PROXY"] = proxy
    return kept | {"NO_PROXY": spared, "no_proxy": spared}


@asynccontextmanager
async def bot_process(
    environment: Mapping[str, str], folder: Path, *, proxied: bool = False
) -> AsyncIterator[BotProcess]:
    """Run `nod run` with these settings and none else of Nod's, in a folder; stop it at the end."""
    bot = BotProcess(environment, folder, proxied=proxied)
    try:
        await bot.start()
        yield bot
    finally:
        await bot.stop()
