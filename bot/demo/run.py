"""`nod demo`: the small world on this machine, and the very same `nod run` in it with other addresses."""

import asyncio
import contextlib
import signal
import tempfile
import time
from functools import partial
from pathlib import Path

import click

from bot.demo.process import BotProcess, bot_process
from bot.demo.world import World, start_world
from bot.errors import OperatorError
from bot.settings import model_environment

READY_WITHIN = 30.0
"""Seconds that the bot gets to open its socket."""


async def run_demo(port: int, *, real_model: bool, confirm_ttl: int | None = None) -> None:
    """Run the demo until SIGINT or SIGTERM, or until the bot ends by itself. `confirm_ttl` is in seconds.

    Raises OperatorError when it cannot start, and when the bot has ended.
    """
    began = time.monotonic()
    click.echo("Starting a small Slack, a stand-in model, an employee and a weather service …")
    async with contextlib.AsyncExitStack() as stack:
        try:
            world = await stack.enter_async_context(start_world(port))
        except OSError as error:
            raise OperatorError(f"--port {port} is taken: choose another, or 0 for a free one.") from error
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nod-demo-")))
        (folder / "nod.toml").write_text(world.nod_toml(), encoding="utf-8")
        environment = world.environment() | _model(real_model) | {"NOD_DATABASE": str(folder / "nod.db")}
        if confirm_ttl is not None:
            environment["NOD_CONFIRM_TTL"] = str(confirm_ttl)
        click.echo("Starting Nod in it …")
        bot = await stack.enter_async_context(bot_process(environment, folder))
        await _ready(world, bot)
        world.restart = partial(_restart, world, bot)
        click.echo(f"\n  Nod is ready ({time.monotonic() - began:.1f} s). Open  {world.page_url}\n")
        click.echo("  Press Ctrl+C to stop. What you do here stays on this machine and is gone afterwards.")
        await _until_stopped(bot)


def _model(real: bool) -> dict[str, str]:
    if not real:
        return {}
    settings = model_environment()
    if not {"OPENAI_API_KEY", "AZURE_OPENAI_API_KEY"} & settings.keys():
        raise OperatorError("--model real wants OPENAI_API_KEY in the environment or .env.")
    # an empty value undoes the stand-in's address
    return {"OPENAI_BASE_URL": ""} | settings


async def _ready(world: World, bot: BotProcess) -> None:
    """Wait until the bot has a socket open, or has ended: then it has said why."""
    connected = asyncio.create_task(world.sockets.wait_connected(within=READY_WITHIN))
    ended = asyncio.create_task(bot.ended.wait())
    try:
        await asyncio.wait({connected, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not connected.done() or connected.exception() is not None:
            raise OperatorError("the bot did not start; its words above say why.")
    finally:
        for task in (connected, ended):
            task.cancel()
        await asyncio.wait({connected, ended})


async def _restart(world: World, bot: BotProcess) -> None:
    await bot.kill()
    await world.sockets.wait_disconnected()
    await bot.start()
    await world.sockets.wait_connected(within=READY_WITHIN)


async def _until_stopped(bot: BotProcess) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    waiting = [asyncio.create_task(stopped.wait()), asyncio.create_task(bot.ended.wait())]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    if not stopped.is_set():
        raise OperatorError("the bot has ended; its words above say why.")
