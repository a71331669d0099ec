"""Files in a turn: read once, told to the model, kept, and what is not read told to the person."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from bot.errors import ModelBusy
from bot.files.contents import Content, Image, LeftOut, Reason, Text, Unit, Unreadable
from bot.turns.attachments import FOR_MODEL, MOST_FILES, MOST_PICTURE_BYTES, Unfetched, Unread, tokens
from bot.turns.history import estimate
from bot.turns.parts import Parts
from bot.turns.turn import run_turn
from bot.turns.turnstile import Turnstile
from storage.records import (
    PICTURE,
    Attached,
    Delivery,
    DeliveryKind,
    SharedFile,
    TurnState,
    UserItem,
)
from tests.bot.turns.conftest import KEY, Clock, Desk, RecordingOutlet, ScriptedModel

A, B = SharedFile("F1", "a.txt"), SharedFile("F2", "b.png")
SEEN = Image(b"picture", "image/png", 64, 32)


@dataclass
class Shelf:
    """Where files lie in these tests."""

    contents: Mapping[str, Content | Unfetched] = field(default_factory=dict)
    beside: tuple[SharedFile, ...] = ()
    silent: int = 0
    """How often it cannot say what is beside a message."""
    asked: int = 0
    fetched: list[str] = field(default_factory=list)

    async def files_of(self, delivery: Delivery) -> tuple[SharedFile, ...] | None:
        self.asked += 1
        return None if self.asked <= self.silent else self.beside

    async def read(self, file: SharedFile) -> Content | Unfetched:
        self.fetched.append(file.name)
        return self.contents[file.name]


async def deliver(desk: Desk, text: str, files: tuple[SharedFile, ...] | None, direct: bool = True) -> None:
    desk.number += 1
    ts = f"300.{desk.number}"
    delivery = Delivery(DeliveryKind.MESSAGE, f"message:T1:C1:{ts}", KEY, "U1", text, ts, direct, files=files)
    assert await desk.storage.inbox.add(delivery, desk.clock())


async def test_the_model_is_shown_what_files_say(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    parts = replace(parts, attachments=Shelf({"a.txt": Text("words"), "b.png": SEEN}))
    model.says("Fine.")
    await deliver(desk, "look", (A, B))
    assert await run_turn(parts, await desk.claim(), outlet) is TurnState.ANSWERED
    [item] = model.shown[0]
    assert isinstance(item, UserItem)
    text, picture = item.files
    assert (text.name, text.kind, text.text) == ("a.txt", "text", "words")
    assert (picture.kind, picture.width, picture.height, picture.content) == (PICTURE, 64, 32, b"picture")
    assert outlet.unread == []


async def test_a_file_without_a_word_is_no_greeting(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    parts = replace(parts, attachments=Shelf({"a.txt": Text("words")}))
    model.says("Fine.")
    await deliver(desk, "", (A,))
    await run_turn(parts, await desk.claim(), outlet)
    assert not outlet.greeted
    assert "Fine." in outlet.said


async def test_files_that_were_not_told_are_asked_for_once(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    shelf = Shelf({"a.txt": Text("words")}, beside=(A,))
    parts = replace(parts, attachments=shelf)
    model.says("Fine.")
    await deliver(desk, "", None)
    await run_turn(parts, await desk.claim(), outlet)
    assert (shelf.asked, shelf.fetched) == (1, ["a.txt"])


async def test_a_mention_alone_is_greeted_still(parts: Parts, desk: Desk, outlet: RecordingOutlet) -> None:
    await deliver(desk, "", None)
    await run_turn(parts, await desk.claim(), outlet)
    assert outlet.greeted


@pytest.mark.parametrize("text", ["look", ""])
async def test_a_place_that_is_silent_for_a_moment_is_asked_again(
    parts: Parts,
    desk: Desk,
    model: ScriptedModel,
    outlet: RecordingOutlet,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.turns.attachments.LOOK_AGAIN", (0, 0))
    shelf = Shelf({"a.txt": Text("words")}, beside=(A,), silent=2)
    model.says("Fine.")
    await deliver(desk, text, None)
    await run_turn(replace(parts, attachments=shelf), await desk.claim(), outlet)
    assert (shelf.asked, shelf.fetched, outlet.unread, outlet.greeted) == (3, ["a.txt"], [], 0)


@pytest.mark.parametrize("text", ["look", ""])
async def test_files_that_nobody_tells_of_are_not_taken_for_none(
    parts: Parts,
    desk: Desk,
    model: ScriptedModel,
    outlet: RecordingOutlet,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.turns.attachments.LOOK_AGAIN", (0, 0))
    model.says("What was it?")
    await deliver(desk, text, None)
    await run_turn(replace(parts, attachments=Shelf(silent=9)), await desk.claim(), outlet)
    assert outlet.unread == [Unread("", Unfetched.NOT_TOLD)]
    assert not outlet.greeted
    assert "What was it?" in outlet.said


async def test_more_files_than_are_read_are_told(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    files = tuple(SharedFile(f"F{number}", f"{number}.txt") for number in range(MOST_FILES + 2))
    shelf = Shelf({file.name: Text("words") for file in files})
    model.says("Fine.")
    await deliver(desk, "look", files)
    await run_turn(replace(parts, attachments=shelf), await desk.claim(), outlet)
    assert len(shelf.fetched) == MOST_FILES
    assert outlet.unread == [Unread(file.name, Unfetched.TOO_MANY) for file in files[MOST_FILES:]]


async def test_the_other_event_tells_them_while_the_turn_begins(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    shelf = Shelf({"a.txt": Text("words")})
    model.says("Fine.")
    await deliver(desk, "look", None)
    claim = await desk.claim()
    assert not await desk.storage.inbox.add(replace(claim.entries[0].delivery, files=(A,)), desk.clock())
    await run_turn(replace(parts, attachments=shelf), claim, outlet)
    assert (shelf.asked, shelf.fetched) == (0, ["a.txt"])


@pytest.mark.parametrize("text", ["look", ""])
@pytest.mark.parametrize("known", [True, False])
async def test_a_turn_that_is_taken_up_again_fetches_nothing_again(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, text: str, known: bool
) -> None:
    shelf = Shelf({"a.txt": Text("words"), "b.png": Unreadable(Reason.BROKEN)}, beside=(A, B))
    parts = replace(parts, attachments=shelf)
    model.fails(ModelBusy("busy", repeated=True))
    model.says("Fine.")
    await deliver(desk, text, (A, B) if known else None)
    claim = await desk.claim()
    with pytest.raises(ModelBusy):
        await run_turn(parts, claim, outlet)
    await parts.storage.turns.finish(claim.turn, TurnState.INTERRUPTED, desk.clock())
    assert await run_turn(parts, await desk.claim(), outlet) is TurnState.ANSWERED
    assert shelf.fetched == ["a.txt", "b.png"]
    assert len(outlet.unread) == 1
    assert model.shown[0] == model.shown[1]


@pytest.mark.parametrize("why", [*(Unreadable(reason) for reason in Reason), *Unfetched])
async def test_what_cannot_be_read_is_told_to_both(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, why: Unreadable | Unfetched
) -> None:
    parts = replace(parts, attachments=Shelf({"a.txt": why}))
    model.says("A pity.")
    await deliver(desk, "look", (A,))
    await run_turn(parts, await desk.claim(), outlet)
    assert outlet.unread == [Unread("a.txt", why)]
    [item] = model.shown[0]
    assert isinstance(item, UserItem)
    told = FOR_MODEL[why.reason if isinstance(why, Unreadable) else why]
    assert item.files == (Attached("a.txt", text=told),)


async def test_what_was_left_out_is_told(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    gap = (LeftOut(Unit.ROWS, 5, 9),)
    parts = replace(parts, attachments=Shelf({"a.txt": Text("words", "text", gap)}))
    model.says("Fine.")
    await deliver(desk, "look", (A,))
    await run_turn(parts, await desk.claim(), outlet)
    assert outlet.unread == [Unread("a.txt", gap)]


async def test_files_of_a_turn_share_its_time(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's file is being read and never ends: that is said, and Slack is not blamed."""
    monkeypatch.setattr("bot.turns.attachments.MOST_SECONDS", 0.01)
    turnstile = Turnstile(1)
    shelf = Shelf({"a.txt": Text("words"), "b.png": SEEN})
    model.says("A pity.")
    await deliver(desk, "look", (A, B))
    async with turnstile.turn_of("T1", "U2"):
        parts = replace(parts, attachments=shelf, turnstile=turnstile)
        await run_turn(parts, await desk.claim(), outlet)
    assert shelf.fetched == []
    assert outlet.unread == [Unread("a.txt", Unfetched.NO_TIME), Unread("b.png", Unfetched.NO_TIME)]


async def test_files_share_the_room_and_the_first_has_it(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    long = Text("x" * 5_000)
    parts = replace(parts, attachments=Shelf({"a.txt": long, "b.png": long}), context_tokens=3_000)
    model.says("Fine.")
    await deliver(desk, "look", (A, B))
    await run_turn(parts, await desk.claim(), outlet)
    assert outlet.unread == [Unread("b.png", Unfetched.NO_ROOM)]
    [item] = model.shown[0]
    assert isinstance(item, UserItem)
    assert [file.kind for file in item.files] == ["text", ""]


async def test_pictures_share_what_a_request_carries(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    names = {"a": MOST_PICTURE_BYTES + 1, "b": MOST_PICTURE_BYTES, "c": 1}
    shelf = Shelf({name: Image(b"x" * size, "image/png", 8, 8) for name, size in names.items()})
    model.says("Fine.")
    await deliver(desk, "look", tuple(SharedFile(name, name) for name in names))
    await run_turn(replace(parts, attachments=shelf), await desk.claim(), outlet)
    assert outlet.unread == [
        Unread("a", Unreadable(Reason.TOO_LARGE, limit=MOST_PICTURE_BYTES)),
        Unread("c", Unfetched.NO_ROOM),
    ]
    [item] = model.shown[0]
    assert isinstance(item, UserItem)
    assert [len(file.content) for file in item.files] == [0, MOST_PICTURE_BYTES, 0]


async def test_pictures_of_joined_messages_share_it_too(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    """All of them are kept in one transaction, and whoever writes meanwhile waits for it."""
    shelf = Shelf({name: Image(b"x" * (MOST_PICTURE_BYTES // 2), "image/png", 8, 8) for name in "abc"})
    model.says("Fine.")
    for name in "abc":
        await deliver(desk, "look", (SharedFile(name, name),))
    await run_turn(replace(parts, attachments=shelf), await desk.claim(), outlet)
    assert outlet.unread == [Unread("c", Unfetched.NO_ROOM)]


def test_files_count_in_the_budget(clock: Clock) -> None:
    bare = UserItem("look", "U1")
    assert estimate(replace(bare, files=(Attached("a", "text", "x" * 3_000),))) >= estimate(bare) + 1_000
    small = Attached("1.png", PICTURE, "", "digest", "image/png", 32, 32)
    assert tokens(small) < 100
    assert 1_500 < tokens(replace(small, width=9_000, height=9_000)) < 5_000


@pytest.mark.parametrize("file", [Attached("a\ud800", "text", "x"), Attached("a", "text", "\ud800")])
def test_half_a_surrogate_pair_counts_too(file: Attached) -> None:
    assert tokens(file) > 0
