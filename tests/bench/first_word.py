"""`make bench`: how long the model's first word takes to be seen in Slack, through the real process in the demo.

From when the first token of the stand-in model goes out until the workspace has the first text of the answer, in
turns of three kinds: a plain answer in a new thread, one more in a long thread, and one after a function, whose
task begins the message. Goal: a median under 150 ms for each, where nothing else runs. Exit status 1 if not.
"""

import asyncio
import json
import logging
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bot.demo.model.conversation import Reply
from bot.demo.model.script import Step
from bot.demo.workspace.state import Workspace
from bot.demo.world import start_world
from tests.e2e.office import WITHIN, Office, Thread, open_office
from tests.source import HOME

TURNS, GOAL = 30, 150.0
PAUSE = 0.02
"""Seconds between two tokens."""

WORDS = "Here is what you asked for, one word after another, as a model writes them."
LOOK_UP = ("query_employees", {"aggregate": "average", "aggregate_field": "age"})
KINDS = ("new thread", "long thread", "after a function")
REPORT = HOME / ".artifacts" / "bench-first-word.json"


async def measure(turns: int) -> dict[str, list[float]]:
    """Run so many turns of each kind; the milliseconds of each turn."""
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(HOME)}
        async with (
            start_world(delta_seconds=PAUSE) as world,
            open_office(world, Path(folder), environment) as office,
        ):
            await office.start()
            long = await asked(office, None)
            await shown(long)
            for _ in range(turns):
                for kind in KINDS:
                    if kind == "after a function":
                        world.script.calls(LOOK_UP)
                    thread = await asked(office, long if kind == "long thread" else None)
                    seen = await shown(thread)
                    found[kind].append((seen - world.script.spoke[-1]) * 1_000)
                    await ended(thread)
            assert await office.stop() == 0
    return found


async def asked(office: Office, thread: Thread | None) -> Thread:
    office.world.script.add(Step(Reply(text=WORDS)))
    if thread is not None:
        await ended(thread)
        return await thread.then("lee", "and now?")
    return await office.ask("lee", "general", "@Nod say it")


async def shown(thread: Thread) -> float:
    """Wait for the first text of an answer; when it was there."""

    def first(_: Workspace) -> bool:
        return any(each.ts > thread.asked and each.markdown + each.text for each in thread.replies)

    await thread.office.workspace.wait_for(first, WITHIN)
    return time.monotonic()


async def ended(thread: Thread) -> None:
    def whole(workspace: Workspace) -> bool:
        marks = [(each.metadata or {}).get("event_type") for each in thread.replies if each.ts > thread.asked]
        return "nod_answer" in marks and (thread.channel, thread.ts) not in workspace.statuses

    await thread.office.workspace.wait_for(whole, WITHIN)


def figures(milliseconds: list[float]) -> dict[str, float]:
    tenths = statistics.quantiles(milliseconds, n=10)
    return {
        "turns": len(milliseconds),
        "median": round(statistics.median(milliseconds), 1),
        "p90": round(tenths[-1], 1),
        "most": round(max(milliseconds), 1),
    }


def main() -> int:
    logging.disable(logging.INFO)
    found = {kind: figures(each) for kind, each in asyncio.run(measure(TURNS)).items()}
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps({"goal": GOAL, "milliseconds": found}, indent=2) + "\n")
    names = ("turns", "median", "p90", "most")
    rows = [[kind, *(f"{each[name]:g}" for name in names)] for kind, each in found.items()]
    for kind, *cells in [["ms to the first word", *names], *rows]:
        sys.stdout.write(kind.ljust(24) + "".join(cell.rjust(10) for cell in cells) + "\n")
    kept = all(each["median"] < GOAL for each in found.values())
    sys.stdout.write(f"{'the goal is met' if kept else 'THE GOAL IS MISSED'}; written to {REPORT.name}\n")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
