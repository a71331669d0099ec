"""One turn: what was delivered enters the history, what was confirmed is done, and the loop answers."""

from bot.turns.actions import carry_out
from bot.turns.attachments import Allowance, attached
from bot.turns.ending import NotShown
from bot.turns.history import estimate
from bot.turns.joining import overheard
from bot.turns.keys import entry_key
from bot.turns.loop import run_loop
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.turns.proposals import Limits
from bot.turns.said import text_of, user_item
from bot.turns.stopping import beside
from storage.outcomes import outcome_items
from storage.records import (
    Action,
    ActionState,
    Attached,
    Claim,
    DeliveryKind,
    InboxEntry,
    NewItem,
    TurnState,
)


async def run_turn(parts: Parts, claim: Claim, outlet: Outlet) -> TurnState:
    """Run a claimed turn to its end; the outlet is finished when this returns.

    Raises bot.errors.ModelError; the history then holds what was delivered, so that nobody has to repeat it.
    Raises NotShown when its end is recorded and could not be shown yet, and Stopped.
    """
    items: list[NewItem] = []
    denied: set[str] = set()
    advised = False
    decided = await _decided(parts, claim, outlet)
    allowance = Allowance.begin(parts.turnstile, parts.context_tokens // 2)
    for entry in claim.entries:
        if entry.delivery.kind is not DeliveryKind.DECISION:
            said = [] if entry.delivery.deleted else await _said(parts, claim, entry, outlet, allowance)
            if said and not items:
                taken = sum(estimate(each.item) for each in said)
                items += await overheard(parts, claim, entry, outlet, taken)
            items += said
            continue
        action = decided[entry.id]
        if action is not None:
            items += outcome_items(action)
        if action is not None and action.state is ActionState.DENIED:
            denied.add(action.digest)
            advised = advised or (bool(action.reason) and action.decided_by != action.requester)
    if not items and all(entry.delivery.deleted for entry in claim.entries):
        await outlet.finish()  # nobody asks any more; only what an earlier try had begun is ended
        return TurnState.ANSWERED
    if not items:
        await parts.storage.turns.record(claim.turn, (), at=parts.clock(), ending=TurnState.ANSWERED)
        if not await outlet.greet():
            raise NotShown
        return TurnState.ANSWERED
    await parts.storage.turns.record(claim.turn, items, at=parts.clock())
    return await run_loop(parts, claim, outlet, Limits(frozenset(denied), advised))


async def _decided(parts: Parts, claim: Claim, outlet: Outlet) -> dict[int, Action | None]:
    """Carry out what was confirmed, by the entries' numbers. A click counts: a stop does not end this, but only
    the wait for it."""
    decisions = [entry for entry in claim.entries if entry.delivery.kind is DeliveryKind.DECISION]

    async def carried_out() -> dict[int, Action | None]:
        return {entry.id: await carry_out(parts, entry.delivery.action_id or "", outlet) for entry in decisions}

    return await beside(parts.effects, parts.stops.of(claim.turn), carried_out()) if decisions else {}


async def _said(
    parts: Parts, claim: Claim, entry: InboxEntry, outlet: Outlet, allowance: Allowance
) -> list[NewItem]:
    """Turn a message and its files into history: nothing for an empty mention.

    A turn that is taken up again leaves alone what an earlier try has recorded. The person is told first of what
    could not be read, and found told where that was done before: neither is left out if the process ends here.
    """
    delivery, key = entry.delivery, entry_key(entry)
    files: tuple[Attached, ...] = ()
    before = delivery.files != () and await parts.storage.history.recorded(claim.conversation.id, key)
    if delivery.files != () and not before:
        await outlet.working()
        async with parts.stops.of(claim.turn).within():
            files, unread = await attached(parts.storage, parts.attachments, entry, allowance)
        if unread:
            await outlet.tell_unread(unread, entry.id)
    if not (text_of(delivery).strip() or files or before):
        return []
    return [user_item(entry, outlet.person, files)]
