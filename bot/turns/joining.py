"""A thread that people had begun before Nod was called into it: read once, and told to the model as data."""

from dataclasses import replace

from bot.turns.history import estimate
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.turns.threads import Above
from storage.records import OLDER, UNREAD, Claim, DeliveryKind, InboxEntry, NewItem, OverheardItem

LONGEST = 4_000
"""Characters of one message that are kept: a pasted log is not worth the room of all that people said."""


async def overheard(parts: Parts, claim: Claim, entry: InboxEntry, outlet: Outlet, beside: int) -> list[NewItem]:
    """Read what stands above an entry in its thread, if its conversation has no history: the last messages that
    fit into half the budget, with `beside` tokens taken already. Raises Stopped.

    If they cannot be read, the person is told, and the model too. Keyed, so that a later try adds nothing.
    """
    if not await _comes_late(parts, claim, entry):
        return []
    if (await parts.storage.history.memory(claim.conversation.id)).revision:
        # It was forgotten: what stands there still is not to be remembered again.
        return [NewItem(OverheardItem("", gap=OLDER), "overheard:older")]
    await outlet.working()
    async with parts.stops.of(claim.turn).within():
        above = await parts.threads.above(entry.delivery)
    if above is None:
        await outlet.tell_unheard(entry.id)
        return [NewItem(OverheardItem("", gap=UNREAD), "overheard:unread")]
    said = fitting(above, parts.context_tokens // 2 - beside)
    return [NewItem(item, f"overheard:{item.ts or item.gap}") for item in said]


async def unheard(parts: Parts, claim: Claim) -> list[NewItem]:
    """Tell the model of a thread that a turn was to read and has not: nobody reads it after that."""
    asked = [entry for entry in claim.entries if entry.delivery.kind is not DeliveryKind.DECISION]
    late = bool(asked) and await _comes_late(parts, claim, asked[0])
    return [NewItem(OverheardItem("", gap=UNREAD), "overheard:unread")] if late else []


async def _comes_late(parts: Parts, claim: Claim, entry: InboxEntry) -> bool:
    delivery = entry.delivery
    if delivery.kind is not DeliveryKind.MESSAGE or delivery.ts == delivery.conversation.thread:
        return False
    return await parts.storage.history.empty(claim.conversation.id)


def fitting(above: Above, room: int) -> list[OverheardItem]:
    """Return the last of what was said that has no more than `room` estimated tokens, marked if more came before
    it."""
    fits: list[OverheardItem] = []
    for item in reversed([_bounded(item) for item in above.said]):
        room -= estimate(item)
        if room < 0:
            break
        fits.append(item)
    left_out = above.older or len(fits) < len(above.said)
    fits.reverse()
    if not left_out:
        return fits
    return [replace(fits[0], gap=OLDER), *fits[1:]] if fits else [OverheardItem("", gap=OLDER)]


def _bounded(item: OverheardItem) -> OverheardItem:
    return item if len(item.text) <= LONGEST else replace(item, text=f"{item.text[:LONGEST]} …")
