"""One turn: what was delivered enters the history, what was confirmed is done, and the loop answers."""

from bot.turns.actions import carry_out
from bot.turns.attachments import Room, attached
from bot.turns.ending import NotShown
from bot.turns.keys import entry_key
from bot.turns.loop import run_loop
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.turns.proposals import Limits
from storage.outcomes import outcome_items
from storage.records import (
    ActionState,
    Attached,
    Claim,
    DeliveryKind,
    InboxEntry,
    NewItem,
    TurnState,
    UserItem,
)


async def run_turn(parts: Parts, claim: Claim, outlet: Outlet) -> TurnState:
    """Run a claimed turn to its end; the outlet is finished when this returns.

    Raises bot.errors.ModelError; the history then holds what was delivered, so that nobody has to repeat it.
    Raises NotShown when its end is recorded and could not be shown yet.
    """
    items: list[NewItem] = []
    denied: set[str] = set()
    advised = False
    room = Room(parts.context_tokens // 2)
    for entry in claim.entries:
        if entry.delivery.kind is not DeliveryKind.DECISION:
            items += await _said(parts, claim, entry, outlet, room)
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


async def _said(parts: Parts, claim: Claim, entry: InboxEntry, outlet: Outlet, room: Room) -> list[NewItem]:
    """Turn a message and its files into history: nothing for an empty mention. `room` is what all files of a turn
    may take together.

    A turn that is taken up again leaves alone what an earlier try has recorded. The person is told first of what
    could not be read, and found told where that was done before: neither is left out if the process ends here.
    """
    delivery, key = entry.delivery, entry_key(entry)
    files: tuple[Attached, ...] = ()
    before = delivery.files != () and await parts.storage.history.recorded(claim.conversation.id, key)
    if delivery.files != () and not before:
        await outlet.working()
        files, unread = await attached(parts.storage, parts.attachments, entry, room)
        if unread:
            await outlet.tell_unread(unread, entry.id)
    if not (delivery.text.strip() or files or before):
        return []
    alone = delivery.direct or delivery.kind is DeliveryKind.COMMAND
    speaker = "" if alone else outlet.person.name or delivery.user  # among others nobody speaks unnamed
    return [NewItem(UserItem(delivery.text, delivery.user, speaker, files), key=key)]
