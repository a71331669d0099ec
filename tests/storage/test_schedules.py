"""Schedules, over the port: made once, claimed once, asked once, told once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.ports import Storage
from storage.records import (
    Claim,
    ConversationKey,
    DeliveryKind,
    Firing,
    NewSchedule,
    Note,
    NoticeKind,
    Pause,
    Refused,
    Run,
    Schedule,
    ScheduleState,
    Stopping,
    TurnState,
)
from tests.storage.conftest import Opener
from tests.storage.sample import KIM, LATER, LEE, NOW, events, message

DUE = NOW + timedelta(hours=1)
NEXT = DUE + timedelta(days=1)


def new(made_by: str = "action-1", **changes: Any) -> NewSchedule:
    fields: dict[str, Any] = {
        "made_by": made_by,
        "team": "T1",
        "owner": KIM,
        "channel": "C1",
        "prompt": "Tell us the weather.",
        "rule": "0 13 * * *",
        "zone": "UTC",
        "next_at": DUE,
    }
    return NewSchedule(**(fields | changes))


def files(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("nod.db*"))


async def made(storage: Storage, made_by: str = "action-1", **changes: Any) -> Schedule:
    schedule = await storage.schedules.create(new(made_by, **changes), NOW, most_of_person=99, most_of_team=99)
    assert isinstance(schedule, Schedule)
    return schedule


async def kept(storage: Storage, schedule: Schedule) -> Schedule:
    found = await storage.schedules.get(schedule.id)
    assert found is not None
    return found


def plan(due: datetime | None, missed: datetime | None, next_at: datetime | None) -> Callable[[Schedule], Firing]:
    return lambda _: Firing(due, missed, next_at)


async def claimed(
    storage: Storage, schedule: Schedule, due: datetime = DUE, next_at: datetime | None = NEXT
) -> Run:
    runs = await storage.schedules.fire(due, plan(due, None, next_at))
    [run] = [run for run in runs if run.schedule == schedule.id]
    return run


async def asked(storage: Storage, run: Run, ts: str = "500.000001") -> Claim:
    assert await storage.schedules.ask(run, ts, DUE)
    claim = await storage.inbox.claim(DUE)
    assert claim is not None
    return claim


async def ran(storage: Storage, schedule: Schedule, day: int, state: TurnState) -> None:
    """Run a schedule's turn of one day to its end."""
    due = DUE + timedelta(days=day)
    run = await claimed(storage, schedule, due, due + timedelta(days=1))
    claim = await asked(storage, run, f"50{day}.000001")
    await storage.turns.finish(claim.turn, state, due)


async def test_one_action_makes_one_schedule(storage: Storage) -> None:
    first = await made(storage)
    assert first == await made(storage)
    assert await storage.schedules.made_by("action-1") == first
    assert await storage.schedules.listed("T1", KIM) == [first]
    assert first.next_at == DUE
    assert first.state is ScheduleState.ACTIVE


async def test_there_are_limits(storage: Storage) -> None:
    async def make(made_by: str, **changes: Any) -> Schedule | Refused:
        return await storage.schedules.create(new(made_by, **changes), NOW, most_of_person=1, most_of_team=2)

    first = await make("a")
    assert isinstance(first, Schedule)
    assert await make("a") == first, "the same action makes no second one"
    assert await make("b") is Refused.PERSON_HAS_TOO_MANY
    assert isinstance(await make("c", owner=LEE), Schedule)
    assert await make("d", owner="U3") is Refused.TEAM_HAS_TOO_MANY
    assert isinstance(await make("e", team="T2", owner="U3"), Schedule)
    ended = replace(first, state=ScheduleState.ENDED, next_at=None)
    assert await storage.schedules.change(ended, "schedule_deleted", KIM, LATER)
    assert isinstance(await make("f"), Schedule), "what has ended does not count"


async def test_clicks_at_the_same_moment_make_no_more_than_the_limits_let(storage: Storage) -> None:
    tries = [new(str(number), owner=KIM if number % 2 else LEE) for number in range(12)]
    both = await asyncio.gather(
        *(storage.schedules.create(each, NOW, most_of_person=2, most_of_team=3) for each in tries)
    )
    assert sum(isinstance(each, Schedule) for each in both) == 3


async def test_who_sees_what(storage: Storage) -> None:
    mine, theirs = await made(storage, "a"), await made(storage, "b", owner=LEE)
    await made(storage, "c", team="T2")
    assert await storage.schedules.listed("T1", KIM) == [mine]
    assert await storage.schedules.listed("T1") == [mine, theirs]


async def test_a_due_time_is_claimed_once(storage: Storage, opener: Opener) -> None:
    schedule = await made(storage)
    assert await storage.schedules.next_due() == DUE
    assert await storage.schedules.fire(DUE - timedelta(seconds=1), plan(DUE, None, NEXT)) == []
    other = await opener()
    both = await asyncio.gather(
        *(each.schedules.fire(DUE, plan(DUE, None, NEXT)) for each in (storage, other) * 5)
    )
    await other.close()
    [run] = [run for runs in both for run in runs]
    assert (run.schedule, run.due, run.owner, run.prompt) == (schedule.id, DUE, KIM, schedule.prompt)
    assert (await kept(storage, schedule)).next_at == NEXT
    assert await storage.schedules.next_due() == NEXT
    assert await storage.schedules.claimed() == [run]


async def test_a_claim_outlives_its_process(opener: Opener) -> None:
    first = await opener()
    run = await claimed(first, await made(first))
    await first.close()
    second = await opener()
    assert await second.schedules.claimed() == [run]
    await asked(second, run)
    assert await second.schedules.claimed() == []
    assert not await second.schedules.ask(run, "600.000001", DUE), "it was asked"
    assert not await second.schedules.drop(run, DUE)
    await second.close()


async def test_a_time_that_was_claimed_is_not_claimed_when_it_comes_again(storage: Storage) -> None:
    """An update that was made from an older look puts `next_at` back: the run's row still says that it was."""
    schedule = await made(storage)
    await claimed(storage, schedule)
    assert await storage.schedules.change(schedule, "schedule_changed", KIM, LATER)
    again = await kept(storage, schedule)
    assert again.next_at == DUE
    assert await storage.schedules.fire(DUE, plan(DUE, None, NEXT)) == []
    assert (await kept(storage, schedule)).next_at == NEXT


async def test_what_was_paused_meanwhile_is_not_claimed(storage: Storage) -> None:
    schedule = await made(storage)
    paused = replace(schedule, state=ScheduleState.PAUSED, pause=Pause.BY_HAND, next_at=None)
    assert await storage.schedules.change(paused, "schedule_paused", KIM, LATER) == paused
    assert await storage.schedules.fire(DUE, plan(DUE, None, NEXT)) == []
    assert await storage.schedules.next_due() is None
    assert await events(storage) == ["schedule_paused"]


async def test_a_run_is_a_delivery_in_a_thread_that_goes_on(storage: Storage) -> None:
    run = await claimed(storage, await made(storage))
    early = message(ConversationKey("T1", "C1", "500.000001"), user=LEE, ts="500.000009")
    assert not await storage.inbox.add(early, DUE, only_if_joined=True), "nobody knows that thread yet"
    claim = await asked(storage, run)
    [entry] = claim.entries
    assert entry.delivery.kind is DeliveryKind.SCHEDULE
    assert (entry.delivery.key, entry.delivery.user) == (run.key, KIM)
    assert entry.delivery.text == "Tell us the weather."
    assert claim.conversation.key == ConversationKey("T1", "C1", "500.000001")
    assert await storage.schedules.owner(claim.conversation.id) == KIM
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, DUE)
    later = message(claim.conversation.key, user=LEE, ts="500.000002")
    assert await storage.inbox.add(later, DUE, only_if_joined=True)
    reply = await storage.inbox.claim(DUE)
    assert reply is not None
    assert [each.delivery.key for each in reply.entries] == [early.key, later.key]
    assert [each.delivery.kind for each in reply.entries] == [DeliveryKind.MESSAGE] * 2


async def test_other_conversations_are_nobody_s_runs(storage: Storage) -> None:
    assert await storage.inbox.add(message(), NOW)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    assert await storage.schedules.owner(claim.conversation.id) is None


async def test_three_failures_in_a_row_pause_it(storage: Storage) -> None:
    schedule = await made(storage)
    await ran(storage, schedule, 0, TurnState.FAILED)
    await ran(storage, schedule, 1, TurnState.FAILED)
    await ran(storage, schedule, 2, TurnState.WAITING)
    assert (await kept(storage, schedule)).failures == 0
    for day in (3, 4):
        await ran(storage, schedule, day, TurnState.FAILED)
    assert (await kept(storage, schedule)).state is ScheduleState.ACTIVE
    assert await storage.schedules.notices() == []
    await ran(storage, schedule, 5, TurnState.FAILED)
    paused = await kept(storage, schedule)
    assert (paused.state, paused.pause, paused.next_at) == (ScheduleState.PAUSED, Pause.FAILURES, None)
    [notice] = await storage.schedules.notices()
    assert (notice.kind, notice.owner, notice.schedule) == (NoticeKind.FAILURES, KIM, paused)


async def test_a_turn_that_is_taken_up_again_counts_once(storage: Storage) -> None:
    schedule = await made(storage)
    claim = await asked(storage, await claimed(storage, schedule))
    await storage.turns.finish(claim.turn, TurnState.INTERRUPTED, DUE)
    again = await storage.inbox.claim(DUE)
    assert again is not None
    await storage.turns.finish(again.turn, TurnState.FAILED, DUE)
    assert (await kept(storage, schedule)).failures == 1
    assert (await storage.turns.retry(again.turn, "T1", "C1", KIM, DUE)) == "again"
    retried = await storage.inbox.claim(DUE)
    assert retried is not None
    await storage.turns.finish(retried.turn, TurnState.FAILED, DUE)
    assert (await kept(storage, schedule)).failures == 1, "it is the same run"


async def test_what_was_missed_is_told_once(storage: Storage) -> None:
    await made(storage)
    assert await storage.schedules.fire(NEXT - timedelta(hours=1), plan(None, DUE, NEXT)) == []
    [notice] = await storage.schedules.notices()
    assert (notice.kind, notice.due, notice.owner) == (NoticeKind.MISSED, DUE, KIM)
    await storage.schedules.told(notice.id, NEXT)
    assert await storage.schedules.notices() == []


async def test_one_time_ends_with_its_run(storage: Storage) -> None:
    schedule = await made(storage)
    await claimed(storage, schedule, next_at=None)
    assert (await kept(storage, schedule)).state is ScheduleState.ENDED
    assert await storage.schedules.listed("T1", KIM) == []
    assert await storage.schedules.change(schedule, "schedule_resumed", KIM, LATER) is None


async def test_a_run_that_cannot_be_posted_pauses_its_schedule(storage: Storage) -> None:
    schedule = await made(storage)
    first = await claimed(storage, schedule)
    second = await claimed(storage, schedule, NEXT, NEXT + timedelta(days=1))
    assert await storage.schedules.drop(first, DUE, Pause.CHANNEL)
    assert await storage.schedules.drop(second, NEXT, Pause.CHANNEL)
    assert (await kept(storage, schedule)).pause is Pause.CHANNEL
    assert [notice.kind for notice in await storage.schedules.notices()] == [NoticeKind.CHANNEL]


async def test_a_run_out_of_turn_is_one_at_a_time(storage: Storage) -> None:
    schedule = await made(storage)
    run = await storage.schedules.run_now(schedule.id, LEE, LATER)
    assert run is not None
    assert (run.by_hand, run.owner, run.due) == (True, KIM, LATER)
    assert await storage.schedules.run_now(schedule.id, LEE, NOW + timedelta(minutes=5)) is None
    claim = await asked(storage, run)
    assert await storage.schedules.run_now(schedule.id, LEE, NOW + timedelta(minutes=5)) is None
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, DUE)
    assert await storage.schedules.run_now(schedule.id, KIM, NOW + timedelta(minutes=9))
    assert await storage.schedules.run_now(99, KIM, LATER) is None
    assert (await kept(storage, schedule)).next_at == DUE
    assert await events(storage) == ["schedule_run", "schedule_run"]


async def test_a_change_of_what_is_no_longer_so_changes_nothing(storage: Storage) -> None:
    seen = await made(storage)
    theirs = replace(seen, owner=LEE, prompt="Tell me all.")
    assert await storage.schedules.change(theirs, "schedule_changed", LEE, LATER, seen=seen) == theirs
    mine = replace(seen, prompt="Tell us more.")
    assert await storage.schedules.change(mine, "schedule_changed", KIM, LATER, seen=seen) is None
    assert await kept(storage, seen) == theirs
    assert await events(storage) == ["schedule_changed"]


async def test_a_change_puts_back_neither_the_next_time_nor_failures(storage: Storage) -> None:
    seen = await made(storage)
    await ran(storage, seen, 0, TurnState.FAILED)
    changed = await storage.schedules.change(
        replace(seen, prompt="Tell us more."), "schedule_changed", KIM, LATER, seen=seen
    )
    assert changed is not None
    assert (changed.prompt, changed.next_at, changed.failures) == ("Tell us more.", NEXT, 1)


async def test_who_loses_a_schedule_is_told(storage: Storage) -> None:
    schedule = await made(storage)
    assert await storage.schedules.change(replace(schedule, owner=LEE), "schedule_changed", LEE, LATER)
    [notice] = await storage.schedules.notices()
    assert (notice.kind, notice.owner, notice.schedule.owner) == (NoticeKind.TAKEN_OVER, KIM, LEE)


@pytest.mark.parametrize("state", [TurnState.ANSWERED, TurnState.FAILED])
async def test_a_reply_in_the_thread_of_a_run_is_no_run(storage: Storage, state: TurnState) -> None:
    schedule = await made(storage)
    claim = await asked(storage, await claimed(storage, schedule))
    await storage.turns.finish(claim.turn, TurnState.FAILED, DUE)
    assert await storage.inbox.add(message(claim.conversation.key, ts="500.000002"), DUE)
    reply = await storage.inbox.claim(DUE)
    assert reply is not None
    await storage.turns.finish(reply.turn, state, DUE)
    assert (await kept(storage, schedule)).failures == 1


async def test_the_database_is_put_in_order_while_it_is_in_use(storage: Storage) -> None:
    schedule = await made(storage)
    await storage.tidy()
    assert await kept(storage, schedule) == schedule
    assert await storage.check() == []


# ── what is forgotten ───────────────────────────────────────────────────────────────────────────────────────


async def test_forgetting_leaves_schedules_as_they_are_and_counts_them(storage: Storage) -> None:
    schedule = await made(storage)
    claim = await asked(storage, await claimed(storage, schedule))
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, DUE)
    assert (await storage.keeping.remembered("T1", KIM)).schedules == 1
    assert (await storage.keeping.remembered("", KIM)).schedules == 1
    assert (await storage.keeping.remembered("T1", LEE)).schedules == 0
    assert (await storage.keeping.forget("w", "T1", KIM, NEXT)).schedules == 1
    assert (await storage.keeping.forget("w", "T1", KIM, NEXT)).schedules == 1, "a second time it tells the same"
    assert (await kept(storage, schedule)).prompt == schedule.prompt


@pytest.mark.parametrize("told", ["somebody", "nobody"])
async def test_what_has_ended_keeps_no_words(storage: Storage, tmp_path: Path, told: str) -> None:
    schedule = await made(storage)
    claim = await asked(storage, await claimed(storage, schedule))
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, DUE)
    if told == "somebody":
        assert await storage.schedules.fire(NEXT, plan(None, NEXT, NEXT + timedelta(days=1))) == []
    ended = replace(schedule, state=ScheduleState.ENDED, next_at=None)
    assert await storage.schedules.change(ended, "schedule_deleted", KIM, LATER)
    for notice in await storage.schedules.notices():
        assert notice.schedule.prompt == schedule.prompt, "who is told of it is told which it was"
        await storage.schedules.told(notice.id, NEXT)
    assert (await kept(storage, schedule)).prompt == ""
    await storage.keeping.forget("w", "T1", KIM, NEXT)
    assert await storage.keeping.scrub()
    assert schedule.prompt.encode() not in files(tmp_path)


async def test_one_time_keeps_its_words_until_it_is_asked(storage: Storage) -> None:
    schedule = await made(storage)
    run = await claimed(storage, schedule, next_at=None)
    assert (await kept(storage, schedule)).prompt == schedule.prompt
    await asked(storage, run)
    assert (await kept(storage, schedule)).prompt == ""


async def test_old_runs_are_forgotten_with_their_conversations(storage: Storage) -> None:
    schedule = await made(storage)
    claim = await asked(storage, await claimed(storage, schedule))
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, DUE)
    missed = await claimed(storage, schedule, NEXT, NEXT + timedelta(days=1))
    assert await storage.schedules.drop(missed, NEXT)
    await storage.keeping.sweep(DUE, NEXT)
    assert await storage.schedules.owner(claim.conversation.id) == KIM
    await storage.keeping.sweep(NEXT + timedelta(days=1), NEXT)
    assert await storage.schedules.owner(claim.conversation.id) is None
    again = await storage.schedules.run_now(schedule.id, KIM, LATER)
    assert again is not None, "what is under way stays"
    await storage.keeping.sweep(NEXT + timedelta(days=1), NEXT)
    assert await storage.schedules.claimed() == [again]


async def test_its_owner_stops_a_run_and_that_is_no_failure(storage: Storage) -> None:
    schedule = await made(storage)
    claim = await asked(storage, await claimed(storage, schedule))
    key, note = claim.conversation.key, Note("stopped", quiet=True)
    for user, came in ((LEE, Stopping.NOT_YOURS), (KIM, Stopping.STOPPED)):
        stop = await storage.turns.stop(key, user, DUE, note=note, beside=note, turn=claim.turn)
        assert stop.verdict is came
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, DUE)
    assert (await kept(storage, schedule)).failures == 0
    assert await storage.schedules.run_now(schedule.id, KIM, NEXT), "it is over"
