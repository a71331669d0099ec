"""A turn that its person stops: what ends with it at once, what goes on, and how it is told.

A stop is committed before anything else (`storage.turns.stop`); then the turn's waits end: for the model, for
read-only calls, for files. A write to Slack never does, because nobody could tell whether it was done, and neither
does an action: its outcome is written down and told on its card. Whatever the turn tries to record after the
commit is refused, so a stop that comes while nothing is waited for is met at the next step.
"""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Sequence
from typing import Any, TypeVar

from bot.turns.effects import Effects
from bot.turns.ending import close
from bot.turns.joining import unheard
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.turns.said import text_of, user_item
from bot.turns.stops import Halt, Stopped
from storage.ports import TurnStopped
from storage.records import Claim, DeliveryKind, NewItem, Note, TurnState

log = logging.getLogger("nod.turns")

T = TypeVar("T")

STOPPED = Note("stopped", quiet=True)

STOPPED_BESIDE = Note("stopped-beside", quiet=True)
"""What was confirmed goes on: its card says how it ends."""


async def unless_stopped(parts: Parts, claim: Claim, outlet: Outlet, turn: Awaitable[TurnState]) -> TurnState:
    """Await a turn; if its person stops it, record what it had said and show that it is over.

    Raises NotShown as every end does.
    """
    try:
        return await turn
    except Stopped as stop:
        said = stop.said
    except TurnStopped:
        said = ""
    log.info("turn %d is stopped", claim.turn)
    parts.metrics.turn_stopped()
    items = [*await unheard(parts, claim), *asked(claim, outlet)]
    note = await parts.storage.turns.stopped(claim.turn, items, said, parts.clock())
    await close(outlet, note)
    return TurnState.ANSWERED


def asked(claim: Claim, outlet: Outlet) -> Sequence[NewItem]:
    """Build what people had asked: a turn may be stopped while its files are still read. What is recorded already
    is left out by its key."""
    said = [entry for entry in claim.entries if entry.delivery.kind is not DeliveryKind.DECISION]
    return [user_item(entry, outlet.person) for entry in said if text_of(entry.delivery).strip()]


async def beside(effects: Effects, halt: Halt, work: Coroutine[Any, Any, T]) -> T:
    """Await what a stop does not end: it goes on, and only the wait for it is over. Raises Stopped.

    A turn that is cancelled, because Nod stops, cancels it: `Effects` keeps what has begun to change the world.
    """
    task = asyncio.create_task(work)
    try:
        async with halt.within():
            return await asyncio.shield(task)
    except Stopped:
        effects.keep(task)
        task.add_done_callback(_told)
        raise
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise


def _told(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("what went on beside a stopped turn ended with %s: %s", type(error).__name__, error)
