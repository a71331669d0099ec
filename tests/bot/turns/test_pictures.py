"""Pictures in a request: their bytes are put into items, as many as it carries and no more."""

import pytest

from bot.turns.attachments import MOST_PICTURE_BYTES
from bot.turns.pictures import with_pictures
from storage.ports import Storage
from storage.records import PICTURE, Attached, Item, NewItem, TurnState, UserItem
from storage.sqlite.history import SqliteHistory
from tests.bot.turns.conftest import Desk


def picture(number: int, size: int = 10) -> Attached:
    return Attached(f"{number}.png", PICTURE, "", f"digest {number}", "image/png", 8, 8, bytes([number]) * size)


async def recorded(desk: Desk, storage: Storage, *items: UserItem) -> list[Item]:
    await desk.message("hi")
    claim = await desk.claim()
    await storage.turns.record(claim.turn, [NewItem(item) for item in items], at=desk.clock())
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, desk.clock())
    return await storage.history.items(claim.conversation.id)


async def test_pictures_are_kept_beside_the_items(desk: Desk, storage: Storage) -> None:
    items = await recorded(desk, storage, UserItem("a", "U1", files=(picture(1),)), UserItem("b", "U1"))
    assert [file.content for item in items if isinstance(item, UserItem) for file in item.files] == [b""]
    shown = await with_pictures(storage, items)
    assert isinstance(shown[0], UserItem)
    assert shown[0].files[0].content == b"\x01" * 10
    assert shown[1] == items[1]


async def test_a_request_carries_the_newest_pictures(desk: Desk, storage: Storage) -> None:
    most = MOST_PICTURE_BYTES // 2
    files = (picture(1, 2 * most), picture(2, most), picture(3, most))
    items = await recorded(
        desk, storage, UserItem("a", "U1", files=files[:2]), UserItem("b", "U1", files=files[2:])
    )
    shown = await with_pictures(storage, items)
    sizes = [len(file.content) for item in shown if isinstance(item, UserItem) for file in item.files]
    assert sizes == [0, most, most]


async def test_no_more_is_loaded_than_a_request_carries(
    desk: Desk, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = MOST_PICTURE_BYTES // 3
    items = await recorded(
        desk, storage, *(UserItem("look", "U1", files=(picture(number, third),)) for number in range(1, 6))
    )
    loaded, load = [], SqliteHistory.pictures

    async def counted(self: SqliteHistory, digests: set[str]) -> dict[str, bytes]:
        found = await load(self, digests)
        loaded.append(sum(map(len, found.values())))
        return found

    monkeypatch.setattr(SqliteHistory, "pictures", counted)
    shown = await with_pictures(storage, items)
    assert [len(file.content) for item in shown if isinstance(item, UserItem) for file in item.files] == [
        0,
        0,
        third,
        third,
        third,
    ]
    assert loaded == [3 * third]


async def test_the_same_picture_twice_counts_twice(desk: Desk, storage: Storage) -> None:
    same = picture(1, MOST_PICTURE_BYTES * 2 // 3)
    items = await recorded(desk, storage, *(UserItem("look", "U1", files=(same,)) for _ in range(2)))
    shown = await with_pictures(storage, items)
    assert [bool(file.content) for item in shown if isinstance(item, UserItem) for file in item.files] == [
        False,
        True,
    ]
