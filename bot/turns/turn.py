"""One turn: what was delivered enters the history, what was confirmed is done, and the loop answers."""

from bot.turns.actions import carry_out
from bot.turns.loop import run_loop
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.words.catalogue import words_for
from storage.outcomes import outcome_items
from storage.records import Claim, DeliveryKind, InboxEntry, NewItem, TurnState, UserItem


async def run_turn(parts: Parts, claim: Claim, outlet: Outlet) -> TurnState:
    """Run a claimed turn to its end; the outlet is finished when this returns.

    Raises bot.errors.ModelError; the history then holds what was delivered, so that nobody has to repeat it.
    """
    items = [item for entry in claim.entries for item in await _arrive(parts, claim, entry, outlet)]
    if not items:
        words = words_for(outlet.person.locale)
        await outlet.finish(words("greeting", name=outlet.person.name))
        return TurnState.ANSWERED
    await parts.storage.turns.record(claim.turn, items, at=parts.clock())
    return await run_loop(parts, claim, outlet)


async def _arrive(parts: Parts, claim: Claim, entry: InboxEntry, outlet: Outlet) -> list[NewItem]:
    """Turn an entry into history: nothing for an empty mention, a pair for a decided action."""
    delivery = entry.delivery
    if delivery.kind is DeliveryKind.DECISION:
        action = await carry_out(parts, delivery.action_id or "", outlet)
        return outcome_items(action) if action is not None else []
    if not delivery.text.strip():
        return []
    alone = delivery.direct or delivery.kind is DeliveryKind.COMMAND
    speaker = "" if alone else outlet.person.name
    return [NewItem(UserItem(delivery.text, delivery.user, speaker), key=f"entry:{entry.id}")]
