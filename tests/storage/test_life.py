"""Any course of events that an action can meet, against a model of its life that has no database."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from storage.outcomes import outcome_items
from storage.ports import StorageError
from storage.records import ActionState, Decision, DeliveryKind, TurnState, Verdict
from tests.storage.conftest import STORAGES, Opener
from tests.storage.sample import KIM, LEE, NOW, click, message, new_action, thread

T = TypeVar("T")

CONFIRMED, DENIED = ActionState.CONFIRMED, ActionState.DENIED
ENDS = [ActionState.SUCCEEDED, ActionState.FAILED, ActionState.UNKNOWN]
MINUTES = st.integers(0, 40).map(lambda minutes: timedelta(minutes=minutes))


@dataclass
class Life:
    """What the model holds of an action."""

    proposed_at: datetime
    expires_at: datetime
    state: ActionState = ActionState.PENDING
    events: list[str] = field(default_factory=lambda: ["proposed"])
    to_be_told: bool = False

    def go(self, state: ActionState) -> None:
        self.state = state
        self.events.append(state)
        self.to_be_told = state is ActionState.EXPIRED


class Lives(RuleBasedStateMachine):
    ids = Bundle("ids")

    def __init__(self, storage: Callable[[Path], Opener]) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.opener = storage(Path(self.folder.name))
        self.storage = self.run(self.opener())
        self.now = NOW
        self.lives: dict[str, Life] = {}

    def run(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    def teardown(self) -> None:
        self.run(self.storage.close())
        self.runner.close()
        self.folder.cleanup()

    @rule(target=ids, life=st.integers(1, 30))
    def propose(self, life: int) -> str:
        action_id = f"action-{len(self.lives)}"
        expires_at = self.now + timedelta(minutes=life)
        self.run(self._propose(action_id, expires_at))
        self.lives[action_id] = Life(self.now, expires_at)
        return action_id

    async def _propose(self, action_id: str, expires_at: datetime) -> None:
        key = thread(len(self.lives))
        await self.storage.inbox.add(message(key), self.now)
        while claim := await self.storage.inbox.claim(self.now):
            if claim.conversation.key == key:
                new = new_action(action_id, proposed_at=self.now, expires_at=expires_at)
                await self.storage.turns.record(claim.turn, [], [new], at=self.now)
            await self.storage.turns.finish(claim.turn, TurnState.WAITING, self.now)

    @rule(action_id=ids, decision=st.sampled_from(Decision), user=st.sampled_from([KIM, KIM, LEE]))
    def click(self, action_id: str, decision: Decision, user: str) -> None:
        life = self.lives[action_id]
        action = self.run(self.storage.actions.get(action_id))
        ruling = self.run(self.storage.actions.decide(click(action, decision, user=user, at=self.now)))
        if user != KIM:
            assert ruling.verdict is Verdict.NOT_YOURS
        elif life.state is not ActionState.PENDING:
            assert ruling.verdict is Verdict.ALREADY
        elif self.now >= life.expires_at:
            assert ruling.verdict is Verdict.EXPIRED
            life.go(ActionState.EXPIRED)
        else:
            assert ruling.verdict is Verdict.DECIDED
            life.go(CONFIRMED if decision is Decision.CONFIRM else DENIED)
        assert ruling.action.state is life.state

    @rule(action_id=ids)
    def begin(self, action_id: str) -> None:
        life = self.lives[action_id]
        begun = self.run(self.storage.actions.begin(action_id, self.now))
        in_time = self.now <= life.expires_at + (life.expires_at - life.proposed_at)
        assert (begun is not None) == (life.state is CONFIRMED and in_time)
        if life.state is CONFIRMED:
            life.go(ActionState.EXECUTING if in_time else ActionState.EXPIRED)

    @rule(action_id=ids, state=st.sampled_from(ENDS))
    def finish(self, action_id: str, state: ActionState) -> None:
        life = self.lives[action_id]
        finishing = self.storage.actions.finish(action_id, state, "{}", self.now)
        if life.state is ActionState.EXECUTING:
            self.run(finishing)
            life.go(state)
        else:
            with pytest.raises(StorageError):
                self.run(finishing)

    @rule()
    def expire(self) -> None:
        expired = self.run(self.storage.actions.expire(self.now))
        over = {
            action_id
            for action_id, life in self.lives.items()
            if life.state is ActionState.PENDING and life.expires_at <= self.now
        }
        assert {action.id for action in expired} == over
        for action_id in over:
            self.lives[action_id].go(ActionState.EXPIRED)

    @rule()
    def work(self) -> None:
        """Take what waits in the inbox, as a worker that does nothing."""
        self.run(self._work())

    async def _work(self) -> list[str]:
        taken = []
        while claim := await self.storage.inbox.claim(self.now):
            taken += [entry.delivery.action_id for entry in claim.entries]
            assert {entry.delivery.kind for entry in claim.entries} == {DeliveryKind.DECISION}
            await self.storage.turns.finish(claim.turn, TurnState.FAILED, self.now)
        return taken

    @rule()
    def restart(self) -> None:
        self.run(self.storage.close())
        self.storage = self.run(self.opener())
        self.run(self.storage.inbox.release())
        interrupted = {action.id for action in self.run(self.storage.actions.interrupt(self.now))}
        stuck = {each for each, life in self.lives.items() if life.state is ActionState.EXECUTING}
        assert interrupted == stuck
        for action_id in stuck:
            self.lives[action_id].go(ActionState.UNKNOWN)
        assert stuck <= set(self.run(self._work()))

    @rule(by=MINUTES)
    def time_passes(self, by: timedelta) -> None:
        self.now += by

    @rule(by=MINUTES)
    def the_clock_is_set_back(self, by: timedelta) -> None:
        self.now -= by

    @invariant()
    def the_audit_is_the_way_of_the_state(self) -> None:
        for action_id, life in self.lives.items():
            action = self.run(self.storage.actions.get(action_id))
            assert action.state is life.state
            rows = self.run(self.storage.actions.audit(action_id))
            assert [row.event for row in rows] == life.events

    @invariant()
    def nothing_runs_twice_or_without_a_confirmation(self) -> None:
        for action_id in self.lives:
            rows = self.run(self.storage.actions.audit(action_id))
            events = [row.event for row in rows]
            assert events.count("executing") <= 1
            if "executing" in events:
                before = events[: events.index("executing")]
                assert before == ["proposed", "confirmed"]
                assert rows[1].actor == KIM

    @invariant()
    def an_expiry_is_told_once(self) -> None:
        for action_id, life in self.lives.items():
            action = self.run(self.storage.actions.get(action_id))
            items = self.run(self.storage.history.items(action.conversation.id))
            assert items == ([new.item for new in outcome_items(action)] if life.to_be_told else [])


@pytest.mark.parametrize("name", STORAGES)
def test_lives(name: str) -> None:
    class Here(Lives):
        def __init__(self) -> None:
            super().__init__(STORAGES[name])

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
