from dataclasses import replace
from datetime import timedelta

from storage.ports import Storage
from storage.records import ActionState, Counts, Decision, Pause, ScheduleState, TurnState
from tests.storage.sample import KIM, LATER, NOW, click, message, proposed, started, thread
from tests.storage.test_schedules import DUE, made

NONE = dict.fromkeys(map(str, ActionState), 0)


async def test_of_nothing(storage: Storage) -> None:
    assert await storage.counts() == Counts(0, 0, None, NONE)


async def test_what_waits_what_is_taken_and_what_became_of_actions(storage: Storage) -> None:
    done = await started(storage, message(thread(2)))
    await storage.turns.finish(done.turn, TurnState.ANSWERED, NOW)
    _, denied, _ = await proposed(storage, "a", "b", "c")  # in a turn that is left running
    await storage.actions.decide(click(denied, Decision.DENY))
    await storage.inbox.add(message(thread(3)), NOW + timedelta(seconds=5))
    await storage.inbox.add(message(thread(4)), NOW + timedelta(seconds=2))
    await storage.inbox.add(message(thread(5)), NOW, only_if_joined=True)
    counts = await storage.counts()
    assert (counts.waiting, counts.taken) == (3, 1)  # the denial waits too
    assert counts.oldest == NOW + timedelta(seconds=2)
    assert counts.actions == NONE | {"pending": 2, "denied": 1}
    assert (counts.schedules, counts.next_due) == ({"active": 0, "paused": 0}, None)
    for name in "abc":
        schedule = await made(storage, name)
    paused = replace(schedule, state=ScheduleState.PAUSED, pause=Pause.BY_HAND, next_at=None)
    assert await storage.schedules.change(paused, "schedule_paused", KIM, NOW)
    ended = replace(schedule, id=schedule.id - 1, state=ScheduleState.ENDED, next_at=None)
    assert await storage.schedules.change(ended, "schedule_deleted", KIM, NOW)
    counts = await storage.counts()
    assert (counts.schedules, counts.next_due) == ({"active": 1, "paused": 1}, DUE)
    await storage.inbox.release()
    assert await storage.inbox.claim(LATER) is not None
