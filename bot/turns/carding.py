"""Cards for actions: those that stand, those that never will, and those of which nobody can say.

Only a last no withdraws an action. Where nobody can say, its card may stand, and a click on it has to count: so
the action waits on, and its card is looked for until it is found or posted, or the action's time is over.
"""

import logging
from collections.abc import Sequence

from bot.turns.outlet import Outlet, Outlets
from bot.turns.parts import Parts
from storage.records import Action, Note

log = logging.getLogger("nod.cards")

NOT_POSTED, UNSURE = Note("card-not-posted"), Note("card-unsure")


async def post_cards(parts: Parts, outlet: Outlet, actions: Sequence[Action]) -> Note | None:
    """Post the cards of a step; what the person has to be told, if not all of them stand.

    Once nobody can say of one, the rest are left to `repost` as well: the turn would wait for each.
    """
    posted: list[Action] = []
    refused = unsure = False
    for action in actions:
        function = parts.functions[action.function]
        try:
            card_ts = await outlet.card(action, function)
        except LookupError:
            log.warning("action %s waits for its card: it is looked for, and posted later", action.id[:8])
            unsure = True
            break
        if card_ts is None:
            refused = True
            await _withdraw(parts, action)
            continue
        posted.append(action)
        if (changed := await _stands(parts, action, card_ts)) is not None:
            await outlet.settle(changed, function)
    together = [action for action in posted if action.batch is not None]
    if len(together) > 1 and not unsure:  # a later card would not be among what it shows, and be confirmed by it
        await outlet.batch(together)
    return UNSURE if unsure else NOT_POSTED if refused else None


async def repost(parts: Parts, outlets: Outlets, actions: Sequence[Action]) -> None:
    """Give a card to waiting actions that had none: their process ended between the row and the card, or Slack
    could not say whether it is there. One that it will never take is withdrawn."""
    for seen in actions:
        action = await parts.storage.actions.get(seen.id)
        if action is None or action.state.final or action.card_ts is not None:
            continue
        if action.conversation.key.is_command:
            continue  # a command's response_url is not kept: it expires, and nothing is done
        try:
            card_ts = await outlets.post_again(action)
        except LookupError:
            continue
        if card_ts is None:
            await _withdraw(parts, action)
        elif (changed := await _stands(parts, action, card_ts)) is not None:
            await outlets.settle_all([changed])


async def _withdraw(parts: Parts, action: Action) -> None:
    await parts.storage.actions.withdraw(action.id, action.requester, parts.clock())


async def _stands(parts: Parts, action: Action, card_ts: str) -> Action | None:
    """Keep where a card stands; its action, if something became of it while the card was posted: the card does not
    show that."""
    await parts.storage.actions.carded(action.id, card_ts)
    now = await parts.storage.actions.get(action.id)
    return now if now is not None and now.state is not action.state else None
