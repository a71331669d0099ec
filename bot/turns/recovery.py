"""Take up what the last process left: nothing lost, nothing twice."""

import logging
from datetime import timedelta

from bot.turns.outlet import Outlets
from bot.turns.parts import Parts
from bot.turns.turn import show_again

log = logging.getLogger("nod.recovery")


async def recover(parts: Parts, outlets: Outlets) -> None:
    """Before the worker starts: what was executing is unknown now (or, if its function is idempotent, confirmed
    again); what was answered is shown; what was claimed waits again; what has no card gets one."""
    storage = parts.storage
    idempotent = [function.name for function in parts.functions.values() if function.idempotent]
    interrupted = await storage.actions.interrupt(parts.clock(), idempotent)
    await outlets.settle_all(interrupted)
    ended = await storage.turns.ended()
    for turn in ended:
        await show_again(parts, turn, await outlets.open(turn.claim))
    released = await storage.inbox.release()
    await repost(parts, outlets)
    await outlets.settle_all(await storage.actions.successors())
    if interrupted or ended or released:
        log.warning(
            "taken up: %d deliveries, %d answers, %d interrupted actions", released, len(ended), len(interrupted)
        )


async def repost(parts: Parts, outlets: Outlets, older_than: timedelta = timedelta(0)) -> None:
    """Give a card to every waiting action that has none: its process ended between the row and the card, or Slack
    could not say whether it is there. A running turn posts its own: `older_than` leaves them to it."""
    for action in await parts.storage.actions.uncarded():
        if action.conversation.key.is_command or parts.clock() - action.proposed_at < older_than:
            continue  # a command's response_url is not kept: it expires, and nothing is done
        card_ts = await outlets.post_again(action)
        if card_ts is not None:
            await parts.storage.actions.carded(action.id, card_ts)
