"""Take up what the last process left: nothing lost, nothing twice."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from bot.turns.outlet import Outlets
from bot.turns.parts import Parts
from bot.turns.turn import show_again
from storage.ports import StorageError
from storage.records import Action, Ended

log = logging.getLogger("nod.recovery")

AT_ONCE = 8
"""Threads that are mended side by side: Slack takes about one call a second of most kinds."""

STORAGE_PAUSE = 1.0
"""Seconds before a database that failed is asked again."""


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
    """Show what was left, while the worker is at work already: a thread whose answer is not shown yet hears no
    other turn until it is. Cards that were left in the middle say what became of them, or are posted."""
    free = asyncio.Semaphore(AT_ONCE)

    async def bounded(work: Awaitable[None]) -> None:
        async with free:
            await work

    await asyncio.gather(
        bounded(outlets.settle_all(left.interrupted)),
        *(bounded(_show_again(parts, outlets, ended)) for ended in left.ended),
    )
    await repost(parts, outlets, left.uncarded)
    await outlets.settle_all(await parts.storage.actions.successors())


async def _show_again(parts: Parts, outlets: Outlets, ended: Ended) -> None:
    """Show one answer and end its turn. Its thread waits for that, so a database that fails is asked again, and a
    defect in the showing does not keep it waiting."""
    turn = ended.claim.turn
    try:
        await show_again(ended, await outlets.open(ended.claim))
    except Exception:
        log.exception("what turn %d has answered cannot be shown", turn)
    while True:
        try:
            await parts.storage.turns.finish(turn, ended.state, parts.clock())
            return
        except StorageError as error:
            log.error("turn %d could not be ended yet: %s", turn, error)
            await asyncio.sleep(STORAGE_PAUSE)


async def repost(parts: Parts, outlets: Outlets, actions: Sequence[Action]) -> None:
    """Give a card to waiting actions that had none: their process ended between the row and the card, or Slack
    could not say whether it is there."""
    for seen in actions:
        action = await parts.storage.actions.get(seen.id)
        if action is None or action.state.final or action.conversation.key.is_command:
            continue  # a command's response_url is not kept: it expires, and nothing is done
        card_ts = await outlets.post_again(action)
        if card_ts is not None:
            await parts.storage.actions.carded(action.id, card_ts)
