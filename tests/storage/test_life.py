"""Any course of events that an action can meet, against a model of its life that has no database."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from storage.outcomes import outcome_items
from storage.ports import StorageError
from storage.records import Action, ActionState, Decision, DeliveryKind, NewAction, TurnState, Verdict
from tests.storage.conftest import STORAGES, Opener
from tests.storage.sample import KIM, LEE, NOW, click, message, new_action, thread

pytestmark = pytest.mark.slow

CONFIRMED, EXECUTING = ActionState.CONFIRMED, ActionState.EXECUTING
STATES = {
    Decision.CONFIRM: CONFIRMED,
    Decision.DENY: ActionState.DENIED,
    Decision.WITHDRAW: ActionState.WITHDRAWN,
}
ENDS = [ActionState.SUCCEEDED, ActionState.FAILED, ActionState.UNKNOWN]
MINUTES = st.integers(0, 40).map(lambda minutes: timedelta(minutes=minutes))
USERS = st.sampled_from([KIM, KIM, LEE])
FUNCTIONS = st.sampled_from(["update_employee", "set_salary"])
IDEMPOTENT = "set_salary"
ALLOWED = st.sampled_from([True, True, True, False])


@dataclass
class Life:
    """What the model holds of an action."""

    function: str
    thread: int
    proposed_at: datetime
    expires_at: datetime
    state: ActionState = ActionState.PENDING
    events: list[str] = field(default_factory=lambda: ["proposed"])
    told: bool = False
    reason: str = ""
    by_grant: int | None = None

    def go(self, state: ActionState, event: str | None = None, *, told: bool = False) -> None:
        self.state = state
        self.events.append(event or state)
        self.told = self.told or told

    def in_time(self, now: datetime) -> bool:
        return now <= self.expires_at + (self.expires_at - self.proposed_at)


@dataclass
class Given:
    """What the model holds of a grant."""

    id: int
    life: Life
    until: datetime
    revoked: bool = False

    def lives(self, now: datetime, thread: int, function: str) -> bool:
        return (
            not self.revoked and self.until > now and (self.life.thread, self.life.function) == (thread, function)
        )


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
        self.grants: list[Given] = []
        self.wishes = 0

    def run(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    def teardown(self) -> None:
        assert self.run(self.storage.audit.verify()) is None
        self.run(self.storage.close())
        self.runner.close()
        self.folder.cleanup()

    # ── proposing ───────────────────────────────────────────────────────────────────────────────────────────

    @rule(
        target=ids,
        life=st.integers(1, 30),
        function=FUNCTIONS,
        number=st.integers(1, 2),
        by_grant=st.sampled_from(["none", "none", "found", "last"]),
    )
    def propose(self, life: int, function: str, number: int, by_grant: str) -> str:
        action_id = f"action-{len(self.lives)}"
        new = new_action(
            action_id, function=function, proposed_at=self.now, expires_at=self.now + timedelta(minutes=life)
        )
        [action] = self.run(self._propose(new, number, by_grant))
        model = self.lives[action_id] = Life(function, number, self.now, new.expires_at)
        living = [given for given in self.grants if given.lives(self.now, number, function)]
        named = self.grants[-1:] if by_grant == "last" else living if by_grant == "found" else []
        if any(given in living for given in named):
            model.go(CONFIRMED)
            model.by_grant = action.grant
            assert action.grant in [given.id for given in named]
        else:
            assert action.grant is None
        assert action.state is model.state
        return action_id

    async def _propose(self, new: NewAction, number: int, by_grant: str) -> list[Action]:
        key = thread(number)
        await self.storage.inbox.add(message(key), self.now)
        actions: list[Action] = []
        while not actions:
            claim = await self.storage.inbox.claim(self.now)
            if claim.conversation.key == key:
                grant = await self._grant(by_grant, claim.conversation.id, new.function)
                actions = await self.storage.turns.record(claim.turn, [], [replace(new, grant=grant)], at=self.now)
            await self.storage.turns.finish(claim.turn, TurnState.WAITING, self.now)
        return actions

    async def _grant(self, by_grant: str, conversation: int, function: str) -> int | None:
        if by_grant == "last":
            return self.grants[-1].id if self.grants else None
        found = await self.storage.grants.find(conversation, KIM, function, self.now)
        return found.id if found is not None and by_grant == "found" else None

    # ── deciding ────────────────────────────────────────────────────────────────────────────────────────────

    def _verdict(self, life: Life, *, theirs: bool) -> Verdict:
        """Say what a click comes to, and expire what is too late."""
        if not theirs:
            return Verdict.NOT_YOURS
        if life.state is not ActionState.PENDING:
            return Verdict.ALREADY
        if self.now >= life.expires_at:
            life.go(ActionState.EXPIRED, told=True)
            return Verdict.EXPIRED
        return Verdict.DECIDED

    @rule(
        action_id=ids,
        decision=st.sampled_from(Decision),
        user=USERS,
        allowed=ALLOWED,
        reason=st.sampled_from(["", "not now"]),
        remember=st.none() | MINUTES,
    )
    def click(
        self, action_id: str, decision: Decision, user: str, allowed: bool, reason: str, remember: timedelta | None
    ) -> None:
        life = self.lives[action_id]
        action = self.run(self.storage.actions.get(action_id))
        until = None if remember is None else self.now + remember
        made = click(
            action, decision, user=user, at=self.now, allowed=allowed, reason=reason, remember_until=until
        )
        ruling = self.run(self.storage.actions.decide(made))
        theirs = allowed and (user == KIM or decision is not Decision.WITHDRAW)
        assert ruling.verdict is self._verdict(life, theirs=theirs)
        if ruling.verdict is Verdict.DECIDED:
            life.go(STATES[decision])
            life.reason = reason if decision is Decision.DENY else ""
            if decision is Decision.CONFIRM and user == KIM and until is not None and until > self.now:
                life.events.append("granted")
                self.grants.append(Given(len(self.grants) + 1, life, until))
        assert ruling.action.state is life.state

    @rule(action_id=ids, user=USERS)
    def withdraw(self, action_id: str, user: str) -> None:
        life = self.lives[action_id]
        withdrawn = self.run(self.storage.actions.withdraw(action_id, user, self.now))
        assert (withdrawn is not None) == (user == KIM and life.state is ActionState.PENDING)
        if withdrawn is not None:
            life.go(ActionState.WITHDRAWN, told=True)

    @rule(target=ids, action_id=ids, user=USERS, allowed=ALLOWED, life=st.integers(1, 30))
    def edit(self, action_id: str, user: str, allowed: bool, life: int) -> Any:
        old = self.lives[action_id]
        action = self.run(self.storage.actions.get(action_id))
        new = new_action(
            f"action-{len(self.lives)}",
            function=old.function,
            arguments_json='{"id":2}',
            proposed_at=self.now,
            expires_at=self.now + timedelta(minutes=life),
        )
        made = click(action, user=user, at=self.now, allowed=allowed)
        ruling, edited = self.run(self.storage.actions.edit(made, new))
        assert ruling.verdict is self._verdict(old, theirs=allowed and user == KIM)
        if ruling.verdict is not Verdict.DECIDED:
            assert edited is None
            return multiple()
        old.go(ActionState.WITHDRAWN, "edited", told=True)
        assert ruling.action.superseded_by == edited.id
        self.lives[edited.id] = Life(old.function, old.thread, self.now, new.expires_at)
        return edited.id

    @rule(number=st.integers(0, 5))
    def revoke(self, number: int) -> None:
        given = self.grants[number] if number < len(self.grants) else None
        living = given is not None and given.lives(self.now, given.life.thread, given.life.function)
        revoked = self.run(self.storage.grants.revoke(number + 1, "T1", KIM, self.now))
        assert (revoked is not None) == living
        if given is not None and living:
            given.revoked = True

    # ── executing ───────────────────────────────────────────────────────────────────────────────────────────

    @rule(action_id=ids)
    def begin(self, action_id: str) -> None:
        life = self.lives[action_id]
        begun = self.run(self.storage.actions.begin(action_id, self.now))
        assert (begun is not None) == (life.state is CONFIRMED and life.in_time(self.now))
        if begun is not None:
            life.go(EXECUTING)
        elif life.state is CONFIRMED:
            self._go_over(life)

    @rule(action_id=ids, state=st.sampled_from(ENDS))
    def finish(self, action_id: str, state: ActionState) -> None:
        life = self.lives[action_id]
        finishing = self.storage.actions.finish(action_id, state, "{}", self.now)
        if life.state is EXECUTING:
            self.run(finishing)
            life.go(state, told=True)
        else:
            with pytest.raises(StorageError):
                self.run(finishing)

    @rule()
    def expire(self) -> None:
        expired = self.run(self.storage.actions.expire(self.now))
        over = {action_id for action_id, life in self.lives.items() if self._is_over(life)}
        assert {action.id for action in expired} == over
        for action_id in over:
            self._go_over(self.lives[action_id])

    def _is_over(self, life: Life) -> bool:
        if life.state is CONFIRMED:
            return not life.in_time(self.now)
        return life.state is ActionState.PENDING and life.expires_at <= self.now

    def _go_over(self, life: Life) -> None:
        life.go(ActionState.UNKNOWN if "retried" in life.events else ActionState.EXPIRED, told=True)

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

    @rule(idempotent=st.sampled_from([(), (IDEMPOTENT,)]))
    def restart(self, idempotent: tuple[str, ...]) -> None:
        self.run(self.storage.close())
        self.storage = self.run(self.opener())
        self.run(self.storage.inbox.release())
        interrupted = {action.id for action in self.run(self.storage.actions.interrupt(self.now, idempotent))}
        stuck = {each for each, life in self.lives.items() if life.state is EXECUTING}
        assert interrupted == stuck
        for life in (self.lives[action_id] for action_id in stuck):
            if life.function in idempotent and life.in_time(self.now):
                life.go(CONFIRMED, "retried")
            else:
                life.go(ActionState.UNKNOWN)
        assert stuck <= set(self.run(self._work()))

    @rule()
    def forget(self) -> None:
        """Have the requester's words forgotten; what was confirmed and is not over keeps its conversation."""
        self.run(self._work())
        self.wishes += 1
        forgotten = self.run(self.storage.keeping.forget(f"wish-{self.wishes}", "T1", KIM, self.now))
        busy = {life.thread for life in self.lives.values() if life.state in (CONFIRMED, EXECUTING)}
        gone = {action_id: life for action_id, life in self.lives.items() if life.thread not in busy}
        pending = [action_id for action_id, life in gone.items() if life.state is ActionState.PENDING]
        assert sorted(action.id for action in forgotten.withdrawn) == sorted(pending)
        for action_id, life in gone.items():
            if action_id in pending:
                life.go(ActionState.WITHDRAWN)
            life.told, life.reason = False, ""
            assert self.run(self.storage.actions.get(action_id)).arguments_json == "{}"
        for given in self.grants:
            given.revoked = given.revoked or (given.life.thread not in busy and given.until > self.now)
        assert self.run(self.storage.audit.verify()) is None

    @rule(by=MINUTES)
    def time_passes(self, by: timedelta) -> None:
        self.now += by

    @rule(by=MINUTES)
    def the_clock_is_set_back(self, by: timedelta) -> None:
        self.now -= by

    # ── what always holds ───────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def the_audit_is_the_way_of_the_state(self) -> None:
        for action_id, life in self.lives.items():
            action = self.run(self.storage.actions.get(action_id))
            assert (action.state, action.reason, action.grant) == (life.state, life.reason, life.by_grant)
            rows = self.run(self.storage.audit.rows(action_id=action_id))
            assert [row.event for row in rows] == life.events

    @invariant()
    def nothing_runs_twice_or_without_a_confirmation(self) -> None:
        for action_id, life in self.lives.items():
            rows = self.run(self.storage.audit.rows(action_id=action_id))
            events = [row.event for row in rows if row.event != "granted"]
            assert life.function == IDEMPOTENT or "retried" not in events
            assert events.count("executing") <= 1 + events.count("retried")
            if "executing" in events:
                assert events[: events.index("executing")] == ["proposed", "confirmed"]
                confirmed = rows[1]
                assert confirmed.actor in (KIM, LEE)
                if "grant" in confirmed.details:
                    given = self.grants[confirmed.details["grant"] - 1]
                    assert (given.life.thread, given.life.function) == (life.thread, life.function)

    @invariant()
    def a_grant_comes_of_a_click_of_its_own_person(self) -> None:
        held = self.run(self.storage.grants.of("T1", KIM, self.now))
        living = [each for each in self.grants if each.lives(self.now, each.life.thread, each.life.function)]
        assert sorted(grant.id for grant in held) == [each.id for each in living]
        assert self.run(self.storage.grants.of("T1", LEE, self.now)) == []

    @invariant()
    def an_end_without_a_turn_is_told_once(self) -> None:
        told: dict[int, list[Any]] = {}
        for action_id, life in self.lives.items():
            action = self.run(self.storage.actions.get(action_id))
            pair = [new.item for new in outcome_items(action)] if life.told else []
            told.setdefault(action.conversation.id, []).extend(pair)
        for conversation, expected in told.items():
            items = self.run(self.storage.history.items(conversation))
            assert len(items) == len(expected)
            assert all(item in items for item in expected)

    @invariant()
    def pending_are_those_that_wait(self) -> None:
        waiting = {each for each, life in self.lives.items() if life.state is ActionState.PENDING}
        conversations = (self.run(self.storage.history.conversation(thread(number))) for number in (1, 2))
        pending = [
            action.id
            for conversation in conversations
            if conversation is not None
            for action in self.run(self.storage.actions.pending(conversation.id))
        ]
        assert sorted(pending) == sorted(waiting)


@pytest.mark.parametrize("name", STORAGES)
def test_lives(name: str) -> None:
    class Here(Lives):
        def __init__(self) -> None:
            super().__init__(STORAGES[name])

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=50,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
