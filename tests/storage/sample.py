"""Records to test with. Each call may replace any field."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from storage.outcomes import outcome_items
from storage.ports import Storage
from storage.records import (
    Action,
    Claim,
    Click,
    ConversationKey,
    Decision,
    Delivery,
    DeliveryKind,
    Grant,
    NewAction,
    Ruling,
    Verdict,
)

NOW = datetime(2026, 7, 4, 12, 0, tzinfo=UTC)
LIFE = timedelta(minutes=30)
"""How long a sample action may be decided."""
END = NOW + LIFE
"""When a sample action expires."""
LATER = NOW + timedelta(minutes=1)
KEY = ConversationKey("T1", "C1", "100.000001")
KIM = "U1KIM"
LEE = "U2LEE"

_numbers = count(1)


def thread(number: int) -> ConversationKey:
    return ConversationKey("T1", "C1", f"100.{number:06}")


def message(conversation: ConversationKey = KEY, **changes: Any) -> Delivery:
    """Make a message of its own key."""
    number = next(_numbers)
    fields: dict[str, Any] = {
        "kind": DeliveryKind.MESSAGE,
        "key": f"message:{conversation.team}:{conversation.channel}:200.{number:06}",
        "conversation": conversation,
        "user": KIM,
        "text": "오늘 서울의 날씨는?",
        "ts": f"200.{number:06}",
    }
    return Delivery(**(fields | changes))


def new_action(action_id: str = "action-1", **changes: Any) -> NewAction:
    fields: dict[str, Any] = {
        "id": action_id,
        "call_id": "call_1",
        "function": "update_employee",
        "arguments_json": '{"id":1,"salary":330000}',
        "schema_digest": "5c4e" * 16,
        "digest": "d16e" * 16,
        "requester": KIM,
        "preview": "Raise Tiger Nixon's salary to 330000",
        "proposed_at": NOW,
        "expires_at": NOW + LIFE,
    }
    return NewAction(**(fields | changes))


def click(action: Action, decision: Decision = Decision.CONFIRM, **changes: Any) -> Click:
    """Make a click on the action's card by its requester, who is allowed to."""
    fields: dict[str, Any] = {
        "action_id": action.id,
        "decision": decision,
        "team": action.conversation.key.team,
        "channel": action.conversation.key.channel,
        "card_ts": action.card_ts,
        "user": action.requester,
        "at": LATER,
        "allowed": True,
    }
    return Click(**(fields | changes))


async def started(storage: Storage, delivery: Delivery | None = None) -> Claim:
    """Deliver and claim."""
    assert await storage.inbox.add(delivery or message(), NOW)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    return claim


async def proposed(storage: Storage, *ids: str, **changes: Any) -> list[Action]:
    """Propose actions in a turn of their own, which is left running."""
    claim = await started(storage)
    actions = [new_action(each, **changes) for each in ids or ("action-1",)]
    return await storage.turns.record(claim.turn, [], actions, at=NOW)


async def decided(storage: Storage, action: Action, decision: Decision = Decision.CONFIRM) -> Ruling:
    return await storage.actions.decide(click(action, decision))


async def granted(storage: Storage, action: Action, until: datetime = NOW + timedelta(hours=1)) -> Grant:
    """Confirm an action with "don't ask again here"."""
    ruling = await storage.actions.decide(click(action, remember_until=until))
    assert ruling.verdict is Verdict.DECIDED
    grant = await storage.grants.find(action.conversation.id, action.requester, action.function, LATER)
    assert grant is not None
    return grant


async def events(storage: Storage, action_id: str | None = None) -> list[str]:
    return [row.event for row in await storage.audit.rows(action_id=action_id)]


async def kept(storage: Storage, action: Action) -> Action:
    found = await storage.actions.get(action.id)
    assert found is not None
    return found


async def told(storage: Storage, action: Action) -> bool:
    """Tell whether the conversation has the action's end, exactly once."""
    items = await storage.history.items(action.conversation.id)
    outcome = [new.item for new in outcome_items(await kept(storage, action))]
    return [item for item in items if item in outcome] == outcome
