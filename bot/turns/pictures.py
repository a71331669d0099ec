"""The pictures of a conversation in one request to the model: as many as it carries, and none that is refused."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.turns.attachments import MOST_PICTURE_BYTES, Unfetched, Unread
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from storage.ports import Storage
from storage.records import AssistantItem, Attached, CallItem, Claim, Item, ReasoningItem, UserItem

log = logging.getLogger("nod.turns")


async def with_pictures(storage: Storage, items: Sequence[Item]) -> list[Item]:
    """Put the bytes of pictures into items, for the model. Beyond what a request may carry, the oldest stay
    without: the model is told their names then. No other bytes are loaded."""
    named = [file.digest for item in items if isinstance(item, UserItem) for file in item.files if file.digest]
    if not named:
        return list(items)
    sizes = await storage.history.picture_sizes(set(named))
    room, last = MOST_PICTURE_BYTES, len(named)
    while last and sizes.get(named[last - 1], 0) <= room:
        last -= 1
        room -= sizes.get(named[last], 0)
    contents = await storage.history.pictures(set(named[last:]))
    shown: list[Item] = []
    for item in items:
        if isinstance(item, UserItem) and item.files:
            files: list[Attached] = []
            for file in item.files:
                carried = last <= 0
                last -= bool(file.digest)
                files.append(replace(file, content=contents.get(file.digest, b"") if carried else b""))
            item = replace(item, files=tuple(files))
        shown.append(item)
    return shown


def carried(items: Iterable[Item]) -> list[Attached]:
    """Return the pictures whose bytes stand in items."""
    return [file for item in items if isinstance(item, UserItem) for file in item.files if file.content]


async def give_up(parts: Parts, claim: Claim, outlet: Outlet, shown: Sequence[Item]) -> None:
    """Show pictures no more: a request with `shown` was refused, and the same one without its pictures was not.

    To blame are those that the model has said nothing after yet; where it has after all of them, it may be any.
    Without that, every later question of the thread would be refused.
    """
    own = (place for place, item in enumerate(shown) if isinstance(item, AssistantItem | CallItem | ReasoningItem))
    blamed = carried(shown[max(own, default=-1) + 1 :]) or carried(shown)
    log.warning("turn %d: the model's server does not take %d of the pictures", claim.turn, len(blamed))
    await parts.storage.history.refuse_pictures({file.digest for file in blamed})
    unread = [Unread(name, Unfetched.REFUSED) for name in dict.fromkeys(file.name for file in blamed)]
    await outlet.tell_unread(unread, claim.entries[-1].id)
