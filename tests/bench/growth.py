"""What grows with use, and must not cost: long threads, a large database, many conversations, a long past."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.contenders import NOD, running
from tests.bench.far_end import FarEnd
from tests.bench.fill import ITEMS_EACH, Past, fill
from tests.bench.load import load

CONTEXT = {"NOD_CONTEXT_TOKENS": "6000"}

MEGABYTE = 2**20


@dataclass(frozen=True)
class Point:
    """One point of a curve."""

    size: int
    value: float
    note: str = ""


@dataclass(frozen=True)
class Extent:
    """How far the curves go, and how long each point is measured."""

    items: tuple[int, ...] = (10, 100, 1_000, 10_000)
    threads: int = 20
    messages: tuple[int, ...] = (1_000, 1_000_000)
    touched: tuple[int, ...] = (500, 1_000, 2_000, 5_000, 10_000)
    conversations: int = 100_000
    waiting: int = 1_000
    turns: int = 120
    at_once: int = 4
    rounds: int = 2
    seconds: float = 600.0
    """For the conversations that are touched, at most."""


QUICK = Extent(
    items=(10, 1_000), threads=6, messages=(1_000, 20_000), touched=(40, 80), conversations=2_000, waiting=50,
    turns=12, rounds=1, seconds=10.0,
)  # fmt: skip


async def long_threads(far_end: FarEnd, extent: Extent) -> list[Point]:
    """Measure a turn's processor time, in ms, by how many items its thread has."""
    threads = [far_end.thread(number) for number in range(extent.threads)]
    pasts = {size: Past(far_end.team, far_end.people[0], threads=threads, items=size) for size in extent.items}
    return await _turns_in(far_end, pasts, extent, threads)


async def large_database(far_end: FarEnd, extent: Extent) -> list[Point]:
    """Measure the same by how many messages the database holds, of other threads."""
    pasts = {size: Past(far_end.team, far_end.people[0], others=size // ITEMS_EACH) for size in extent.messages}
    return await _turns_in(far_end, pasts, extent, ())


async def _turns_in(
    far_end: FarEnd, pasts: dict[int, Past], extent: Extent, threads: Sequence[tuple[str, str]]
) -> list[Point]:
    with tempfile.TemporaryDirectory() as folder:
        for size, past in pasts.items():
            (Path(folder) / str(size)).mkdir()
            await fill(Path(folder) / str(size) / "nod.db", past)
        costs: dict[int, list[float]] = {size: [] for size in pasts}
        notes = {}
        for _ in range(extent.rounds):
            for size in pasts:
                home = Path(folder) / str(size)
                async with running(far_end.world, NOD, home, CONTEXT) as bot:
                    await load(far_end, bot, max(extent.threads, 10), extent.at_once, threads)
                    sample = await load(far_end, bot, extent.turns, extent.at_once, threads)
                costs[size].append(sample.cpu)
                notes[size] = (
                    f"p50 {sample.p50:.0f} ms, {(home / 'nod.db').stat().st_size / MEGABYTE:.0f} MiB on disk"
                )
        return [Point(size, median(values), notes[size]) for size, values in costs.items()]


async def touched(far_end: FarEnd, extent: Extent) -> list[Point]:
    """Measure the resident memory, in MiB, of one process by how many conversations it has had a turn in."""
    points: list[Point] = []
    began = time.monotonic()
    async with running(far_end.world, NOD) as bot:
        done = 0
        for size in extent.touched:
            left = extent.seconds - (time.monotonic() - began)
            if left <= 0:
                break
            sample = await load(far_end, bot, size - done, 20, seconds=left)
            done += sample.turns
            points.append(Point(done, sample.memory, f"{sample.cpu:.2f} ms a turn"))
    return points


async def starting(far_end: FarEnd, extent: Extent) -> list[Point]:
    """Measure the seconds from the process's start to its first open socket, by the conversations of the past."""
    with tempfile.TemporaryDirectory() as folder:
        pasts = {0: Past(far_end.team, far_end.people[0])}
        pasts[extent.conversations] = Past(
            far_end.team, far_end.people[0], others=extent.conversations, waiting=extent.waiting
        )
        for size, past in pasts.items():
            (Path(folder) / str(size)).mkdir()
            await fill(Path(folder) / str(size) / "nod.db", past)
        took: dict[int, list[float]] = {size: [] for size in pasts}
        spent: dict[int, list[float]] = {size: [] for size in pasts}
        for _ in range(extent.rounds + 1):
            for size in pasts:
                began = time.monotonic()
                async with running(far_end.world, NOD, Path(folder) / str(size), settled=False) as bot:
                    took[size].append(time.monotonic() - began)
                    spent[size].append(sum(bot.cpu_times()[:2]))
        return [
            Point(
                size,
                median(values),
                f"{median(spent[size]):.2f} s of processor time, {past.waiting} waiting actions",
            )
            for (size, values), past in zip(took.items(), pasts.values(), strict=True)
        ]
