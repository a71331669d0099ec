"""Called into a thread late: it is read once, before the question, and never at the cost of the turn."""

from dataclasses import dataclass, field, replace

from bot.turns.history import estimate
from bot.turns.joining import LONGEST, fitting
from bot.turns.parts import Parts
from bot.turns.threads import Above
from bot.turns.turn import run_turn
from storage.ports import Storage
from storage.records import (
    OLDER,
    UNREAD,
    ConversationKey,
    Delivery,
    DeliveryKind,
    Item,
    NewItem,
    OverheardItem,
    Revision,
    TurnState,
    UserItem,
)
from tests.bot.turns.conftest import Desk, RecordingOutlet, ScriptedModel

KEY = ConversationKey("T1", "C1", "100.1")
LEE = OverheardItem("It rains on Friday.", "U2", "Lee", "100.1")
PARK = OverheardItem("Then the museum.", "U3", "Park", "100.2")


@dataclass
class Shelf:
    """A thread as some far end shows it; None: it does not."""

    above_it: Above | None
    asked: list[str] = field(default_factory=list)

    async def above(self, delivery: Delivery) -> Above | None:
        self.asked.append(delivery.ts)
        return self.above_it


async def mention(desk: Desk, text: str, ts: str = "100.5", key: ConversationKey = KEY) -> None:
    delivery = Delivery(DeliveryKind.MESSAGE, f"message:T1:C1:{ts}", key, "U1", text, ts)
    assert await desk.storage.inbox.add(delivery, desk.clock())


async def run(parts: Parts, desk: Desk, outlet: RecordingOutlet) -> None:
    claim = await desk.claim()
    state = await run_turn(parts, claim, outlet)
    await parts.storage.turns.finish(claim.turn, state, parts.clock())


async def test_what_was_said_before_stands_before_the_question_once(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    shelf = Shelf(Above((LEE, PARK)))
    parts = replace(parts, threads=shelf)
    for text, ts in (("where to?", "100.5"), ("and when?", "100.6")):
        model.says("the museum")
        await mention(desk, text, ts)
        await run(parts, desk, outlet)
    asked = UserItem("where to?", "U1", "Kim")
    assert model.shown[0] == [LEE, PARK, asked]
    assert model.shown[1][:3] == model.shown[0], "the front stays as it is"
    assert shelf.asked == ["100.5"]
    assert outlet.unheard == []


async def test_a_thread_of_nods_own_is_not_read(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    shelf = Shelf(Above((LEE,)))
    model.says("hello")
    await mention(desk, "hi", KEY.thread)
    await run(replace(parts, threads=shelf), desk, outlet)
    assert shelf.asked == []


async def test_a_thread_that_cannot_be_read_is_told_to_both(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    model.says("I have not read it")
    await mention(desk, "where to?")
    await run(replace(parts, threads=Shelf(None)), desk, outlet)
    assert model.shown[0] == [OverheardItem("", gap=UNREAD), UserItem("where to?", "U1", "Kim")]
    assert len(outlet.unheard) == 1


async def test_a_try_that_is_taken_again_reads_nothing_anew(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, storage: Storage
) -> None:
    shelf = Shelf(Above((LEE,)))
    await mention(desk, "where to?")
    claim = await desk.claim()
    entry = claim.entries[0]
    said = NewItem(UserItem("where to?", "U1", "Kim", ts="100.5"), f"entry:{entry.id}")
    await storage.turns.record(claim.turn, [NewItem(LEE, "overheard:100.1"), said], at=desk.clock())
    await storage.inbox.release()
    model.says("the museum")
    await run(replace(parts, threads=shelf), desk, outlet)
    assert shelf.asked == []
    assert model.shown[0] == [LEE, UserItem("where to?", "U1", "Kim")]


async def test_a_thread_that_was_forgotten_is_not_read_again(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, storage: Storage
) -> None:
    shelf = Shelf(Above((LEE,)))
    parts = replace(parts, threads=shelf)
    model.says("the museum")
    await mention(desk, "where to?", "100.5")
    await run(parts, desk, outlet)
    assert (await storage.keeping.forget("wish", KEY.team, "U1", desk.clock())).conversations == 1
    assert (await storage.keeping.forget("wish2", KEY.team, LEE.user, desk.clock())).conversations == 1
    model.says("I know nothing of it")
    await mention(desk, "and when?", "100.6")
    await run(parts, desk, outlet)
    assert shelf.asked == ["100.5"]
    assert model.shown[1] == [OverheardItem("", gap=OLDER), UserItem("and when?", "U1", "Kim")]


async def test_an_empty_mention_is_greeted_and_read_later(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    shelf = Shelf(Above((LEE,)))
    await mention(desk, "")
    await run(replace(parts, threads=shelf), desk, outlet)
    assert (outlet.greeted, shelf.asked) == (1, [])
    model.says("the museum")
    await mention(desk, "where to?", "100.6")
    await run(replace(parts, threads=shelf), desk, outlet)
    assert model.shown[0] == [LEE, UserItem("where to?", "U1", "Kim")]


async def test_what_was_deleted_while_it_was_begun_is_ended_quietly(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, storage: Storage
) -> None:
    await mention(desk, "where to?")
    await desk.claim()
    await storage.inbox.revise(Revision("T1", "C1", "100.5", "101.1", "", None), desk.clock())
    await storage.inbox.release()
    claim = await desk.claim()
    assert await run_turn(parts, claim, outlet) is TurnState.ANSWERED
    assert (outlet.finished, outlet.greeted, outlet.said, model.shown) == (1, 0, "", [])


async def test_what_is_edited_is_shown_so_from_the_next_request_on(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, storage: Storage
) -> None:
    shelf = Shelf(Above((LEE,)))
    for text, ts in (("where to?", "100.5"), ("and when?", "100.6")):
        model.says("the museum")
        await mention(desk, text, ts)
        await run(replace(parts, threads=shelf), desk, outlet)
        await storage.inbox.revise(Revision("T1", "C1", "100.1", "101.1", "U2", "It is dry."), desk.clock())
        await storage.inbox.revise(Revision("T1", "C1", "100.5", "101.1", "U1", "who pays?"), desk.clock())
    assert model.shown[1][:2] == [
        replace(LEE, text="It is dry.", edited="101.1"),
        UserItem("who pays?", "U1", "Kim", edited="101.1"),
    ]


# ── what fits ───────────────────────────────────────────────────────────────────────────────────────────────


def many(count: int) -> tuple[OverheardItem, ...]:
    return tuple(OverheardItem(f"number {each}", "U2", "Lee", f"100.{each:06}") for each in range(count))


def test_the_last_that_fit_are_kept() -> None:
    said = many(20)
    room = sum(map(estimate, said[15:])) + 1
    kept = fitting(Above(said), room)
    assert kept == [replace(said[15], gap=OLDER), *said[16:]]
    assert fitting(Above(said), 100_000) == list(said)
    assert fitting(Above(said, older=True), 100_000)[0] == replace(said[0], gap=OLDER)


def test_where_nothing_fits_that_is_said() -> None:
    nothing: list[Item] = [OverheardItem("", gap=OLDER)]
    assert fitting(Above(many(2)), 3) == nothing
    assert fitting(Above(()), 3) == []


def test_a_pasted_log_does_not_take_all_the_room() -> None:
    [item] = fitting(Above((replace(LEE, text="x" * 40_000),)), 100_000)
    assert len(item.text) == LONGEST + 2
