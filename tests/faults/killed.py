"""Run `nod run`, and end it as a power cut does, right before or right after a commit or an effect.

    python tests/faults/killed.py <place> <before|after> <which time>

A place is a transaction by its module and name, such as `decisions.decide`, or `effect`: a function's run. Nothing
in the product knows of it: the one place through which every commit goes is wrapped here.
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bot.cli import main
from bot.turns import actions
from storage.sqlite.connection import Connection

PLACE, WHEN, TIMES = sys.argv[1], sys.argv[2], int(sys.argv[3])

EFFECT = "call"
"""The name by which `bot.turns.actions` runs a function."""

count = 0


async def around(name: str, call: Callable[[], Awaitable[Any]]) -> Any:
    global count
    hit = False
    if name == PLACE:
        count += 1
        hit = count == TIMES
    if hit and WHEN == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = await call()
    if hit and WHEN == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return result


commit = Connection.write
effect: Any = getattr(actions, EFFECT)


async def write(self: Connection, job: Any, *args: Any, **kwargs: Any) -> Any:
    name = f"{job.__module__.rsplit('.', 1)[-1]}.{job.__name__}"
    return await around(name, lambda: commit(self, job, *args, **kwargs))


async def call(function: Any, context: Any, frozen: str) -> Any:
    return await around("effect", lambda: effect(function, context, frozen))


Connection.write = write  # type: ignore[method-assign]
setattr(actions, EFFECT, call)
sys.argv = ["nod", "run"]
main()
