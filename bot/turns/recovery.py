"""Take up what the last process left: nothing lost, nothing twice."""

import logging
from dataclasses import dataclass

from bot.turns.carding import repost
from bot.turns.outlet import Outlets
from bot.turns.parts import Parts
from storage.records import Action, Ended

log = logging.getLogger("nod.recovery")


@dataclass(frozen=True)
class Left:
    """What the last process has left to be shown: actions that it was executing, answers that it had, actions
    without a card. Looked up before this process makes its own."""

    interrupted: list[Action]
    ended: list[Ended]
    uncarded: list[Action]


async def recover(parts: Parts) -> Left:
    """Before the worker starts: what was executing is unknown now (or, if its function is idempotent, confirmed
    again), and what was claimed waits again. What remains is for `show_left`."""
    storage = parts.storage
    idempotent = [function.name for function in parts.functions.values() if function.idempotent]
    interrupted = await storage.actions.interrupt(parts.clock(), idempotent)
    left = Left(interrupted, await storage.turns.ended(), await storage.actions.uncarded())
    released = await storage.inbox.release()
    if left.interrupted or left.ended or released:
        log.warning(
            "taken up: %d deliveries, %d answers, %d interrupted actions",
            released,
            len(left.ended),
            len(left.interrupted),
        )
    return left


async def show_left(parts: Parts, outlets: Outlets, left: Left) -> None:
    """Show the cards that were left, while the worker is at work already: those that were left in the middle say
    what became of them, those that were never posted are, and those of what is over by now lose their buttons. The
    answers of `left.ended` are the worker's to show."""
    await outlets.settle_all(left.interrupted)
    await repost(parts, outlets, left.uncarded)
    await outlets.settle_all(await parts.storage.actions.successors())
    await outlets.settle_all(await parts.storage.actions.unsettled(parts.clock()))
