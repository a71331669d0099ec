"""One process of several on the same database: `python -m tests.storage.sqlite.process <path> <command> …`.

It says "ready", waits for a line, so that all of them go at once, and prints what it got as JSON.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.ports import Storage
from storage.records import Decision, TurnState
from storage.sqlite import open_storage
from tests.storage.sample import NOW, click

ROOT = Path(__file__).parents[3]


async def started_together(path: Path, *commands: list[str]) -> list[Any]:
    """Run a process for each command and return what each one printed."""
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.storage.sqlite.process",
            str(path),
            *command,
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for command in commands
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    outputs = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [process.returncode for process in processes] == [0] * len(commands)
    return [json.loads(output) for output, _ in outputs]


async def claims(storage: Storage, end: str) -> list[list[Any]]:
    """Claim until there is nothing left: the conversation and the keys of each turn."""
    got = []
    while claim := await storage.inbox.claim(NOW):
        got.append([claim.conversation.id, [entry.delivery.key for entry in claim.entries]])
        if end == "finish":
            await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)
    return got


async def clicks(storage: Storage, action_id: str, decision: str, at: str, times: str) -> list[str]:
    action = await storage.actions.get(action_id)
    assert action is not None
    made = click(action, Decision(decision), at=datetime.fromisoformat(at))
    rulings = await asyncio.gather(*(storage.actions.decide(made) for _ in range(int(times))))
    return [ruling.verdict for ruling in rulings]


async def expiries(storage: Storage, at: str, times: str) -> list[str]:
    lists = await asyncio.gather(*(storage.actions.expire(datetime.fromisoformat(at)) for _ in range(int(times))))
    return [action.id for actions in lists for action in actions]


async def begins(storage: Storage, action_id: str, times: str) -> list[bool]:
    begun = await asyncio.gather(*(storage.actions.begin(action_id, NOW) for _ in range(int(times))))
    return [action is not None for action in begun]


async def nothing(storage: Storage) -> list[Any]:
    return list(await storage.actions.audit())


COMMANDS: Mapping[str, Callable[..., Awaitable[Any]]] = {
    "claim": claims,
    "click": clicks,
    "expire": expiries,
    "begin": begins,
    "open": nothing,
}


async def main(path: str, command: str, *arguments: str) -> None:
    if command == "open":
        go()
    storage = await open_storage(path)
    if command != "open":
        go()
    sys.stdout.write(json.dumps(await COMMANDS[command](storage, *arguments)))
    await storage.close()


def go() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
