"""`make bench`: a thread of 100 turns at 6,000 tokens of context, through the real process in the demo.

Prints how much of all that the model is sent was sent in the request before too, from the first byte on: that
is what a prompt cache spares. Goals: at least 90 % of all bytes, and no request more than 10 % over the budget,
counted as the stand-in model does, four bytes a token. Exit status 1 if one is missed.
"""

import asyncio
import json
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from bot.demo.world import start_world
from tests.e2e.long_thread import LongThread, is_notes, prompt, shared, tokens_of
from tests.e2e.office import open_office
from tests.source import HOME

TURNS, BUDGET = 100, 6_000
LEAST_SHARED, MOST_OVER = 0.9, 1.1
QUESTIONS = (
    "what is the average age?",
    "who earns the most?",
    "what is the weather in Seoul?",
    "평균 연봉은?",
    "how many employees are there?",
    "who is the youngest?",
    "최고령 직원은 누구야?",
)
REPORT = HOME / ".artifacts" / "bench-memory.json"


async def converse(api: str) -> dict[str, Any]:
    """Run the thread over one API; the figures."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            start_world(delta_seconds=0) as world,
            open_office(
                world, Path(folder), {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(HOME)}
            ) as office,
        ):
            office.settings |= {"NOD_CONTEXT_TOKENS": str(BUDGET), "NOD_MODEL_API": api}
            await office.start()
            long = await LongThread.begin(office, "lee", QUESTIONS[0])
            for number in range(1, TURNS):
                await long.ask("kim" if number % 5 == 0 else "lee", QUESTIONS[number % len(QUESTIONS)])
            cached = sum(turn["cached_tokens"] for turn in long.turns())
            counted = sum(turn["input_tokens"] for turn in long.turns())
            assert await office.stop() == 0
    return figures(world.script.requests) | {"cached_tokens": cached, "input_tokens": counted}


def figures(requests: list[dict[str, Any]]) -> dict[str, Any]:
    """Compare each request, summaries' included, with the one before it of the same kind."""
    alike = total = 0
    before: dict[bool, bytes] = {}
    for body in requests:
        given = prompt(body)
        alike += shared(before.get(is_notes(body), b""), given)
        total += len(given)
        before[is_notes(body)] = given
    return {
        "turns": TURNS,
        "budget": BUDGET,
        "requests": len(requests),
        "compactions": sum(map(is_notes, requests)),
        "bytes": total,
        "shared_bytes": alike,
        "shared": round(alike / total, 4),
        "largest_request": max(map(tokens_of, requests)),
    }


def main() -> int:
    logging.disable(logging.INFO)
    found = {api: asyncio.run(converse(api)) for api in ("responses", "chat")}
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(found, indent=2) + "\n")
    rows = [["", *found], *([name, *(str(each[name]) for each in found.values())] for name in found["chat"])]
    sys.stdout.write("\n".join("".join(cell.ljust(18) for cell in row).rstrip() for row in rows) + "\n")
    kept = all(
        each["shared"] >= LEAST_SHARED and each["largest_request"] <= BUDGET * MOST_OVER for each in found.values()
    )
    sys.stdout.write(f"{'both goals are met' if kept else 'A GOAL IS MISSED'}; written to {REPORT.name}\n")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
