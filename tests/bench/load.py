"""So many people at once, each asking as soon as they have been answered; and what it cost, in a Sample."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from tests.bench.far_end import FarEnd, Turn

SETTLE = 0.3
"""Seconds after the last answer in which what a bot does behind it is still counted as its cost."""


@dataclass(frozen=True)
class Sample:
    """One stretch of load on one bot. Times in milliseconds, memory in MiB; `busy` are parts of one core."""

    turns: int
    lost: int
    rate: float
    """Turns a second."""
    cpu: float
    """Processor time of the bot's process a turn."""
    p50: float
    p99: float
    """From the mention to the end of the answer."""
    first_word: float
    """From the model's first piece to the first word in Slack: the median."""
    ack_p99: float
    memory: float
    """Resident, at the end."""
    busy: float
    """Of the bot."""
    far_end_busy: float
    """Of the demo, the stand-in model and the people who ask, which share a process."""


async def load(
    far_end: FarEnd,
    bot: psutil.Process,
    turns: int,
    at_once: int,
    threads: Sequence[tuple[str, str]] = (),
    seconds: float = 60.0,
) -> Sample:
    """Ask `turns` questions, `at_once` at a time, in threads of their own or in turn in these; stop after
    `seconds` with what was answered."""
    own = psutil.Process()
    far_end.acks.clear()
    lost = far_end.lost
    done: list[Turn] = []
    left = iter(range(turns))
    busy = {thread: asyncio.Lock() for thread in threads}
    began, cpu, own_cpu = time.monotonic(), cpu_seconds(bot), cpu_seconds(own)

    async def person() -> None:
        for number in left:
            if time.monotonic() - began > seconds:
                return
            if not threads:
                done.append(await far_end.ask())
                continue
            thread = threads[number % len(threads)]
            async with busy[thread]:
                done.append(await far_end.ask(thread))

    await asyncio.gather(*(person() for _ in range(at_once)))
    took = time.monotonic() - began
    own_took = cpu_seconds(own) - own_cpu
    await asyncio.sleep(SETTLE)
    spent = cpu_seconds(bot) - cpu
    ended = [turn for turn in done if turn.ended]
    answers = sorted(turn.ended - turn.asked for turn in ended)
    words = sorted(turn.first_word - turn.first_piece for turn in ended)
    return Sample(
        turns=len(ended),
        lost=far_end.lost - lost,
        rate=len(ended) / took,
        cpu=spent / max(len(ended), 1) * 1000,
        p50=percentile(answers, 50) * 1000,
        p99=percentile(answers, 99) * 1000,
        first_word=percentile(words, 50) * 1000,
        ack_p99=percentile(sorted(far_end.acks), 99) * 1000,
        memory=bot.memory_info().rss / 2**20,
        busy=spent / took,
        far_end_busy=own_took / took,
    )


def cpu_seconds(process: psutil.Process) -> float:
    """Return what a process has had of a processor so far, in and out of the kernel."""
    times = process.cpu_times()
    return float(times.user + times.system)


def percentile(ordered: Sequence[float], part: float) -> float:
    """Return the nearest rank of a sorted sequence; 0 of an empty one."""
    return ordered[min(round(part / 100 * len(ordered)), len(ordered) - 1)] if ordered else 0.0
