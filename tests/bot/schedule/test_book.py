"""Who may make, change and end schedules, and what is said where something cannot be."""

from datetime import timedelta

import pytest

from bot.schedule.book import Book, Limits
from bot.schedule.places import Channel
from functions import FunctionProblem
from functions.errors import Unavailable
from functions.schedule_book import Asker, Planned, Wish
from storage.ports import Storage
from storage.records import Pause, ScheduleState
from tests.bot.schedule.conftest import KIM, LEE, PARK, START, Clock, Works, Workspace, planned

NINE = "0 9 * * 1-5"


def asker(user: str = KIM, place: str = "C1", timezone: str = "Asia/Seoul") -> Asker:
    return Asker("T1", user, timezone, place)


async def make(book: Book, action: str = "a", by: Asker | None = None, channel: str | None = None) -> Planned:
    return await book.create(by or asker(), Wish("Tell us.", NINE, channel), action)


async def test_it_is_planned_as_it_is_made(book: Book) -> None:
    await book.check_new(asker(), Wish("Tell us.", NINE, "#team"))
    plan = await book.plan(asker(), Wish("Tell us.", NINE, "#team"))
    assert (plan.channel, plan.timezone, plan.yours) == ("#team", "Asia/Seoul", True)
    assert plan.runs[0] == START + timedelta(days=1), "nine in Seoul is midnight in UTC"
    made = await make(book, channel="#team")
    assert (made.channel, made.runs, made.state) == (plan.channel, plan.runs, "active")
    assert await book.listed(asker()) == [made]


async def test_one_action_makes_one_also_when_its_time_has_passed(book: Book, clock: Clock) -> None:
    wish = Wish("Tell us.", "2026-01-01T10:00")
    made = await book.create(asker(), wish, "a")
    clock.now += timedelta(days=1)
    assert (await book.create(asker(), wish, "a")).schedule_id == made.schedule_id
    with pytest.raises(FunctionProblem, match="has passed"):
        await book.create(asker(), wish, "b")
    assert (await book.plan(asker(), wish)).runs == (), "the card's line can still be written"


@pytest.mark.parametrize("channel", ["team", "#team", "C1", "<#C1|team>", "<#C1>", " #team "])
async def test_a_channel_is_found_however_it_is_written(book: Book, channel: str) -> None:
    assert (await book.plan(asker(place="C9"), Wish("x", NINE, channel))).channel == "#team"


@pytest.mark.parametrize("channel", ["#nowhere", "C9", "", "<#C9|team>", "#bosses", "D9"])
async def test_a_channel_without_nod_or_without_the_asker_is_refused(book: Book, channel: str) -> None:
    with pytest.raises(FunctionProblem, match="invite Nod"):
        await book.check_new(asker(place="C9"), Wish("x", NINE, channel))


async def test_a_private_channel_is_for_who_is_in_it(book: Book, workspace: Workspace) -> None:
    workspace.members["C2"] = {KIM}
    assert (await book.plan(asker(), Wish("x", NINE, "bosses"))).channel == "#bosses"
    with pytest.raises(FunctionProblem, match="invite Nod"):
        await book.plan(asker(LEE), Wish("x", NINE, "bosses"))


async def test_a_direct_message_is_a_place_of_one_s_own(book: Book) -> None:
    assert (await book.plan(asker(place="D1"), Wish("x", NINE))).channel == "direct message"
    with pytest.raises(FunctionProblem):
        await book.plan(asker(place="D1"), Wish("x", NINE, "D2"))


async def test_a_slack_that_does_not_answer_is_said(book: Book, workspace: Workspace) -> None:
    workspace.silent = True
    with pytest.raises(FunctionProblem, match="Try again"):
        await book.check_new(asker(), Wish("x", NINE, "#team"))


@pytest.mark.parametrize(
    ("when", "says"),
    [("* * * * *", "15 minutes"), ("2025-01-01T09:00", "has passed"), ("soon", "cannot be read")],
)
async def test_an_impossible_time_says_what_would_work(book: Book, when: str, says: str) -> None:
    with pytest.raises(FunctionProblem, match=says):
        await book.check_new(asker(), Wish("x", when))
    with pytest.raises(FunctionProblem, match=says):
        await book.create(asker(), Wish("x", when), "a")


async def test_there_are_limits(book: Book) -> None:
    for action in "abc":
        await make(book, action)
    with pytest.raises(FunctionProblem, match="may have 3 schedules"):
        await book.check_new(asker(), Wish("x", NINE))
    with pytest.raises(FunctionProblem, match="may have 3 schedules"):
        await make(book, "d")
    await make(book, "e", asker(LEE))
    with pytest.raises(FunctionProblem, match="workspace has as many"):
        await make(book, "f", asker(LEE))


async def test_others_neither_see_nor_change_it(book: Book) -> None:
    made = await make(book)
    lee = asker(LEE)
    assert await book.listed(lee) == []
    for attempt in (
        book.known(lee, made.schedule_id),
        book.update(lee, made.schedule_id, Wish(prompt="Tell me all salaries."), "b"),
        book.cancel(lee, made.schedule_id, "c"),
        book.known(Asker("T2", KIM, "UTC", "C1"), made.schedule_id),
        book.known(asker(), 99),
    ):
        with pytest.raises(FunctionProblem, match="no schedule of this id"):
            await attempt


async def test_whether_somebody_is_an_administrator_may_not_be_known_now(book: Book, workspace: Workspace) -> None:
    made = await make(book)
    workspace.silent = True
    with pytest.raises(Unavailable, match="Slack did not say"):
        await book.known(asker(PARK), made.schedule_id)
    assert (await book.known(asker(), made.schedule_id)).schedule_id == made.schedule_id, "nobody has to ask"


async def test_a_change_is_made_once(book: Book) -> None:
    made = await make(book)
    wish = Wish(prompt="Tell us more.", when="0 10 * * *")
    changed = await book.update(asker(), made.schedule_id, wish, "b")
    assert (changed.prompt, changed.when) == ("Tell us more.", "0 10 * * *")
    assert await book.update(asker(), made.schedule_id, Wish(prompt="Other."), "b") == changed, "the same action"
    with pytest.raises(FunctionProblem, match="nothing to change"):
        await book.update(asker(), made.schedule_id, Wish(), "c")


@pytest.mark.parametrize("wish", [Wish(prompt="Tell us more."), Wish(paused=False), Wish(channel="#team")])
async def test_a_change_swallows_no_time_that_has_come(
    book: Book, storage: Storage, clock: Clock, clockwork: Works, wish: Wish
) -> None:
    """An action that was confirmed before a stop runs at the start, maybe before the alarm rings."""
    made = await make(book)
    clock.now = made.runs[0] + timedelta(minutes=5)
    await book.update(asker(), made.schedule_id, wish, "b")
    assert [run.due for run in await clockwork.alarm.fire(clock.now)] == [made.runs[0]]


async def test_an_administrator_who_says_it_anew_owns_it(book: Book, storage: Storage) -> None:
    made = await make(book)
    park = asker(PARK)
    assert [each.yours for each in await book.listed(park)] == [False]
    paused = await book.update(park, made.schedule_id, Wish(paused=True), "b")
    assert (paused.owner, paused.state) == (KIM, "paused")
    changed = await book.update(park, made.schedule_id, Wish(prompt="Tell me all salaries."), "c")
    assert (changed.owner, changed.state) == (PARK, "paused"), "it runs in the name of who said it"
    assert [notice.owner for notice in await storage.schedules.notices()] == [KIM]


async def test_pausing_and_resuming(book: Book, clock: Clock) -> None:
    made = await make(book)
    assert (await book.update(asker(), made.schedule_id, Wish(paused=True), "b")).runs == ()
    clock.now += timedelta(days=30)
    resumed = await book.update(asker(), made.schedule_id, Wish(paused=False), "c")
    assert resumed.state == "active"
    assert resumed.runs[0] > clock.now


async def test_a_cancelled_one_is_gone_and_cancelled_once(book: Book) -> None:
    made = await make(book)
    assert (await book.cancel(asker(), made.schedule_id, "b")).state == "ended"
    assert (await book.cancel(asker(), made.schedule_id, "b")).state == "ended", "the same action"
    with pytest.raises(FunctionProblem):
        await book.cancel(asker(), made.schedule_id, "c")
    assert await book.listed(asker()) == []


@pytest.mark.parametrize("deed", ["pause", "resume", "run", "delete"])
async def test_buttons_are_the_owner_s_and_the_administrators(
    book: Book, storage: Storage, workspace: Workspace, deed: str
) -> None:
    schedule = await planned(storage, NINE)
    assert await book.press(schedule.id, deed, "T1", LEE) == "not_yours"
    assert await book.press(schedule.id, deed, "T2", KIM) == "gone"
    assert await book.press(0, deed, "T1", KIM) == "gone"
    workspace.silent = True
    assert await book.press(schedule.id, deed, "T1", PARK) == "unsure"
    workspace.silent = False
    assert await storage.schedules.get(schedule.id) == schedule
    assert await storage.schedules.claimed() == []
    assert await book.press(schedule.id, deed, "T1", PARK) == deed


async def test_what_buttons_do(book: Book, storage: Storage, clock: Clock) -> None:
    schedule = await planned(storage, "2026-01-01T09:00")
    assert await book.press(schedule.id, "run", "T1", KIM) == "run"
    assert await book.press(schedule.id, "run", "T1", KIM) == "running"
    assert await book.press(schedule.id, "pause", "T1", KIM) == "pause"
    assert await book.press(schedule.id, "pause", "T1", KIM) == "pause", "pressed twice"
    found = await storage.schedules.get(schedule.id)
    assert found is not None
    assert (found.state, found.pause) == (ScheduleState.PAUSED, Pause.BY_HAND)
    assert await book.press(schedule.id, "resume", "T1", KIM) == "resume"
    assert await storage.schedules.get(schedule.id) == schedule
    assert await book.press(schedule.id, "pause", "T1", KIM) == "pause"
    clock.now += timedelta(days=1)
    assert await book.press(schedule.id, "resume", "T1", KIM) == "over"
    assert await book.press(schedule.id, "delete", "T1", KIM) == "delete"
    assert await book.press(schedule.id, "delete", "T1", KIM) == "gone"


@pytest.mark.parametrize(
    ("place", "told"), [("D1", {"a", "b", "c"}), ("C1", {"a"}), ("C2", {"a", "b"}), ("C9", {"a"})]
)
async def test_what_runs_where_not_everybody_reads_is_not_told_to_everybody(
    book: Book, storage: Storage, place: str, told: set[str]
) -> None:
    """#team is for all, #bosses is private, and so is a direct message."""
    for prompt, channel in (("a", "C1"), ("b", "C2"), ("c", "D1")):
        await planned(storage, NINE, made_by=prompt, prompt=prompt, channel=channel)
    for user in (KIM, PARK):
        by = asker(user, place)
        listed = await book.listed(by)
        assert len(listed) == 3
        assert {each.prompt for each in listed} - {""} == told
        assert {(await book.known(by, each.schedule_id)).prompt for each in listed} - {""} == told
        assert ("#bosses" in {each.channel for each in listed}) is ("b" in told)
    cancelled = await book.cancel(asker(PARK, "C1"), listed[-1].schedule_id, "z")
    assert cancelled.prompt == ""


async def test_who_has_left_a_private_channel_has_nothing_else_said_there(
    book: Book, storage: Storage, workspace: Workspace
) -> None:
    schedule = await planned(storage, NINE, channel="C2")
    for wish in (Wish(prompt="Tell them."), Wish(when="0 10 * * *")):
        with pytest.raises(FunctionProblem, match="invite Nod"):
            await book.update(asker(), schedule.id, wish, "b")
    assert (await book.update(asker(), schedule.id, Wish(paused=True), "c")).state == "paused"
    workspace.members["C2"] = {KIM}
    await book.update(asker(), schedule.id, Wish(prompt="Tell them."), "d")


@pytest.mark.parametrize("place", ["D9", "G9"])
async def test_a_place_of_several_people_that_is_no_channel_is_named_as_that(book: Book, place: str) -> None:
    """`/nod` can be typed in any direct message, and Nod can be mentioned in one of several people."""
    with pytest.raises(FunctionProblem, match=r"not here: .* Name a channel .*, or ask in a direct message"):
        await book.check_new(asker(place=place), Wish("x", NINE))


async def test_a_direct_message_is_known_from_anywhere(book: Book, storage: Storage) -> None:
    schedule = await planned(storage, NINE, channel="D1")
    assert (await book.update(asker(place="C1"), schedule.id, Wish(prompt="Tell me more."), "b")).state == "active"
    kept = await storage.schedules.get(schedule.id)
    assert kept is not None
    assert (kept.channel, kept.prompt) == ("D1", "Tell me more.")


@pytest.mark.parametrize("deed", ["pause", "delete"])
async def test_a_button_takes_no_change_back_that_is_made_at_the_same_moment(
    book: Book, storage: Storage, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    made, asks = await make(book), workspace.is_admin

    async def slow(team: str, user: str) -> bool | None:
        """While Slack is asked who presses, the owner's change is carried out."""
        monkeypatch.setattr(workspace, "is_admin", asks)
        await book.update(asker(), made.schedule_id, Wish(prompt="Tell us more.", when="0 10 * * *"), "b")
        return await asks(team, user)

    monkeypatch.setattr(workspace, "is_admin", slow)
    assert await book.press(made.schedule_id, deed, "T1", PARK) == deed
    kept = await storage.schedules.get(made.schedule_id)
    assert kept is not None
    assert (kept.rule, kept.changed_by) == ("0 10 * * *", "b")
    assert kept.state is (ScheduleState.PAUSED if deed == "pause" else ScheduleState.ENDED)


async def test_of_two_changes_at_the_same_moment_the_second_says_that_nothing_was_done(
    book: Book, storage: Storage, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, joined = await make(book), workspace.joined
    other = Wish(prompt="Tell me all salaries.")

    async def slow() -> list[Channel]:
        monkeypatch.setattr(workspace, "joined", joined)
        await book.update(asker(PARK), made.schedule_id, other, "b")
        return await joined()

    monkeypatch.setattr(workspace, "joined", slow)
    with pytest.raises(FunctionProblem, match="same moment"):
        await book.update(asker(), made.schedule_id, Wish(prompt="Tell us more."), "c")
    kept = await storage.schedules.get(made.schedule_id)
    assert kept is not None
    assert (kept.owner, kept.prompt) == (PARK, other.prompt)


@pytest.mark.parametrize(("allowed", "says"), [(False, "The rules do not let"), (None, "Try again")])
async def test_where_no_run_would_be_allowed_none_is_planned(
    storage: Storage, clock: Clock, workspace: Workspace, allowed: bool | None, says: str
) -> None:
    """It may be asked in one channel, and be for another: `call_in` of create_schedule."""
    asked = []

    async def may(user: str, channel: str) -> bool | None:
        asked.append((user, channel))
        return allowed

    strict = Book(storage.schedules, workspace, workspace, clock, Limits(), lambda: None, may)
    with pytest.raises(FunctionProblem, match=says):
        await strict.check_new(asker(place="D1"), Wish("x", NINE, "#team"))
    assert asked == [(KIM, "C1")]
