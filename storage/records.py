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


@dataclass(frozen=True)
class Ended:
    """A turn whose last step was recorded, but whose end was not: its process stopped in between. `answer` is all
    that it said (Markdown); how much of it people saw, only the far end knows."""

    claim: Claim
    state: TurnState
    answer: str


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
    batch: str | None = None
    """What *Confirm all* decides together: an opaque id of its own, None for an action that stands alone."""
    grant: int | None = None
    """The grant by which it is confirmed at once, if that grant still lives when the step is recorded."""


@dataclass(frozen=True)
class Action:
    """`card_ts` is None until the card was posted, and empty for an ephemeral card, which has none."""

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
    batch: str | None = None
    grant: int | None = None
    reason: str = ""
    """Why it was denied, in the words of the person who denied it."""
    superseded_by: str | None = None
    """The action that an edit put in this one's place."""


class Decision(StrEnum):
    CONFIRM = "confirm"
    DENY = "deny"
    WITHDRAW = "withdraw"


class Verdict(StrEnum):
    """What became of a click."""

    DECIDED = "decided"
    ALREADY = "already"
    EXPIRED = "expired"
    NOT_YOURS = "not_yours"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Click:
    """A click on a card, as Slack says it happened. `card_ts` is None where there is none to compare: an ephemeral
    card, a modal opened from a card, a batch's card.

    `allowed` is what the policy said of this person and this decision just before. `reason` goes with a denial;
    `remember_until` with a confirmation: until then the same person's further calls of the function in this
    conversation are confirmed by a grant.
    """

    action_id: str
    decision: Decision
    team: str
    channel: str
    card_ts: str | None
    user: str
    at: datetime
    allowed: bool
    response_url: str | None = field(default=None, repr=False)
    reason: str = ""
    remember_until: datetime | None = None


@dataclass(frozen=True)
class Ruling:
    """`action` is the row after the click, None if there is no such action."""

    verdict: Verdict
    action: Action | None


@dataclass(frozen=True)
class Grant:
    """A person's “confirm, and don't ask again here”: for one function in one conversation, until it expires or is
    revoked. `action_id` is the action whose confirmation made it."""

    id: int
    conversation: Conversation
    user: str
    function: str
    action_id: str
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class AuditRow:
    """One line of the record. `action_id` is empty for what concerns a grant only.

    `hash` is the SHA-256, in hex, over `previous` (the row before's hash, empty for the first) and this row's
    other fields as canonical JSON: a row that is changed, taken out or put in breaks the chain.
    """

    id: int
    action_id: str
    at: datetime
    event: str
    actor: str
    details: Mapping[str, Any]
    previous: str
    hash: str
