"""Any course of deliveries, claims, ends, crashes, retries and forgetting, against a model without a database."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from storage.records import Claim, ConversationKey, Delivery, NewItem, Retried, TurnState, UserItem
from tests.storage.conftest import STORAGES, Opener
from tests.storage.sample import KIM, LEE, NOW, message

pytestmark = pytest.mark.slow

THREADS = st.integers(1, 4)
CHANNELS = {1: "C1", 2: "C1", 3: "C2", 4: "C3"}
USERS = st.sampled_from([KIM, KIM, LEE, "U3PARK"])
ENDS = [TurnState.ANSWERED, TurnState.FAILED, TurnState.INTERRUPTED]
MINUTES = st.integers(0, 40).map(lambda minutes: timedelta(minutes=minutes))


class Place(StrEnum):
    """Where a delivery is: in exactly one of these."""

    ASIDE = "aside"
    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"


@dataclass
class Kept:
    """What the model holds of a delivery. `order` is that of arrival in the inbox."""

    delivery: Delivery
    place: Place
    received_at: datetime
    order: int = 0
    tries: int = 0
    turn: int | None = None
    done_at: datetime | None = None

    @property
    def thread(self) -> ConversationKey:
        return self.delivery.conversation


@dataclass
class Turn:
    claim: Claim
    has_items: bool = False
    failed: bool = False
    retried: bool = False


class Queue(RuleBasedStateMachine):
    def __init__(self, storage: Callable[[Path], Opener]) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.opener = storage(Path(self.folder.name))
        self.storage = self.run(self.opener())
        self.now = NOW
        self.kept: dict[str, Kept] = {}
        self.joined: dict[ConversationKey, str] = {}
        self.turns: dict[int, Turn] = {}
        self.running: dict[int, Turn] = {}
        self.arrived = 0

    def run(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    def teardown(self) -> None:
        """Whatever waits in the end is served, and then nothing does."""
        self.restart()
        while self._claim():
            self.finish(0, TurnState.ANSWERED)
        assert not self._in(Place.WAITING, Place.TAKEN)
        assert self.run(self.storage.check()) == []
        self.run(self.storage.close())
        self.runner.close()
        self.folder.cleanup()

    def _in(self, *places: Place) -> list[Kept]:
        """Return the deliveries in these places, as they came into the inbox."""
        return sorted((kept for kept in self.kept.values() if kept.place in places), key=lambda kept: kept.order)

    def _enter(self, kept: Kept) -> None:
        self.arrived += 1
        self.kept[kept.delivery.key] = replace(kept, place=Place.WAITING, order=self.arrived)

    # ── delivering ──────────────────────────────────────────────────────────────────────────────────────────

    @rule(number=THREADS, user=USERS, ts=st.integers(1, 30), mention=st.booleans())
    def deliver(self, number: int, user: str, ts: int, mention: bool) -> None:
        """Deliver a message, or one again: a ts is one message."""
        thread = ConversationKey("T1", CHANNELS[number], f"100.{number:06}")
        text = f"{9 + ts}.000001"
        delivery = message(thread, key=f"message:T1:{thread.channel}:{number}:{text}", ts=text, user=user)
        before = self.kept.get(delivery.key)
        new = self.run(self.storage.inbox.add(delivery, self.now, only_if_joined=not mention))
        assert new == self._deliver(delivery, before, mention=mention)

    def _deliver(self, delivery: Delivery, before: Kept | None, *, mention: bool) -> bool:
        thread = delivery.conversation
        if before is not None and before.place is not Place.ASIDE:
            return False
        joined = thread in self.joined and float(delivery.ts) > float(self.joined[thread])
        kept = Kept(delivery, Place.ASIDE, self.now)
        if not mention and not joined:
            self.kept.setdefault(delivery.key, kept)
            return False
        self._enter(kept)
        if mention:
            first = min(float(delivery.ts), float(self.joined.get(thread, delivery.ts)))
            self.joined[thread] = f"{first:.6f}"
            aside = [each for each in self._in(Place.ASIDE) if each.thread == thread]
            for each in sorted(aside, key=lambda each: float(each.delivery.ts)):
                if float(each.delivery.ts) > float(delivery.ts):
                    self._enter(each)
        return True

    # ── serving ─────────────────────────────────────────────────────────────────────────────────────────────

    def _candidates(self) -> list[Kept]:
        """Return the first waiting entry of each thread that has no running turn."""
        busy = {turn.claim.conversation.key for turn in self.running.values()}
        firsts: dict[ConversationKey, Kept] = {}
        for kept in self._in(Place.WAITING):
            firsts.setdefault(kept.thread, kept)
        return [kept for thread, kept in firsts.items() if thread not in busy]

    def _next(self) -> Kept | None:
        people = Counter(turn.claim.entries[0].delivery.user for turn in self.running.values())
        channels = Counter(turn.claim.conversation.key.channel for turn in self.running.values())
        alone = any(kept.tries >= 3 for kept in self._in(Place.TAKEN))
        return min(
            (kept for kept in self._candidates() if not (alone and self._suspect(kept))),
            key=lambda kept: (
                self._suspect(kept),
                people[kept.delivery.user],
                channels[kept.thread.channel],
                kept.order,
            ),
            default=None,
        )

    def _suspect(self, first: Kept) -> int:
        """How often the worst of what waits in a thread was begun, if that is twice at least."""
        tries = max(kept.tries for kept in self._in(Place.WAITING) if kept.thread == first.thread)
        return tries if tries >= 2 else 0

    @rule()
    def claim(self) -> None:
        self._claim()

    def _claim(self) -> bool:
        expected = self._next()
        line = self.run(self.storage.inbox.line(self.now + timedelta(days=1), timedelta(0)))
        assert len(line) == len(self._candidates())
        claim: Claim | None = self.run(self.storage.inbox.claim(self.now))
        if expected is None or claim is None:
            assert (claim, expected) == (None, None)
            assert all(self._suspect(kept) for kept in self._candidates())
            return False
        assert [each.place for each in line] == list(range(1, len(line) + 1))
        assert line[0].delivery == claim.entries[0].delivery
        own = [kept for kept in self._in(Place.WAITING) if kept.thread == expected.thread]
        users = [kept.delivery.user == expected.delivery.user for kept in own]
        joined = own[: users.index(False)] if False in users else own
        for kept in joined:
            kept.place, kept.turn, kept.tries = Place.TAKEN, claim.turn, kept.tries + 1
        assert [(entry.delivery, entry.received_at, entry.tries) for entry in claim.entries] == [
            (kept.delivery, kept.received_at, kept.tries) for kept in joined
        ]
        self.turns[claim.turn] = self.running[claim.turn] = Turn(claim)
        return True

    @precondition(lambda self: self.running)
    @rule(number=st.integers(0, 5))
    def record(self, number: int) -> None:
        turn = self._running(number)
        self.run(self.storage.turns.record(turn.claim.turn, [NewItem(UserItem("x", KIM))], at=self.now))
        turn.has_items = True

    @precondition(lambda self: self.running)
    @rule(number=st.integers(0, 5), state=st.sampled_from(ENDS))
    def finish(self, number: int, state: TurnState) -> None:
        turn = self._running(number)
        self.run(self.storage.turns.finish(turn.claim.turn, state, self.now))
        del self.running[turn.claim.turn]
        turn.failed = state is TurnState.FAILED
        for kept in self._of(turn):
            if state is TurnState.INTERRUPTED:
                kept.place, kept.turn = Place.WAITING, None
            else:
                kept.place, kept.done_at = Place.DONE, self.now

    def _running(self, number: int) -> Turn:
        running = list(self.running.values())
        return running[number % len(running)]

    def _of(self, turn: Turn) -> list[Kept]:
        return [kept for kept in self.kept.values() if kept.turn == turn.claim.turn]

    @rule()
    def restart(self) -> None:
        self.run(self.storage.close())
        self.storage = self.run(self.opener())
        taken = self._in(Place.TAKEN)
        assert self.run(self.storage.inbox.release()) == len(taken)
        for kept in taken:
            kept.place, kept.turn = Place.WAITING, None
        self.running.clear()

    @precondition(lambda self: self.turns)
    @rule(number=st.integers(0, 20), user=USERS)
    def retry(self, number: int, user: str) -> None:
        turn = list(self.turns.values())[number % len(self.turns)]
        place = turn.claim.conversation.key
        became = self.run(self.storage.turns.retry(turn.claim.turn, place.team, place.channel, user, self.now))
        assert became is self._retried(turn, user)
        if became is Retried.AGAIN:
            turn.retried = True
            for kept in self._of(turn):
                kept.place, kept.turn, kept.tries, kept.received_at = Place.WAITING, None, 0, self.now

    def _retried(self, turn: Turn, user: str) -> Retried:
        if not turn.failed:
            return Retried.UNKNOWN
        if turn.claim.entries[0].delivery.user != user:
            return Retried.NOT_YOURS
        if turn.retried:
            return Retried.ALREADY
        if not self._of(turn):
            return Retried.UNKNOWN
        later = [
            other
            for number, other in self.turns.items()
            if number > turn.claim.turn and other.claim.conversation == turn.claim.conversation
        ]
        overtaken = turn.has_items and any(other.has_items for other in later)
        return Retried.MOVED_ON if overtaken else Retried.AGAIN

    @rule(done=MINUTES, aside=MINUTES)
    def prune(self, done: timedelta, aside: timedelta) -> None:
        done_before, aside_before = self.now - done, self.now - aside
        old = [kept for kept in self._in(Place.DONE) if kept.done_at and kept.done_at < done_before]
        old += [kept for kept in self._in(Place.ASIDE) if kept.received_at < aside_before]
        assert self.run(self.storage.inbox.prune(done_before, aside_before)) == len(old)
        for kept in old:
            del self.kept[kept.delivery.key]

    @rule(by=MINUTES)
    def time_passes(self, by: timedelta) -> None:
        self.now += by

    # ── what always holds ───────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def everything_is_where_it_should_be(self) -> None:
        counts = self.run(self.storage.counts())
        waiting = self._in(Place.WAITING)
        assert (counts.waiting, counts.taken) == (len(waiting), len(self._in(Place.TAKEN)))
        assert counts.oldest == min((kept.received_at for kept in waiting), default=None)


@pytest.mark.parametrize("name", STORAGES)
def test_queue(name: str) -> None:
    class Here(Queue):
        def __init__(self) -> None:
            super().__init__(STORAGES[name])

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
