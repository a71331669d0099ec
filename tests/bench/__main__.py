"""`make bench`: what a turn costs, beside the least that it can, and as use grows. Prints Markdown.

Nod and the bare floor bot take turns in one world, round by round, so that a slow moment of the machine is both's.
Goals are said beside what was found; nothing fails by the clock.
"""

import argparse
import asyncio
import json
import logging
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench import growth
from tests.bench.contenders import FLOOR, NOD, NOD_UVLOOP, running
from tests.bench.far_end import ANSWER, ONE_LINE, FarEnd, open_far_end
from tests.bench.goals import judged
from tests.bench.load import Sample, load
from tests.bench.report import comparison, curve
from tests.source import HOME

ARTIFACTS = HOME / ".artifacts"

PARTS = ("comparison", "threads", "database", "memory", "start")


@dataclass(frozen=True)
class Load:
    """So many turns, so many at once; `pause` in seconds between two pieces of the model's answer."""

    name: str
    turns: int
    at_once: int
    answer: str = ANSWER
    pause: float = 0.0


LOADS = (
    Load("1 at once", 60, 1),
    Load("20 at once", 300, 20),
    Load("200 at once", 600, 200),
    Load("20 at once, an answer of one line", 300, 20, ONE_LINE),
    Load("1 at once, a model that takes its time", 15, 1, pause=0.005),
)

QUICK_LOADS = (Load("1 at once", 8, 1), Load("20 at once", 40, 20))

WARM_UP = 30
"""Turns of each process that are not counted."""

CURVES = {
    "threads": ("items in the thread", "ms a turn", growth.long_threads),
    "database": ("messages in the database", "ms a turn", growth.large_database),
    "memory": ("conversations touched", "MiB", growth.touched),
    "start": ("conversations of the past", "s to the first socket", growth.starting),
}


async def compare(
    far_end: FarEnd, bots: Sequence[str], loads: Sequence[Load], rounds: int
) -> dict[str, dict[str, list[Sample]]]:
    """Measure each bot under each load, bot by bot and round by round."""
    runs: dict[str, dict[str, list[Sample]]] = {each.name: {bot: [] for bot in bots} for each in loads}
    for number in range(rounds):
        for bot in bots:
            _say(f"round {number + 1} of {rounds}: {bot}")
            async with running(far_end.world, bot) as process:
                await load(far_end, process, WARM_UP, 6)
                for each in loads:
                    far_end.script.answer, far_end.script.pause = each.answer, each.pause
                    runs[each.name][bot].append(await load(far_end, process, each.turns, each.at_once))
            far_end.script.answer, far_end.script.pause = ANSWER, 0.0
    return runs


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run the parts that were asked for, print each as it is done, and return what was found."""
    found: dict[str, Any] = {"machine": _machine(), "quick": options.quick}
    extent = growth.QUICK if options.quick else growth.Extent()
    async with open_far_end() as far_end:
        if "comparison" in options.parts:
            bots = [FLOOR, NOD, *([NOD_UVLOOP] if options.uvloop else []), *options.against]
            loads = QUICK_LOADS if options.quick else LOADS
            runs = await compare(far_end, bots, loads, 1 if options.quick else options.rounds)
            found["comparison"] = {
                name: {bot: [asdict(sample) for sample in samples] for bot, samples in by_bot.items()}
                for name, by_bot in runs.items()
            }
            _write(comparison(runs))
        for part, (name, unit, grown) in CURVES.items():
            if part in options.parts:
                _say(f"{part} …")
                points = await grown(far_end, extent)
                found[part] = [asdict(point) for point in points]
                _write(curve(name, unit, points))
    return found


def main() -> None:
    options = _options()
    logging.disable(logging.INFO)
    began = time.monotonic()
    found = asyncio.run(measure(options))
    found["seconds"] = round(time.monotonic() - began, 1)
    _write(judged(found))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found, indent=2) + "\n")
    _say(f"written to {options.json.name}; {found['seconds']:.0f} s in all")
    try:
        from tests.bench.plots import draw
    except ImportError:
        _say("no plots: matplotlib is not installed (make bench does)")
        return
    for path in draw(found, options.plots):
        _say(f"drawn: {path.name}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less than a minute: to see that it runs")
    parser.add_argument("--parts", type=lambda given: given.split(","), default=PARTS, help=",".join(PARTS))
    parser.add_argument("--rounds", type=int, default=3, help="of the comparison")
    parser.add_argument("--uvloop", action="store_true", help="also Nod on uvloop")
    parser.add_argument("--against", type=_folder, action="append", default=[], help="another Nod's folder")
    parser.add_argument("--json", type=Path, default=ARTIFACTS / "bench.json", help="all that was measured")
    parser.add_argument("--plots", type=Path, default=ARTIFACTS / "bench", help="where the PNG files go")
    return parser.parse_args()


def _folder(given: str) -> str:
    return str(Path(given).resolve(strict=True))


def _machine() -> str:
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    return f"{system}, Python {platform.python_version()}"


def _write(table: str) -> None:
    """Write what is for the document."""
    sys.stdout.write(f"{table}\n\n")
    sys.stdout.flush()


def _say(text: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
