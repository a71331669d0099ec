"""The pictures of a conversation in one request to the model: as many as it carries, and none that is refused."""

from collections.abc import Sequence
from dataclasses import replace

from bot.turns.attachments import MOST_PICTURE_BYTES
from storage.ports import Storage
from storage.records import Attached, Item, UserItem


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
