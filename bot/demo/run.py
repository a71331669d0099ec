"""`nod demo`: the small world on this machine, and the very same `nod run` in it with other addresses."""

import asyncio
import contextlib
import signal
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import click

from bot.demo.process import BotProcess, bot_process
from bot.demo.world import World, start_world
from bot.errors import OperatorError
from bot.settings import model_environment

READY_WITHIN = 30.0
"""Seconds that the bot gets to open its socket."""


async def run_demo(port: int, *, real_model: bool, confirm_ttl: int | None = None) -> None:
    """Run the demo until SIGINT, SIGTERM or SIGHUP. `confirm_ttl` is in seconds.

    A bot that ends by itself leaves the page and its data: it is started again from there, when its fault is
    mended.
    Raises OperatorError when the demo cannot start.
    """
    stopped = _stop_signal()
    running = asyncio.create_task(_run(port, real_model=real_model, confirm_ttl=confirm_ttl))
    either: tuple[asyncio.Future[Any], ...] = (running, stopped)
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not running.done():
        running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    # after SIGHUP the terminal is gone, and nobody reads a farewell
    if stopped.done() and not stopped.cancelled() and stopped.result() != signal.SIGHUP:
        click.echo("\nThe demo has stopped, and what was done in it is gone. Goodbye!")


async def _run(port: int, *, real_model: bool, confirm_ttl: int | None) -> None:
    began = time.monotonic()
    click.echo("Starting a small Slack, a stand-in model, an employee and a weather service …")
    async with contextlib.AsyncExitStack() as stack:
        try:
            world = await stack.enter_async_context(start_world(port, lived_in=True))
        except OSError as error:
            raise OperatorError(f"--port {port} is taken: choose another, or 0 for a free one.") from error
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nod-demo-")))
        (folder / "nod.toml").write_text(world.nod_toml(), encoding="utf-8")
        environment = world.environment() | _model(real_model) | {"NOD_DATABASE": str(folder / "nod.db")}
        if confirm_ttl is not None:
            environment["NOD_CONFIRM_TTL"] = str(confirm_ttl)
        click.echo("Starting Nod in it …")
        bot = await stack.enter_async_context(bot_process(environment, folder, proxied=real_model))
        await _ready(world, bot)
        world.ended = partial(_ended, bot)
        world.restart = partial(_restart, world, bot)
        click.echo(f"\n  Nod is ready ({time.monotonic() - began:.1f} s). Open  {world.page_url}\n")
        click.echo("  Press Ctrl+C to stop. What you do here stays on this machine and is gone afterwards.")
        while True:
            await bot.ended.wait()
            click.echo(f"\n  Nod has ended ({bot.how_it_ended}); the page and all that is in it stay.")
            click.echo("  Mend what it names, then press Restart Nod, behind the scenes of the page.\n")
            await bot.started.wait()


def _stop_signal() -> asyncio.Future[int]:
    """Return what is done at the first signal that ends the demo, with its number; later ones do nothing."""
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[int] = loop.create_future()

    def stop(number: int) -> None:
        if not stopped.done():
            stopped.set_result(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop, number)
    return stopped


def _model(real: bool) -> dict[str, str]:
    if not real:
        return {}
    settings = model_environment()
    if not {"OPENAI_API_KEY", "AZURE_OPENAI_API_KEY"} & settings.keys():
        raise OperatorError("--model real wants OPENAI_API_KEY in the environment or .env.")
    # an empty value undoes the stand-in's address
    return {"OPENAI_BASE_URL": ""} | settings


async def _ready(world: World, bot: BotProcess) -> None:
    """Wait until the bot has a socket open. Raises OperatorError when it ends instead, or takes too long."""
    try:
        await _connected_or_ended(world, bot)
    except TimeoutError as error:
        raise OperatorError(f"the bot has not connected within {READY_WITHIN:g} seconds.") from error
    if bot.ended.is_set():
        raise OperatorError(f"the bot did not start ({bot.how_it_ended}); if it said why, that is above.")


async def _connected_or_ended(world: World, bot: BotProcess) -> None:
    """Wait for whichever comes first. Raises TimeoutError when neither does."""
    connected = asyncio.create_task(world.sockets.wait_connected(within=READY_WITHIN))
    ended = asyncio.create_task(bot.ended.wait())
    try:
        await asyncio.wait({connected, ended}, return_when=asyncio.FIRST_COMPLETED)
        if connected.done():
            await connected
    finally:
        for task in (connected, ended):
            task.cancel()
        await asyncio.wait({connected, ended})


def _ended(bot: BotProcess) -> str | None:
    """Say why the bot has ended by itself: in its own words, else how."""
    return (bot.why_it_ended or bot.how_it_ended) if bot.ended.is_set() else None


async def _restart(world: World, bot: BotProcess) -> None:
    await bot.kill()
    await world.sockets.wait_disconnected()
    await bot.start()
    await _connected_or_ended(world, bot)
