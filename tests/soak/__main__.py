"""`make soak`: run it, print what it came to, and end with 1 if anything was wrong."""

import argparse
import asyncio
import logging
import os
import random
import shutil
import sys
from pathlib import Path

from tests.conftest import FOREIGN, GUARD
from tests.soak.report import faults, lines
from tests.soak.soak import RATE, soak

ARTIFACTS = Path(__file__).parent.parent.parent / ".artifacts"
"""Where the database, the log and what people saw are kept until the next run of the same seed."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--rate", type=float, default=RATE, help="how likely everything that may fail does")
    given = parser.parse_args()
    # the demo's servers would tell of every request that ends with the process that made it
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    print(f"seed {given.seed}, {given.seconds:g} seconds", flush=True)  # noqa: T201
    folder = ARTIFACTS / f"soak-{given.seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    clean = {name: value for name, value in os.environ.items() if not FOREIGN.fullmatch(name)}
    environment = {**clean, "HOME": str(folder), "PYTHONPATH": str(GUARD.parent)}
    report = asyncio.run(soak(given.seed, given.seconds, environment, folder, given.rate))
    print("\n".join(lines(report)))  # noqa: T201
    return 1 if faults(report) else 0


if __name__ == "__main__":
    sys.exit(main())
