"""Several processes on one file: what must happen once happens once."""

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest

from storage.ports import Storage
from storage.records import Action, ActionState, Decision, TurnState, Verdict
from storage.sqlite import open_storage
from tests.storage.sample import KIM, LATER, LEE, LIFE, NOW, click, events, message, proposed, thread
from tests.storage.sqlite.process import started_together


@pytest.fixture
async def action(storage: Storage) -> Action:
    [action] = await proposed(storage)
    await storage.turns.finish(action.turn, TurnState.WAITING, NOW)
    return action


async def state_of(storage: Storage, action: Action) -> ActionState:
    kept = await storage.actions.get(action.id)
    assert kept is not None
    return kept.state


async def decisions_in_inbox(storage: Storage) -> int:
    claim = await storage.inbox.claim(LATER)
    return 0 if claim is None else len(claim.entries)


async def test_100_clicks_of_4_processes_have_one_winner(path: Path, storage: Storage, action: Action) -> None:
    command = ["click", action.id, Decision.CONFIRM, LATER.isoformat(), "25"]
    verdicts = Counter(chain(*await started_together(path, *[command] * 4)))
    assert verdicts == {Verdict.DECIDED: 1, Verdict.ALREADY: 99}
    assert await state_of(storage, action) is ActionState.CONFIRMED
    assert await events(storage) == ["proposed", "confirmed"]
    assert await decisions_in_inbox(storage) == 1


async def test_100_decisions_of_every_kind_of_4_processes_have_one_winner(
    path: Path, storage: Storage, action: Action
) -> None:
    [winner] = chain(*await started_together(path, *[["mixed", action.id, "25"]] * 4))
    state, expected = {
        "confirm": (ActionState.CONFIRMED, ["proposed", "confirmed", "granted"]),
        "deny": (ActionState.DENIED, ["proposed", "denied"]),
        "withdraw": (ActionState.WITHDRAWN, ["proposed", "withdrawn"]),
        "taken back": (ActionState.WITHDRAWN, ["proposed", "withdrawn"]),
        "edit": (ActionState.WITHDRAWN, ["proposed", "edited"]),
    }[winner]
    assert await state_of(storage, action) is state
    assert await events(storage, action.id) == expected
    assert await decisions_in_inbox(storage) == (winner in ("confirm", "deny", "withdraw"))
    assert len(await storage.actions.pending(action.conversation.id)) == (winner == "edit")
    assert len(await storage.grants.of("T1", KIM, LATER)) == (winner == "confirm")
    assert await storage.audit.verify() is None


async def test_the_audit_of_4_processes_is_one_chain(path: Path, storage: Storage) -> None:
    commands = [["propose", str(number), "50"] for number in range(4)]
    assert await started_together(path, *commands) == [None] * 4
    rows = await storage.audit.rows()
    assert [row.id for row in rows] == list(range(1, 401))
    assert await storage.audit.verify() is None


async def test_100_clicks_over_5_connections_have_one_winner(path: Path, storage: Storage, action: Action) -> None:
    connections = [await open_storage(path) for _ in range(5)]
    each_kind = [click(action, decision) for decision in Decision]
    rulings = await asyncio.gather(
        *(each.actions.decide(each_kind[number % 3]) for number in range(20) for each in connections)
    )
    for each in connections:
        await each.close()
    [winner] = [ruling for ruling in rulings if ruling.verdict is Verdict.DECIDED]
    assert all(ruling.action == winner.action for ruling in rulings)
    assert await decisions_in_inbox(storage) == 1


async def test_confirm_against_deny(path: Path, storage: Storage, action: Action) -> None:
    at = LATER.isoformat()
    confirms, denies = await started_together(
        path, ["click", action.id, Decision.CONFIRM, at, "25"], ["click", action.id, Decision.DENY, at, "25"]
    )
    assert Counter(confirms + denies) == {Verdict.DECIDED: 1, Verdict.ALREADY: 49}
    state = ActionState.CONFIRMED if Verdict.DECIDED in confirms else ActionState.DENIED
    assert await state_of(storage, action) is state
    assert await events(storage) == ["proposed", state]
    assert await decisions_in_inbox(storage) == 1


async def test_confirm_against_expiry(path: Path, storage: Storage, action: Action) -> None:
    in_time, over = (NOW + LIFE - timedelta(seconds=1)).isoformat(), (NOW + LIFE).isoformat()
    verdicts, expired = await started_together(
        path, ["click", action.id, Decision.CONFIRM, in_time, "25"], ["expire", over, "25"]
    )
    confirmed = verdicts.count(Verdict.DECIDED)
    assert confirmed + len(expired) == 1
    assert await events(storage) == ["proposed", "confirmed" if confirmed else "expired"]
    assert await decisions_in_inbox(storage) == confirmed


async def test_an_execution_begins_once(path: Path, storage: Storage, action: Action) -> None:
    await storage.actions.decide(click(action))
    begun = await started_together(path, *[["begin", action.id, "25"]] * 2)
    assert Counter(chain(*begun)) == {True: 1, False: 49}
    assert await events(storage) == ["proposed", "confirmed", "executing"]


async def test_two_processes_never_have_the_same_conversation(path: Path, storage: Storage) -> None:
    keys = {}
    for number in range(30):
        pair = [message(thread(number)) for _ in range(2)]
        for delivery in pair:
            await storage.inbox.add(delivery, NOW)
        keys[number] = [delivery.key for delivery in pair]
    one, other = await started_together(path, *[["claim", "hold"]] * 2)
    conversations = [conversation for conversation, _ in one + other]
    assert len(conversations) == len(set(conversations)) == 30
    assert sorted(entries for _, entries in one + other) == sorted(keys.values())


async def test_two_processes_take_every_entry_once_and_in_order(path: Path, storage: Storage) -> None:
    asked: dict[int, list[str]] = {}
    for round_ in range(6):
        for number in range(8):
            delivery = message(thread(number), user=(KIM, LEE)[round_ % 2])
            await storage.inbox.add(delivery, NOW)
            conversation = await storage.history.conversation(thread(number))
            assert conversation is not None
            asked.setdefault(conversation.id, []).append(delivery.key)
    got = await started_together(path, *[["claim", "finish"]] * 2)
    for taken in got:
        for conversation_id, order in asked.items():
            mine = [keys[0] for conversation, keys in taken if conversation == conversation_id]
            assert mine == sorted(mine, key=order.index)
    assert await storage.inbox.claim(NOW) is None
    assert sorted(key for taken in got for _, keys in taken for key in keys) == sorted(chain(*asked.values()))
