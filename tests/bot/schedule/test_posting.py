"""From a claim to a thread: posted once, in the name of who still may."""

from datetime import timedelta

import pytest

from bot.rules import FunctionRule, Rules
from storage.ports import Storage
from storage.records import DeliveryKind, NoticeKind, Pause, Schedule, ScheduleState
from tests.bot.schedule.conftest import GRACE, KIM, LEE, START, Board, Clock, Works, Workspace, planned, works

NINE = START + timedelta(hours=9)


async def due(storage: Storage, clock: Clock, clockwork: Works) -> Schedule:
    schedule = await planned(storage, "0 9 * * *")
    clock.now = NINE
    assert await clockwork.alarm.fire(NINE)
    return schedule


async def state(storage: Storage, schedule: Schedule) -> tuple[ScheduleState, Pause | None]:
    found = await storage.schedules.get(schedule.id)
    assert found is not None
    return found.state, found.pause


async def waiting(storage: Storage, clock: Clock) -> int:
    claim = await storage.inbox.claim(clock.now)
    return 0 if claim is None else len(claim.entries)


async def test_what_is_claimed_is_posted_and_asked(
    storage: Storage, clock: Clock, clockwork: Works, board: Board
) -> None:
    await due(storage, clock, clockwork)
    await clockwork.post()
    await clockwork.post()
    assert len(board.roots) == 1
    assert board.looked == 0, "nothing to look for: this process has just claimed it"
    claim = await storage.inbox.claim(clock.now)
    assert claim is not None
    assert claim.conversation.key.thread == "900.000001"
    assert [entry.delivery.kind for entry in claim.entries] == [DeliveryKind.SCHEDULE]


async def test_a_post_whose_end_nobody_saw_is_looked_for(
    storage: Storage, clock: Clock, clockwork: Works, board: Board
) -> None:
    await due(storage, clock, clockwork)
    board.away = 1
    await clockwork.post()
    assert await waiting(storage, clock) == 0
    await clockwork.post()
    assert (len(board.roots), board.looked) == (1, 1)
    assert await waiting(storage, clock) == 1


async def test_while_slack_is_away_it_waits_and_then_it_is_missed(
    storage: Storage, clock: Clock, clockwork: Works, board: Board
) -> None:
    schedule = await due(storage, clock, clockwork)
    board.unreachable = True
    await clockwork.post()
    clock.now += GRACE + timedelta(seconds=1)
    await clockwork.post()
    assert len(await storage.schedules.claimed()) == 1
    board.unreachable = False
    await clockwork.post()
    assert board.roots == []
    assert [notice.kind for notice in board.told] == [NoticeKind.MISSED]
    assert await state(storage, schedule) == (ScheduleState.ACTIVE, None)
    assert clockwork.counted == ["missed"]


async def test_what_slack_was_away_for_is_done_once(
    storage: Storage, clock: Clock, clockwork: Works, board: Board
) -> None:
    """Three hours of a schedule that is due every quarter of an hour: no storm of runs, nor of notices."""
    await planned(storage, "*/15 * * * *")
    board.unreachable = True
    for _ in range(12):
        clock.now += timedelta(minutes=15)
        await clockwork.alarm.fire(clock.now)
        await clockwork.post()
    board.unreachable = False
    await clockwork.post()
    assert [run.due for run in board.roots] == [START + timedelta(hours=3)]
    assert await storage.schedules.claimed() == []
    assert board.told == []


async def test_of_what_is_far_too_late_the_last_time_alone_is_told(
    storage: Storage, clock: Clock, clockwork: Works, board: Board
) -> None:
    await planned(storage, "*/15 * * * *")
    board.unreachable = True
    for _ in range(2):
        clock.now += timedelta(minutes=15)
        await clockwork.alarm.fire(clock.now)
        await clockwork.post()
    clock.now += GRACE * 2
    board.unreachable = False
    await clockwork.post()
    assert board.roots == []
    assert [notice.due for notice in board.told] == [START + timedelta(minutes=30)]


async def test_what_somebody_wanted_now_is_done_beside_what_is_due(
    storage: Storage, clock: Clock, clockwork: Works, board: Board
) -> None:
    schedule = await planned(storage, "0 9 * * *")
    board.unreachable = True
    assert await storage.schedules.run_now(schedule.id, KIM, NINE - timedelta(minutes=1))
    clock.now = NINE
    await clockwork.alarm.fire(NINE)
    await clockwork.post()
    board.unreachable = False
    await clockwork.post()
    assert [run.by_hand for run in board.roots] == [True, False]


async def test_what_was_posted_is_answered_though_another_time_has_come(
    storage: Storage, clock: Clock, clockwork: Works, board: Board
) -> None:
    await planned(storage, "*/15 * * * *")
    board.away = 1
    for _ in range(2):
        clock.now += timedelta(minutes=15)
        await clockwork.alarm.fire(clock.now)
        await clockwork.post()
    assert len(board.roots) == 2
    assert await waiting(storage, clock) + await waiting(storage, clock) == 2


@pytest.mark.parametrize("why", ["channel", "owner"])
async def test_who_wants_a_paused_one_now_is_told_why_it_cannot_be(
    storage: Storage, clock: Clock, clockwork: Works, board: Board, workspace: Workspace, why: str
) -> None:
    schedule = await due(storage, clock, clockwork)
    board.refuses = why == "channel"
    workspace.fallen = {KIM} if why == "owner" else set()
    await clockwork.post()
    board.told.clear()
    assert await storage.schedules.run_now(schedule.id, KIM, clock.now + timedelta(minutes=1))
    await clockwork.post()
    assert [(notice.kind, notice.owner) for notice in board.told] == [(NoticeKind(why), KIM)]


async def test_one_who_cannot_be_told_now_keeps_nobody_else_waiting(
    storage: Storage, clock: Clock, clockwork: Works, board: Board
) -> None:
    for owner in (KIM, LEE):
        await planned(storage, "0 9 * * *", owner=owner, made_by=owner)
    clock.now = NINE + GRACE * 2
    await clockwork.alarm.fire(clock.now)
    board.silent_to = {KIM}
    await clockwork.posting.tell()
    assert [notice.owner for notice in board.told] == [LEE]


async def test_what_stands_there_is_answered_however_late(
    storage: Storage, clock: Clock, workspace: Workspace, clockwork: Works, board: Board
) -> None:
    await due(storage, clock, clockwork)
    board.away = 1
    await clockwork.post()
    clock.now += timedelta(hours=9)
    await works(storage, clock, workspace, board).post()
    assert len(board.roots) == 1
    assert await waiting(storage, clock) == 1


async def test_a_channel_that_is_gone_pauses_it(
    storage: Storage, clock: Clock, clockwork: Works, board: Board
) -> None:
    schedule = await due(storage, clock, clockwork)
    board.refuses = True
    await clockwork.post()
    assert await state(storage, schedule) == (ScheduleState.PAUSED, Pause.CHANNEL)
    assert [(notice.kind, notice.owner) for notice in board.told] == [(NoticeKind.CHANNEL, KIM)]
    assert clockwork.counted == ["refused"]
    assert await waiting(storage, clock) == 0


async def test_an_owner_who_left_has_nothing_done(
    storage: Storage, clock: Clock, workspace: Workspace, clockwork: Works, board: Board
) -> None:
    schedule = await due(storage, clock, clockwork)
    workspace.fallen.add(KIM)
    await clockwork.post()
    assert board.roots == []
    assert await state(storage, schedule) == (ScheduleState.PAUSED, Pause.OWNER)


async def test_an_owner_who_left_its_private_channel_has_nothing_posted_there(
    storage: Storage, clock: Clock, clockwork: Works, board: Board
) -> None:
    schedule = await due(storage, clock, clockwork)
    board.shut_out = {KIM}
    await clockwork.post()
    assert board.roots == []
    assert await state(storage, schedule) == (ScheduleState.PAUSED, Pause.CHANNEL)
    assert [(notice.kind, notice.owner) for notice in board.told] == [(NoticeKind.CHANNEL, KIM)]


async def test_a_rule_of_today_counts(
    storage: Storage, clock: Clock, workspace: Workspace, clockwork: Works, board: Board
) -> None:
    schedule = await due(storage, clock, clockwork)
    rules = Rules(functions={"create_schedule": FunctionRule(call_by=frozenset({"U9"}))})
    await works(storage, clock, workspace, board, rules).post()
    assert board.roots == []
    assert await state(storage, schedule) == (ScheduleState.PAUSED, Pause.OWNER)


async def test_what_slack_cannot_say_now_is_no_no(
    storage: Storage, clock: Clock, workspace: Workspace, board: Board
) -> None:
    rules = Rules(functions={"create_schedule": FunctionRule(call_by=frozenset({"S1"}))})
    clockwork = works(storage, clock, workspace, board, rules)
    schedule = await due(storage, clock, clockwork)
    workspace.silent = True
    await clockwork.post()
    assert board.roots == []
    assert await state(storage, schedule) == (ScheduleState.ACTIVE, None)
    workspace.silent = False
    await clockwork.post()
    assert len(board.roots) == 1


async def test_what_an_owner_has_to_know_waits_for_slack(
    storage: Storage, clock: Clock, clockwork: Works, board: Board
) -> None:
    await due(storage, clock, clockwork)
    board.refuses = True
    await clockwork.post()
    board.told.clear()
    await planned(storage, "2026-01-01T09:00")
    clock.now = NINE + GRACE * 2
    await clockwork.alarm.fire(clock.now)
    board.unreachable = True
    await clockwork.posting.tell()
    assert board.told == []
    board.unreachable = False
    await clockwork.posting.tell()
    await clockwork.posting.tell()
    assert [notice.kind for notice in board.told] == [NoticeKind.MISSED]


async def test_a_run_of_a_process_whose_clock_was_ahead_is_looked_for(
    storage: Storage, clock: Clock, workspace: Workspace, clockwork: Works, board: Board
) -> None:
    """It was killed between the post and its row; meanwhile the clock was set back."""
    await due(storage, clock, clockwork)
    board.away = 1
    await clockwork.post()
    clock.now = NINE - timedelta(seconds=30)
    await works(storage, clock, workspace, board).post()
    assert len(board.roots) == 1
    assert await waiting(storage, clock) == 1
