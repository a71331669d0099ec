"""One process of several on the same database: `python -m tests.storage.sqlite.process <path> <command> …`.

It says "ready", waits for a line, so that all of them go at once, and prints what it got as JSON.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.ports import Storage
from storage.records import Decision, TurnState, Verdict
from storage.sqlite import open_storage
from tests.storage.sample import KIM, LATER, LIFE, NOW, click, message, new_action, thread

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


async def mixed(storage: Storage, action_id: str, times: str) -> list[str]:
    """Confirm, deny, withdraw by click, withdraw without one, and edit, in turn and all at once: who won."""
    action = await storage.actions.get(action_id)
    assert action is not None

    async def attempt(number: int) -> str | None:
        match number % 5:
            case 0 | 1 | 2 as kind:
                decision = list(Decision)[kind]
                ruling = await storage.actions.decide(click(action, decision, remember_until=NOW + LIFE))
                return decision if ruling.verdict is Verdict.DECIDED else None
            case 3:
                return "taken back" if await storage.actions.withdraw(action.id, KIM, LATER) else None
            case _:
                new = new_action(f"edited-{os.getpid()}-{number}")
                _, edited = await storage.actions.edit(click(action), new)
                return "edit" if edited else None

    # Each process begins with another kind.
    numbers = range(os.getpid(), os.getpid() + int(times))
    return [won for won in await asyncio.gather(*(attempt(number) for number in numbers)) if won]


async def proposals(storage: Storage, number: str, times: str) -> int | None:
    """Propose and decide in a turn of this process's own; what `verify` says at the end."""
    await storage.inbox.add(message(thread(int(number)), key=f"message:{number}"), NOW)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    for each in range(int(times)):
        new = new_action(f"action-{number}-{each}")
        [action] = await storage.turns.record(claim.turn, [], [new], at=NOW)
        await storage.actions.decide(click(action))
    return await storage.audit.verify()


async def expiries(storage: Storage, at: str, times: str) -> list[str]:
    lists = await asyncio.gather(*(storage.actions.expire(datetime.fromisoformat(at)) for _ in range(int(times))))
    return [action.id for actions in lists for action in actions]


async def begins(storage: Storage, action_id: str, times: str) -> list[bool]:
    begun = await asyncio.gather(*(storage.actions.begin(action_id, NOW) for _ in range(int(times))))
    return [action is not None for action in begun]


async def nothing(storage: Storage) -> list[Any]:
    return list(await storage.audit.rows())


COMMANDS: Mapping[str, Callable[..., Awaitable[Any]]] = {
    "claim": claims,
    "click": clicks,
    "mixed": mixed,
    "propose": proposals,
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
