"""Any interleaving of messages, proposals, clicks, expiry, crashes, restarts and changed rules keeps the promise.

`pytest --hypothesis-profile=deep tests/bot/turns/test_interleavings.py -s` looks deeper.
"""

import sys

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from storage.outcomes import reference
from storage.records import ActionState, Decision
from tests.bot.turns.course import Course, counted
from tests.bot.turns.mortal import End
from tests.bot.turns.town import KIM, LEE, OFFERED, PARK, RULES, may_confirm

pytestmark = pytest.mark.slow

EXAMPLES, STEPS = 60, 30

PEOPLE = st.sampled_from([KIM, LEE])
USERS = st.sampled_from([KIM, KIM, LEE, LEE, PARK])
THREADS = st.sampled_from(["1.1", "1.2"])
PICK = st.integers(0, 5)
AMOUNTS = st.integers(1, 3)
NAMES = ["look", "pay", "pay", "wipe", "put", "put", "note", "note", "withdraw", "none"]
CALLS = st.lists(st.tuples(st.sampled_from(NAMES), AMOUNTS), min_size=1, max_size=3)
POINTS = st.sampled_from(["inbox", "actions.begin", "effect", "effect", "actions.finish", "turns", "slack.card"])
"""Where a turn that carries something out is most easily hurt."""
ENDINGS = st.sampled_from(End)
EVENTS = st.sampled_from(["time", "time", "standing", "far end", "expire", "revoke"])
DECISIONS = st.sampled_from([Decision.CONFIRM] * 3 + [Decision.DENY, Decision.WITHDRAW])
PLACES = st.sampled_from(["card", "card", "card", "card", "all", "other card", "other channel", "other team"])
SECONDS = st.sampled_from([1, 20, 40, 61, 121])


class Interleavings(Course, RuleBasedStateMachine):
    def __init__(self) -> None:
        RuleBasedStateMachine.__init__(self)
        Course.__init__(self)

    def teardown(self) -> None:
        self.close()

    def _has_cards(self) -> bool:
        return bool(self.channel.shown)

    @initialize(user=PEOPLE, calls=CALLS)
    def begin(self, user: str, calls: list[tuple[str, int]]) -> None:
        counted["examples"] += 1
        self.ask_and_propose(user, "1.1", calls)

    @rule(user=PEOPLE, thread=THREADS)
    def message(self, user: str, thread: str) -> None:
        self.go(self._say(self.parts.storage, user, thread))

    @rule(user=PEOPLE, thread=THREADS, calls=CALLS)
    def ask_and_propose(self, user: str, thread: str, calls: list[tuple[str, int]]) -> None:
        self.model.minds.append(calls)
        self.go(self._say(self.parts.storage, user, thread))
        self.next_turn()

    @rule(calls=CALLS)
    def next_turn_calls(self, calls: list[tuple[str, int]]) -> None:
        self.model.minds.append(calls)
        self.next_turn()

    @rule()
    def next_turn(self) -> None:
        async def work() -> None:
            await self._work()

        self.model.references = [reference(id) for id in self.channel.shown]
        self.go(work())

    @precondition(_has_cards)
    @rule(pick=PICK, user=USERS, decision=DECISIONS, place=PLACES, remember=st.booleans())
    def click(self, pick: int, user: str, decision: Decision, place: str, remember: bool) -> None:
        self.go(self._click(self.parts.storage, pick, user, decision, place, remember))

    @precondition(_has_cards)
    @rule(pick=PICK, remember=st.booleans())
    def confirm(self, pick: int, remember: bool) -> None:
        """Click as one who may, more often than by chance."""
        self.go(self._confirm(pick, remember))

    @precondition(_has_cards)
    @rule(pick=PICK, remember=st.booleans(), at=POINTS, end=ENDINGS, event=EVENTS)
    def confirm_and_break(self, pick: int, remember: bool, at: str, end: End, event: str) -> None:
        """Click as one who may, and run the turn that this starts. It ends too soon; the world goes on, and then
        it is taken up again."""
        self.go(self._confirm(pick, remember))
        self.fate.plan(1, end, at)
        self.next_turn()
        self.go(self._happen(self.raw, event, KIM, 20))
        self.next_turn()

    @precondition(_has_cards)
    @rule(pick=PICK, remember=st.booleans())
    def confirm_and_go_on(self, pick: int, remember: bool) -> None:
        self.go(self._confirm(pick, remember))
        self.next_turn()

    @precondition(lambda self: self.grants)
    @rule(thread=THREADS, amount=AMOUNTS, event=EVENTS, seconds=SECONDS)
    def use_a_grant(self, thread: str, amount: int, event: str, seconds: int) -> None:
        """Propose what was waived, and let something happen before it is carried out."""
        user = self.grants[-1].user
        self.ask_and_propose(user, thread, [("note", amount)])
        self.go(self._happen(self.raw, event, user, seconds))
        self.next_turn()

    async def _confirm(self, pick: int, remember: bool) -> None:
        action = await self._card(pick)
        if action is not None:
            may = [user for user in (KIM, LEE) if may_confirm(self.regime, action.requester, user)]
            user = may[0] if may else KIM
            await self._click_one(self.parts.storage, action, user, Decision.CONFIRM, "card", remember)

    @precondition(_has_cards)
    @rule(pick=PICK, user=USERS, amount=AMOUNTS)
    def edit(self, pick: int, user: str, amount: int) -> None:
        self.go(self._edit(self.parts.storage, pick, user, amount))

    @rule(event=EVENTS, user=PEOPLE, seconds=SECONDS)
    def something_happens(self, event: str, user: str, seconds: int) -> None:
        self.go(self._happen(self.parts.storage, event, user, seconds))

    @rule(rules=st.sampled_from(list(RULES)), offered=st.sampled_from(OFFERED))
    def operator_changes_the_rules(self, rules: str, offered: str) -> None:
        self.regime, self.offered = rules, offered
        self.go(self._restart())

    @rule(calls=st.integers(1, 12), end=ENDINGS)
    def something_will_break(self, calls: int, end: End) -> None:
        self.fate.plan(calls, end)

    @rule(event=EVENTS, user=PEOPLE, seconds=SECONDS, calls=st.integers(1, 12))
    def something_will_happen_meanwhile(self, event: str, user: str, seconds: int, calls: int) -> None:
        looked_at = event in ("standing", "revoke")
        self.fate.plan(calls, lambda: self._happen(self.raw, event, user, seconds), looked_at=looked_at)

    @rule(pick=PICK, user=PEOPLE, decision=DECISIONS, remember=st.booleans(), calls=st.integers(1, 12))
    def somebody_will_click_meanwhile(
        self, pick: int, user: str, decision: Decision, remember: bool, calls: int
    ) -> None:
        self.fate.plan(calls, lambda: self._click(self.raw, pick, user, decision, "card", remember))

    @invariant()
    def the_promise_holds(self) -> None:
        self.fell = True
        self.runner.run(self._check())
        self.fell = False


def test_what_an_interrupted_run_may_have_done_is_unknown() -> None:
    """Found by the test below: the second run of an idempotent action failed, and told that nothing was done."""
    course = Interleavings()
    course.begin(user=LEE, calls=[("put", 2)])
    course.confirm_and_break(pick=0, remember=False, at="effect", end=End.AFTER, event="far end")
    course.the_promise_holds()
    [id] = course.channel.shown
    action = course.runner.run(course.raw.actions.get(id))
    assert action is not None
    assert action.state is ActionState.UNKNOWN
    assert len(course.town.done) == 1
    course.teardown()


def test_any_interleaving_keeps_the_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.turns.actions.WRITE_AGAIN", (0.0,))
    examples, steps = EXAMPLES, STEPS
    if settings.get_current_profile_name() == "deep":
        examples, steps = settings().max_examples, settings().stateful_step_count
    counted.clear()
    run_state_machine_as_test(
        Interleavings,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    sys.stdout.write(f"\n{dict(counted)}\n")
    assert counted["effects begun"]
