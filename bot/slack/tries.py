"""Try a call to Slack again: after growing pauses, for as long as another try may end otherwise."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from bot.slack.pace import Limited
from bot.slack.survive import FAR_END, described, final, log

T = TypeVar("T")

WITHIN = 180.0
"""Seconds for which a Slack that fails is tried again."""

SOON = 20.0
"""Seconds for which something is tried again that an answer waits for, and can do without."""

SURELY = 300.0
"""Seconds that what has to be done waits for Slack's limits: Slack never wants longer."""

FIRST, LONGEST = 0.5, 15.0
"""Seconds between two tries: each time twice as long, up to the longest."""


def pauses(within: float | None = None) -> Iterator[float]:
    """Give the seconds to wait before each further try, with jitter, until so many (WITHIN) have passed."""
    until, pause = time.monotonic() + (WITHIN if within is None else within), FIRST
    while time.monotonic() < until:
        yield pause * random.uniform(0.8, 1.2)  # noqa: S311  a pause, not a secret
        pause = min(pause * 2, LONGEST)


def worth_another(error: BaseException) -> bool:
    """Whether a later try may end otherwise: not where Slack has said no, or wants too long a wait."""
    return not isinstance(error, Limited) and not final(error)


async def until_taken(call: Callable[[], Awaitable[T]]) -> T:
    """Make a call that may be made twice, and again for a while (SOON), until Slack takes it or says no. Raises
    what the last try has raised."""
    for pause in pauses(SOON):
        try:
            return await call()
        except FAR_END as error:
            if not worth_another(error):
                raise
            log.info("tried again: %s", described(error))
        await asyncio.sleep(pause)
    return await call()
