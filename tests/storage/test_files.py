"""Files beside deliveries, and pictures beside items."""

from dataclasses import replace

import pytest

from storage.ports import Storage
from storage.records import PICTURE, Attached, NewItem, SharedFile, TurnState, UserItem
from tests.storage.sample import LATER, NOW, message, started

FILES = (
    SharedFile("F1", "매출.csv", "text/csv", 12, "https://files.example.org/F1"),
    SharedFile("F2", "half \ud83d"),
)
KEPT = (FILES[0], replace(FILES[1], name="half \N{REPLACEMENT CHARACTER}"))
PICTURES = tuple(Attached(f"{n}.png", PICTURE, "", f"d{n}", "image/png", 2, 3, b"\0" * n) for n in (1, 2))


@pytest.mark.parametrize(("files", "kept"), [(FILES, KEPT), ((), ()), (None, None)])
async def test_files_come_back_as_they_were_kept(
    storage: Storage, files: tuple[SharedFile, ...] | None, kept: tuple[SharedFile, ...] | None
) -> None:
    [entry] = (await started(storage, message(files=files))).entries
    assert entry.delivery.files == kept
    assert await storage.inbox.files(entry.id) == kept


async def test_a_second_delivery_of_a_mention_tells_its_files(storage: Storage) -> None:
    mention = message(files=None)
    assert await storage.inbox.add(mention, NOW)
    assert not await storage.inbox.add(replace(mention, files=KEPT, text="another"), LATER)
    claim = await storage.inbox.claim(LATER)
    assert claim is not None
    [entry] = claim.entries
    assert entry.delivery == replace(mention, files=KEPT)


async def test_a_second_delivery_tells_them_while_the_turn_runs(storage: Storage) -> None:
    mention = message(files=None)
    [entry] = (await started(storage, mention)).entries
    assert not await storage.inbox.add(replace(mention, files=KEPT), LATER)
    assert await storage.inbox.files(entry.id) == KEPT


@pytest.mark.parametrize("first", [(), KEPT])
async def test_what_is_known_is_not_changed(storage: Storage, first: tuple[SharedFile, ...]) -> None:
    delivery = message(files=first)
    [entry] = (await started(storage, delivery)).entries
    for other in (None, (), KEPT[:1]):
        assert not await storage.inbox.add(replace(delivery, files=other), LATER)
    assert await storage.inbox.files(entry.id) == first


async def test_files_are_set_aside_with_their_reply(storage: Storage) -> None:
    mention = message()
    reply = message(mention.conversation, files=KEPT)
    assert not await storage.inbox.add(reply, NOW, only_if_joined=True)
    claim = await started(storage, mention)
    assert [entry.delivery.files for entry in claim.entries] == [(), KEPT]


async def test_a_mention_that_was_set_aside_as_a_reply_keeps_its_files(storage: Storage) -> None:
    reply = message(files=KEPT)
    assert not await storage.inbox.add(reply, NOW, only_if_joined=True)
    claim = await started(storage, replace(reply, files=None))
    assert [entry.delivery.files for entry in claim.entries] == [KEPT]


async def test_pictures_are_kept_once_and_apart(storage: Storage) -> None:
    claim = await started(storage)
    for name in "ab":
        item = UserItem(name, "U1", files=PICTURES)
        await storage.turns.record(claim.turn, [NewItem(item, key=name), NewItem(item, key=name)], at=NOW)
    items = await storage.history.items(claim.conversation.id)
    assert items == [UserItem("a", "U1", files=PICTURES), UserItem("b", "U1", files=PICTURES)]
    assert all(not file.content for item in items if isinstance(item, UserItem) for file in item.files)
    assert await storage.history.pictures(["d1", "d2", "d3"]) == {"d1": b"\0", "d2": b"\0\0"}
    assert await storage.history.picture_sizes(["d1", "d2", "d3"]) == {"d1": 1, "d2": 2}


async def test_a_refused_picture_has_no_bytes_until_it_is_sent_anew(storage: Storage) -> None:
    claim = await started(storage)
    item = UserItem("a", "U1", files=PICTURES)
    await storage.turns.record(claim.turn, [NewItem(item)], at=NOW)
    await storage.history.refuse_pictures(["d1", "d3"])
    assert await storage.history.pictures(["d1", "d2"]) == {"d1": b"", "d2": b"\0\0"}
    await storage.turns.record(claim.turn, [NewItem(item)], at=NOW)
    assert await storage.history.pictures(["d1", "d2"]) == {"d1": b"\0", "d2": b"\0\0"}


async def test_what_is_recorded_is_known_by_its_key(storage: Storage) -> None:
    claim = await started(storage)
    await storage.turns.record(claim.turn, [NewItem(UserItem("a", "U1"), key="entry:1")], at=NOW)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    assert await storage.history.recorded(claim.conversation.id, "entry:1")
    assert not await storage.history.recorded(claim.conversation.id, "entry:2")
    assert not await storage.history.recorded(claim.conversation.id + 1, "entry:1")
