"""A course of events: a process that can end anywhere, people who click, and a witness of every effect."""

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from bot.metrics import Metrics
from bot.turns.carding import repost
from bot.turns.ending import show_again
from bot.turns.history import pair_calls
from bot.turns.parts import Parts
from bot.turns.policy import Policy
from bot.turns.proposals import revise
from bot.turns.recovery import recover, show_left
from bot.turns.turn import run_turn
from bot.turns.withdrawal import withdrawal
from functions import Context, FunctionProblem, Person
from storage.outcomes import reference
from storage.ports import Storage, StorageError
from storage.records import (
    Action,
    ActionState,
    CallItem,
    Click,
    ConversationKey,
    Decision,
    Delivery,
    DeliveryKind,
    ResultItem,
    TurnState,
    UserItem,
    Verdict,
)
from storage.sqlite import open_storage
from tests.bot.turns.channel import Channel
from tests.bot.turns.conftest import Clock, Everybody
from tests.bot.turns.dreamer import Dreamer, check_pairs
from tests.bot.turns.mortal import Fate, Killed, mortal
from tests.bot.turns.town import RULES, Town, may_call, may_confirm

TTL = timedelta(seconds=60)
REMEMBER = timedelta(seconds=150)
MEMORY = Path("/dev/shm")  # noqa: S108  no commit has to wait for a disk here: nobody pulls the plug

NOTHING_DONE = {ActionState.FAILED, ActionState.DENIED, ActionState.EXPIRED, ActionState.WITHDRAWN}
ENDS = {*NOTHING_DONE, ActionState.SUCCEEDED, ActionState.UNKNOWN}

counted: Counter[str] = Counter()


@dataclass
class Given:
    """What a person waived, as far as they could know."""

    action_id: str
    user: str
    conversation: int
    function: str
    until: datetime
    revoked: bool = False


class Course:
    """The process, the people around it, and what has to hold between any two things that happen."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.runner = asyncio.Runner()
        self.clock, self.everybody, self.fate = Clock(), Everybody(), Fate()
        self.model, self.channel = Dreamer(), Channel(self.fate)
        self.town = Town(self.witness, lambda change: self.fate.meet("effect", change))
        self.regime, self.offered = "open", "all"
        self.said: list[str] = []
        self.clicked: set[tuple[str, str]] = set()
        """Who clicked Confirm in time, being allowed to: action and person."""
        self.grants: list[Given] = []
        self.wrong: list[str] = []
        self.fell = False
        self.http = httpx.AsyncClient()
        self.runner.run(self._start())

    # ── the process ─────────────────────────────────────────────────────────────────────────────────────────

    async def _start(self) -> None:
        """Start as `bot/app.py` does, again and again if the start is killed too."""
        while True:
            self.fate.dead = False
            self.raw: Storage = await open_storage(Path(self.folder.name) / "nod.db")
            storage = mortal(self.raw, self.fate)
            taking_back = withdrawal(storage.actions, self.channel, self.clock)
            self.parts = Parts(
                storage=storage,
                model=self.model,
                functions=self.town.functions(self.offered) | {taking_back.name: taking_back},
                function_settings={},
                http=self.http,
                clock=self.clock,
                confirm_ttl=TTL,
                context_tokens=100_000,
                max_steps=4,
                policy=Policy(RULES[self.regime], self.everybody),
                metrics=Metrics(self.clock()),
            )
            try:
                left = await recover(self.parts)
                for ended in left.ended:
                    assert await show_again(ended, await self.channel.open(ended.claim))
                    await storage.turns.finish(ended.claim.turn, ended.state, self.clock())
                await show_left(self.parts, self.channel, left)
            except (Killed, StorageError):
                await self.raw.close()
                continue
            return

    async def _restart(self) -> None:
        await self.raw.close()
        await self._start()

    def go(self, doing: Coroutine[Any, Any, None]) -> None:
        """Do something in the process; if it is killed by that, start the next one."""
        counted["steps"] += 1
        self.fell = True
        self.runner.run(self._survive(doing))
        self.fell = False

    async def _survive(self, doing: Coroutine[Any, Any, None]) -> None:
        try:
            await doing
        except StorageError:
            return  # told to whoever acted; nothing was changed
        except Killed:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await self._restart()

    async def _work(self) -> bool:
        """Run the next turn as the worker does; False if there is none."""
        storage = self.parts.storage
        claim = await storage.inbox.claim(self.clock())
        if claim is None:
            return False
        try:
            state = await run_turn(self.parts, claim, await self.channel.open(claim))
        except StorageError:
            state = TurnState.INTERRUPTED
        while True:
            try:
                await storage.turns.finish(claim.turn, state, self.clock())
            except StorageError:
                continue
            return True

    # ── what is seen right before an effect ─────────────────────────────────────────────────────────────────

    async def witness(self, name: str, context: Context, amount: int) -> None:
        """Look whether this effect may be; what is wrong is kept, because a function's errors are told away."""
        if self.fate.dead:
            raise Killed
        counted["effects begun"] += 1
        id = context.action_id or ""
        action = await self.raw.actions.get(id)
        if action is None or action.state is not ActionState.EXECUTING:
            self.wrong.append(f"{name}: not claimed in the database")
            return
        if (action.function, json.loads(action.arguments_json)["amount"]) != (name, amount):
            self.wrong.append(f"{name}: other arguments than those of the row")
        events = [row.event for row in await self.raw.audit.rows(action_id=id)]
        if ENDS & set(events):
            self.wrong.append(f"{name}: after {events}")
        if name != "put" and id in [done[0] for done in self.town.done]:
            self.wrong.append(f"{name}: twice")
        if id not in self.channel.shown:
            self.wrong.append(f"{name}: nobody can see its card")
        if self.clock() > action.expires_at + TTL:
            self.wrong.append(f"{name}: too late")
        by = action.decided_by or ""
        if not may_call(self.regime, action.requester) or not may_confirm(self.regime, action.requester, by):
            self.wrong.append(f"{name}: the rules have become tighter: {self.regime}")
        if by in self.everybody.fallen:
            self.wrong.append(f"{name}: confirmed by one who may confirm nothing now")
        if (id, by) in self.clicked:
            if self.channel.shown.get(id) != (action.function, action.arguments_json):
                self.wrong.append(f"{name}: the card showed something else")
        elif not self._waived(action):
            self.wrong.append(f"{name}: nobody confirmed it")

    def _waived(self, action: Action) -> bool:
        bound = (action.requester, action.conversation.id, action.function)
        return (
            action.function == "note"
            and self.offered != "asks again"
            and action.decided_by == action.requester
            and any(
                (given.user, given.conversation, given.function) == bound
                and not given.revoked
                and given.until > self.clock()
                for given in self.grants
            )
        )

    # ── what people do ──────────────────────────────────────────────────────────────────────────────────────

    async def _say(self, storage: Storage, user: str, thread: str) -> None:
        text = f"message {len(self.said)}"
        self.said.append(text)
        key = ConversationKey("T1", "C1", thread)
        delivery = Delivery(DeliveryKind.MESSAGE, f"message:T1:C1:{text}", key, user, text, text)
        try:
            await storage.inbox.add(delivery, self.clock())
        except (Killed, StorageError):
            # not acknowledged: Slack delivers it again, sooner or later
            await self.raw.inbox.add(delivery, self.clock())
            raise

    async def _card(self, pick: int) -> Action | None:
        """Return an action with a card, if there is one: the pending ones first, the newest first."""
        cards = [await self.raw.actions.get(id) for id in self.channel.shown]
        found = [action for action in cards[::-1] if action is not None]
        ordered = sorted(found, key=lambda action: action.state is not ActionState.PENDING)
        return ordered[pick % len(ordered)] if ordered else None

    async def _click(
        self, storage: Storage, pick: int, user: str, decision: Decision, place: str, remember: bool
    ) -> None:
        action = await self._card(pick)
        if action is None:
            return
        if place != "all" or action.batch is None:
            await self._click_one(storage, action, user, decision, place, remember)
            return
        for each in await self.raw.actions.batch(action.batch):
            if each.state is ActionState.PENDING and each.id in self.channel.shown:
                await self._click_one(storage, each, user, Decision.CONFIRM, place, False)

    async def _click_one(
        self, storage: Storage, action: Action, user: str, decision: Decision, place: str, remember: bool
    ) -> None:
        counted["clicks"] += 1
        allowed = await self._allowed(action, user, decision)
        now = self.clock()
        click = Click(
            action_id=action.id,
            decision=decision,
            team="T2" if place == "other team" else "T1",
            channel="C2" if place == "other channel" else "C1",
            card_ts={"all": None, "other card": "card.other"}.get(place, f"card.{self._stands_on(action)}"),
            user=user,
            at=now,
            allowed=allowed,
            remember_until=now + REMEMBER if remember else None,
        )
        here = place in ("card", "all") or (place == "other card" and action.card_ts is None)
        counts = here and allowed and decision is Decision.CONFIRM and now < action.expires_at
        if counts and action.state is ActionState.PENDING:
            self.clicked.add((action.id, user))
            if remember and user == action.requester:
                self.grants.append(Given(action.id, user, action.conversation.id, action.function, now + REMEMBER))
        ruling = await storage.actions.decide(click)
        counted[f"{decision}: {ruling.verdict}"] += 1
        if ruling.verdict is Verdict.DECIDED:
            assert allowed
            assert here
            assert now < action.expires_at

    def _stands_on(self, action: Action) -> str:
        """Name the card that an action stands on: after an edit, that of the first one."""
        return (action.card_ts or "").removeprefix("card.") or action.id

    async def _allowed(self, action: Action, user: str, decision: Decision) -> bool:
        """Ask the policy as `bot/slack/decisions.py` does, and hold it against what this town says."""
        confirms = user not in self.everybody.fallen and may_confirm(self.regime, action.requester, user)
        match decision:
            case Decision.CONFIRM:
                allowed, expected = await self.parts.policy.may_confirm(action, "T1", user), confirms
            case Decision.DENY:
                allowed = await self.parts.policy.may_deny(action, "T1", user)
                expected = confirms or user == action.requester
            case Decision.WITHDRAW:
                allowed = expected = user == action.requester
        assert allowed == expected
        return allowed

    async def _edit(self, storage: Storage, pick: int, user: str, amount: int) -> None:
        action = await self._card(pick)
        function = self.parts.functions.get(action.function) if action is not None else None
        if action is None or function is None:
            return
        person = Person("T1", action.requester, "Somebody")
        try:
            new = await revise(self.parts, function, action, json.dumps({"amount": amount}), person)
        except FunctionProblem:
            return
        card_ts = f"card.{self._stands_on(action)}"
        allowed = user == action.requester
        click = Click(action.id, Decision.WITHDRAW, "T1", "C1", card_ts, user, self.clock(), allowed)
        try:
            await storage.actions.edit(click, new)
        finally:
            # after a kill the card still shows the old one; a start finds it by its place and shows the new one
            made = await self.raw.actions.get(new.id)
            if made is not None:
                self.channel.shown[made.id] = (made.function, made.arguments_json)
                self.channel.cards[made.id] = 1

    async def _revoke(self, storage: Storage, user: str) -> None:
        for grant in await self.raw.grants.of("T1", user, self.clock()):
            if await storage.grants.revoke(grant.id, "T1", user, self.clock()) is not None:
                for given in self.grants:
                    given.revoked = given.revoked or given.action_id == grant.action_id

    async def _happen(self, storage: Storage, event: str, user: str, seconds: int) -> None:
        match event:
            case "time":
                self.clock.pass_seconds(seconds)
            case "standing":
                self.everybody.fallen ^= {user}
            case "far end":
                self.town.refuses = not self.town.refuses
            case "revoke":
                await self._revoke(storage, user)
            case _:  # as bot/schedule/housekeeping.py does
                await storage.actions.expire(self.clock())
                if storage is not self.raw:  # else in the middle of something, and the sweep leaves that alone
                    lost = await storage.actions.uncarded(of_ended_turns=True)
                    await repost(self.parts, self.channel, lost)

    # ── what always holds ───────────────────────────────────────────────────────────────────────────────────

    async def _check(self) -> list[Action]:
        assert self.wrong == []
        assert await self.raw.audit.verify() is None
        ways: dict[str, list[str]] = {}
        for row in await self.raw.audit.rows():
            if row.action_id:
                ways.setdefault(row.action_id, []).append(row.event)
        actions = []
        for id, events in ways.items():
            action = await self.raw.actions.get(id)
            assert action is not None
            self._check_action(action, events)
            actions.append(action)
        for thread in ("1.1", "1.2"):
            conversation = await self.raw.history.conversation(ConversationKey("T1", "C1", thread))
            if conversation is not None:
                items = await self.raw.history.items(conversation.id)
                calls = [item.call_id for item in items if isinstance(item, CallItem)]
                assert sorted(item.call_id for item in items if isinstance(item, ResultItem)) == sorted(calls)
                check_pairs(pair_calls(items))
        return actions

    def _check_action(self, action: Action, events: list[str]) -> None:
        effects = sum(done[0] == action.id for done in self.town.done)
        assert effects <= 1
        if action.state in NOTHING_DONE:
            assert effects == 0, f"{action.state} says that nothing was done: {events}"
        if action.state is ActionState.SUCCEEDED:
            assert effects == 1
        if action.function != "put":
            assert "retried" not in events
            assert events.count("executing") <= 1
        assert len(ENDS & set(events)) <= 1
        assert self.channel.cards.get(action.id, 0) <= 1
        if action.function == "wipe":
            assert action.batch is None
            assert action.grant is None

    # ── how it ends ─────────────────────────────────────────────────────────────────────────────────────────

    def close(self) -> None:
        try:
            if not self.fell:
                self.runner.run(self._end())
        finally:
            counted.update(self.fate.met)
            counted["cards that nobody could tell of"] += len(self.channel.unsure)
            self.runner.run(self.raw.close())
            self.runner.run(self.http.aclose())
            self.runner.close()
            self.folder.cleanup()

    async def _end(self) -> None:
        """When nothing breaks any more, everything that was begun ends, and is told once."""
        self.fate.planned.clear()
        await self._restart()
        await self._drain()
        self.clock.pass_seconds(86_400)
        await self.raw.actions.expire(self.clock())
        await self._drain()
        told: Counter[str] = Counter()
        for thread in ("1.1", "1.2"):
            conversation = await self.raw.history.conversation(ConversationKey("T1", "C1", thread))
            items = await self.raw.history.items(conversation.id) if conversation is not None else []
            told.update(item.text for item in items if isinstance(item, UserItem))
            told.update(item.call_id for item in items if isinstance(item, CallItem))
        assert {text: told[text] for text in self.said} == dict.fromkeys(self.said, 1)
        for action in await self._check():
            assert action.state.final
            counted[action.state] += 1
            assert told[f"outcome_{reference(action.id)}"] == 1

    async def _drain(self) -> None:
        for _ in range(200):
            if not await self._work():
                return
        raise AssertionError("the inbox does not become empty")
