"""What is kept, as plain frozen records. Times are aware UTC datetimes; texts of JSON are called `…_json`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

# ── conversations and their history ─────────────────────────────────────────────────────────────────────────


COMMAND_THREAD = "command:"


@dataclass(frozen=True)
class ConversationKey:
    """A Slack thread. A slash command has none: its conversation's `thread` is `command:<its trigger>`."""

    team: str
    channel: str
    thread: str

    @property
    def is_command(self) -> bool:
        """Whether only the asker sees this conversation, by `response_url` and for half an hour."""
        return self.thread.startswith(COMMAND_THREAD)


@dataclass(frozen=True)
class Conversation:
    id: int
    key: ConversationKey


@dataclass(frozen=True)
class Raw:
    """A provider's own item beside the neutral one, sent back as it came, only to the same `api` and `model`."""

    api: str
    model: str
    value: Any


@dataclass(frozen=True)
class UserItem:
    """What a person wrote. `speaker` is their display name where several people talk, else empty."""

    text: str
    user: str
    speaker: str = ""


@dataclass(frozen=True)
class AssistantItem:
    text: str
    raw: Raw | None = None


@dataclass(frozen=True)
class ReasoningItem:
    """A provider's reasoning: opaque, without a neutral form."""

    raw: Raw


@dataclass(frozen=True)
class CallItem:
    """A call of a function as the model wrote it: `arguments_json` may be broken."""

    call_id: str
    function: str
    arguments_json: str
    raw: Raw | None = None


@dataclass(frozen=True)
class ResultItem:
    call_id: str
    output_json: str


@dataclass(frozen=True)
class SummaryItem:
    """Stands for all items before it."""

    text: str


Item = UserItem | AssistantItem | ReasoningItem | CallItem | ResultItem | SummaryItem


@dataclass(frozen=True)
class NewItem:
    """An item to append. A second item with the same `key` in a conversation is left out without an error, so
    that a step that is taken again after a crash does not write twice."""

    item: Item
    key: str | None = None


# ── the inbox ───────────────────────────────────────────────────────────────────────────────────────────────


class DeliveryKind(StrEnum):
    MESSAGE = "message"
    COMMAND = "command"
    DECISION = "decision"


@dataclass(frozen=True)
class Delivery:
    """One thing that Slack delivered and Nod acts on.

    `key` names it for ever: `message:<team>:<channel>:<ts>`, `command:<team>:<trigger id>`,
    `decision:<action id>`. `user` is the person it is done for: the author, or the requester of a decided action.
    `direct` tells a direct message. `response_url` answers a command or an ephemeral card.
    """

    kind: DeliveryKind
    key: str
    conversation: ConversationKey
    user: str
    text: str = ""
    ts: str = ""
    direct: bool = False
    response_url: str | None = field(default=None, repr=False)
    action_id: str | None = None


@dataclass(frozen=True)
class InboxEntry:
    id: int
    delivery: Delivery
    received_at: datetime


# ── turns ───────────────────────────────────────────────────────────────────────────────────────────────────


class TurnState(StrEnum):
    RUNNING = "running"
    ANSWERED = "answered"
    WAITING = "waiting"
    """It ended with cards only: a click goes on."""
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The process ended in the middle; its entries went back to the inbox."""


@dataclass(frozen=True)
class Usage:
    """Tokens as the provider counts them. `cached` is part of `input`, `reasoning` part of `output`."""

    input: int = 0
    output: int = 0
    cached: int = 0
    reasoning: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cached + other.cached,
            self.reasoning + other.reasoning,
        )


@dataclass(frozen=True)
class Claim:
    """A turn to run: one conversation's next entries, all of one person, in the order they came."""

    turn: int
    conversation: Conversation
    entries: tuple[InboxEntry, ...]


# ── actions ─────────────────────────────────────────────────────────────────────────────────────────────────


class ActionState(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    EXECUTING = "executing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def final(self) -> bool:
        return self not in (ActionState.PENDING, ActionState.CONFIRMED, ActionState.EXECUTING)


@dataclass(frozen=True)
class NewAction:
    """An action to propose. `id` has at least 128 random bits; `digest` is the SHA-256 over the function, its
    schema, the canonical arguments, the requester and the conversation."""

    id: str
    call_id: str
    function: str
    arguments_json: str
    schema_digest: str
    digest: str
    requester: str
    preview: str
    proposed_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Action:
    """`response_url` and `ephemeral` tell how a card that only its requester sees is reached."""

    id: str
    conversation: Conversation
    turn: int
    call_id: str
    function: str
    arguments_json: str
    schema_digest: str
    digest: str
    requester: str
    preview: str
    state: ActionState
    proposed_at: datetime
    expires_at: datetime
    card_ts: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    finished_at: datetime | None = None
    outcome_json: str | None = None


class Decision(StrEnum):
    CONFIRM = "confirm"
    DENY = "deny"


class Verdict(StrEnum):
    """What became of a click."""

    DECIDED = "decided"
    ALREADY = "already"
    EXPIRED = "expired"
    NOT_YOURS = "not_yours"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Click:
    """A click on a card, as Slack says it happened. `card_ts` is None for an ephemeral card."""

    action_id: str
    decision: Decision
    team: str
    channel: str
    card_ts: str | None
    user: str
    at: datetime
    response_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Ruling:
    """`action` is the row after the click, None if there is no such action."""

    verdict: Verdict
    action: Action | None


@dataclass(frozen=True)
class AuditRow:
    id: int
    action_id: str
    at: datetime
    event: str
    actor: str
    details: Mapping[str, Any]
