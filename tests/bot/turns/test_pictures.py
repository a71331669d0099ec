"""Pictures in a request: their bytes are put into items, as many as it carries and no more."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from bot.errors import ContextTooLong, ModelError, ModelRefused
from bot.model.protocol import Done, Event, Finish, TextDelta
from bot.turns.attachments import MOST_PICTURE_BYTES, Unfetched, Unread
from bot.turns.parts import Parts
from bot.turns.pictures import carried, with_pictures
from bot.turns.turn import run_turn
from functions import Function
from storage.ports import Storage
from storage.records import PICTURE, AssistantItem, Attached, Item, NewItem, TurnState, Usage, UserItem
from storage.sqlite.history import SqliteHistory
from tests.bot.turns.conftest import Desk, RecordingOutlet


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


@dataclass
class Picky:
    """A model whose server does not take requests with some pictures in them, or any request."""

    refused: Sequence[int]
    answer: ModelError | Finish
    takes_others: bool = True
    name: str = "picky"
    shown: list[list[str]] = field(default_factory=list)

    async def stream(
        self, instructions: str, items: Sequence[Item], functions: Sequence[Function]
    ) -> AsyncGenerator[Event, None]:
        self.shown.append([file.name for file in carried(items)])
        if {f"{number}.png" for number in self.refused} & set(self.shown[-1]) or not self.takes_others:
            if isinstance(self.answer, ModelError):
                raise self.answer
            yield Done((), self.answer, Usage(1))
            return
        yield TextDelta("Fine.")
        yield Done((AssistantItem("Fine."),), Finish.STOP, Usage(1))

    async def close(self) -> None: ...


async def asked(parts: Parts, desk: Desk, outlet: RecordingOutlet, *pictures: int) -> None:
    """One turn over a message with these pictures."""
    await desk.message("look")
    claim = await desk.claim()
    item = UserItem("look", "U1", files=tuple(picture(number) for number in pictures))
    await parts.storage.turns.record(
        claim.turn, [NewItem(item, key=f"entry:{claim.entries[0].id}")], at=desk.clock()
    )
    try:
        state = await run_turn(parts, claim, outlet)
    except ModelError:
        state = TurnState.FAILED
    await parts.storage.turns.finish(claim.turn, state, desk.clock())


REFUSALS = (ModelRefused("status 400", request=True), ContextTooLong("status 413"), Finish.FILTERED)


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
async def test_a_refused_picture_does_not_close_the_thread(
    parts: Parts, desk: Desk, refusal: ModelError | Finish
) -> None:
    model = Picky([2], refusal)
    parts = replace(parts, model=model)
    outlets = [RecordingOutlet() for _ in range(4)]
    await asked(parts, desk, outlets[0], 1)
    await asked(parts, desk, outlets[1], 2)
    await asked(parts, desk, outlets[2])
    await asked(parts, desk, outlets[3], 2)
    assert [outlet.said for outlet in outlets] == ["Fine."] * 4
    told = [Unread("2.png", Unfetched.REFUSED)]
    assert [outlet.unread for outlet in outlets] == [[], told, [], told]
    assert model.shown[:4] == [["1.png"], ["1.png", "2.png"], [], ["1.png"]]


async def test_an_older_picture_is_found_in_the_end(parts: Parts, desk: Desk) -> None:
    """As after a change of the model."""
    model = Picky([], REFUSALS[0])
    parts = replace(parts, model=model)
    await asked(parts, desk, RecordingOutlet(), 1)
    model.refused = [1]
    outlets = [RecordingOutlet() for _ in range(3)]
    for number, outlet in zip((2, 0, 0), outlets, strict=True):
        await asked(parts, desk, outlet, *([number] if number else []))
    assert [outlet.said for outlet in outlets] == ["Fine."] * 3
    assert model.shown[-1] == []
    assert outlets[-1].unread == []


@pytest.mark.parametrize(
    "refusal",
    [
        ModelRefused("status 401"),
        ModelRefused("status 400", request=True),
        ContextTooLong("too long"),
        Finish.FILTERED,
    ],
    ids=str,
)
async def test_pictures_that_are_not_to_blame_are_kept(
    parts: Parts, desk: Desk, outlet: RecordingOutlet, refusal: ModelError | Finish
) -> None:
    model = Picky([], refusal, takes_others=False)
    await asked(replace(parts, model=model), desk, outlet, 1)
    about_key = isinstance(refusal, ModelRefused) and not refusal.request
    assert model.shown == [["1.png"]] if about_key else [["1.png"], []]
    assert outlet.unread == []
    assert await parts.storage.history.pictures(["digest 1"]) == {"digest 1": b"\x01" * 10}
