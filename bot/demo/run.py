"""`nod demo`: the small world on this machine, and the very same `nod run` in it with other addresses."""

import asyncio
import contextlib
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import click

from bot.demo.world import World, start_world
from bot.errors import OperatorError
from bot.settings import base_environment, model_environment

READY_WITHIN = 30.0
"""Seconds that the bot gets to open its socket."""

STOP_WITHIN = 15.0


async def run_demo(port: int, *, real_model: bool) -> None:
    """Run the demo until SIGINT or SIGTERM, or until the bot ends. Raises OperatorError when it cannot start."""
    began = time.monotonic()
    click.echo("Starting a small Slack, a stand-in model, an employee and a weather service …")
    async with contextlib.AsyncExitStack() as stack:
        try:
            world = await stack.enter_async_context(start_world(port))
        except OSError as error:
            raise OperatorError(f"--port {port} is taken: choose another, or 0 for a free one.") from error
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="nod-demo-"))
        environment = world.environment() | _model(real_model) | {"NOD_DATABASE": str(Path(folder, "nod.db"))}
        click.echo("Starting Nod in it …")
        bot = await stack.enter_async_context(bot_process(environment))
        await _ready(world, bot)
        click.echo(f"\n  Nod is ready ({time.monotonic() - began:.1f} s). Open  {world.page_url}\n")
        click.echo("  Press Ctrl+C to stop. What you do here stays on this machine and is gone afterwards.")
        await _until_stopped(bot)


@asynccontextmanager
async def bot_process(environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start `nod run` with these settings and none else of Nod's, in a folder of its own; stop it at the end."""
    bot = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        env=base_environment() | {"NOD_LOG_LEVEL": "WARNING"} | dict(environment),
        cwd=Path(environment["NOD_DATABASE"]).parent,
    )
    try:
        yield bot
    finally:
        if bot.returncode is None:
            bot.terminate()
            try:
                async with asyncio.timeout(STOP_WITHIN):
                    await bot.wait()
            except TimeoutError:
                bot.kill()
                await bot.wait()


def _model(real: bool) -> dict[str, str]:
    if not real:
        return {}
    settings = model_environment()
    if not {"OPENAI_API_KEY", "AZURE_OPENAI_API_KEY"} & settings.keys():
        raise OperatorError("--model real wants OPENAI_API_KEY in the environment or .env.")
    # an empty value undoes the stand-in's address
    return {"OPENAI_BASE_URL": ""} | settings


async def _ready(world: World, bot: asyncio.subprocess.Process) -> None:
    """Wait until the bot has a socket open, or has ended: then it has said why."""
    connected = asyncio.create_task(world.sockets.wait_connected())
    ended = asyncio.create_task(bot.wait())
    try:
        await asyncio.wait({connected, ended}, timeout=READY_WITHIN, return_when=asyncio.FIRST_COMPLETED)
        if not connected.done():
            raise OperatorError("the bot did not start; its words above say why.")
    finally:
        for task in (connected, ended):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _until_stopped(bot: asyncio.subprocess.Process) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    waiting = [asyncio.create_task(stopped.wait()), asyncio.create_task(bot.wait())]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    if not stopped.is_set():
        raise OperatorError("the bot has ended; its words above say why.")
