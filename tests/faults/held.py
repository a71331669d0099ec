"""Run `nod run`, and hold it up at a moment of its life, so that whatever may happen can happen just then.

    python tests/faults/held.py <door> <place> <before|after> <which time>

A place is a transaction by its module and name (`inbox.add`), `effect` (an action's run), `ack` (an envelope's),
or a method of Slack's (`chat.stopStream`). There the process connects to the Unix socket `door` and waits for a
line before it goes on; meanwhile nothing else passes any place. After SIGUSR1 the next commit finds a full disk.
Nothing in the product knows of it: what is wrapped here is the one way to the database, to Slack and to an effect.
"""

import asyncio
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli import main
from bot.turns import actions
from storage.sqlite.connection import Connection

DOOR, PLACE, WHEN, TIMES = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])

EFFECT = "call"
"""The name by which `bot.turns.actions` runs a function."""

reached = 0
disk_is_full = False
going_on = asyncio.Event()
going_on.set()


async def hold() -> None:
    """Tell whoever holds this process up that it is there, and wait for the word to go on."""
    going_on.clear()
    try:
        told, writer = await asyncio.open_unix_connection(DOOR)
        await told.readline()
        writer.close()
    finally:
        going_on.set()


async def pass_by(name: str, call: Callable[[], Awaitable[Any]]) -> Any:
    global reached
    await going_on.wait()
    here = False
    if name == PLACE:
        reached += 1
        here = reached == TIMES
    if here and WHEN == "before":
        await hold()
    result = await call()
    if here and WHEN == "after":
        await hold()
    return result


commit = Connection.write
effect: Any = getattr(actions, EFFECT)
method: Any = AsyncWebClient.api_call
send: Any = aiohttp.ClientWebSocketResponse.send_str


async def write(self: Connection, job: Any, *args: Any, **kwargs: Any) -> Any:
    async def now() -> Any:
        global disk_is_full
        fails, disk_is_full = disk_is_full, False
        return await commit(self, _filling(job) if fails else job, *args, **kwargs)

    return await pass_by(f"{job.__module__.rsplit('.', 1)[-1]}.{job.__name__}", now)


def fill(*_: object) -> None:
    global disk_is_full
    disk_is_full = True


def _filling(job: Any) -> Any:
    def filling(*args: Any, **kwargs: Any) -> Any:
        job(*args, **kwargs)
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode, full.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
        raise full

    return filling


async def call(function: Any, context: Any, frozen: str) -> Any:
    return await pass_by("effect", lambda: effect(function, context, frozen))


async def api_call(self: AsyncWebClient, api_method: str, **kwargs: Any) -> Any:
    return await pass_by(api_method, lambda: method(self, api_method, **kwargs))


async def send_str(self: aiohttp.ClientWebSocketResponse, data: str, **kwargs: Any) -> Any:
    name = "ack" if '"envelope_id"' in data else "ping"
    return await pass_by(name, lambda: send(self, data, **kwargs))


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, fill)
    Connection.write = write  # type: ignore[method-assign]
    setattr(actions, EFFECT, call)
    AsyncWebClient.api_call = api_call  # type: ignore[method-assign,assignment]
    aiohttp.ClientWebSocketResponse.send_str = send_str  # type: ignore[method-assign,assignment]
    sys.argv = ["nod", "run"]
    main()
