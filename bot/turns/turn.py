"""One turn: what was delivered enters the history, what was confirmed is done, and the loop answers."""

from bot.turns.actions import carry_out
from bot.turns.ending import NotShown
from bot.turns.loop import run_loop
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.turns.proposals import Limits
from storage.outcomes import outcome_items
from storage.records import ActionState, Claim, DeliveryKind, InboxEntry, NewItem, TurnState, UserItem


async def run_turn(parts: Parts, claim: Claim, outlet: Outlet) -> TurnState:
    """Run a claimed turn to its end; the outlet is finished when this returns.

    Raises bot.errors.ModelError; the history then holds what was delivered, so that nobody has to repeat it.
    Raises NotShown when its end is recorded and could not be shown yet.
    """
    items: list[NewItem] = []
    denied: set[str] = set()
    advised = False
    for entry in claim.entries:
        if entry.delivery.kind is not DeliveryKind.DECISION:
            items += _said(entry, outlet)
            continue
        action = await carry_out(parts, entry.delivery.action_id or "", outlet)
        if action is not None:
            items += outcome_items(action)
        if action is not None and action.state is ActionState.DENIED:
            denied.add(action.digest)
            advised = advised or (bool(action.reason) and action.decided_by != action.requester)
    if not items:
        await parts.storage.turns.record(claim.turn, (), at=parts.clock(), ending=TurnState.ANSWERED)
        if not await outlet.greet():
            raise NotShown
        return TurnState.ANSWERED
    await parts.storage.turns.record(claim.turn, items, at=parts.clock())
    return await run_loop(parts, claim, outlet, Limits(frozenset(denied), advised))


def _said(entry: InboxEntry, outlet: Outlet) -> list[NewItem]:
    """Turn a message into history: nothing for an empty mention."""
    delivery = entry.delivery
    if not delivery.text.strip():
        return []
    alone = delivery.direct or delivery.kind is DeliveryKind.COMMAND
    speaker = "" if alone else outlet.person.name or delivery.user  # among others nobody speaks unnamed
    return [NewItem(UserItem(delivery.text, delivery.user, speaker), key=f"entry:{entry.id}")]
