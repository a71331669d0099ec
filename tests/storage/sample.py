"""Records to test with. Each call may replace any field."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from storage.ports import Storage
from storage.records import (
    Action,
    Claim,
    Click,
    ConversationKey,
    Decision,
    Delivery,
    DeliveryKind,
    NewAction,
    Ruling,
)

NOW = datetime(2026, 7, 4, 12, 0, tzinfo=UTC)
LIFE = timedelta(minutes=30)
"""How long a sample action may be decided."""
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
    """Make a click on the action's card by its requester."""
    fields: dict[str, Any] = {
        "action_id": action.id,
        "decision": decision,
        "team": action.conversation.key.team,
        "channel": action.conversation.key.channel,
        "card_ts": action.card_ts,
        "user": action.requester,
        "at": LATER,
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


async def events(storage: Storage, action_id: str | None = None) -> list[str]:
    return [row.event for row in await storage.actions.audit(action_id)]
