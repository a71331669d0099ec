"""Actions, their decisions, and the record of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.records.conversations import Conversation


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
    """What came of it. `storage.outcomes` parts what the model is shown from what people are."""
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
    UNSURE = "unsure"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Click:
    """A click on a card, as Slack says it happened. `card_ts` is None where there is none to compare: an ephemeral
    card, a modal opened from a card, a batch's card.

    `allowed` is what the policy said of this person and this decision just before; where it could not say,
    `unsure`, it is false. `reason` goes with a denial;
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
    unsure: bool = False


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
class KeptText:
    """A text beside the record. Its digest is the SHA-256, in hex, over `salt`, a line feed and the text: without
    the random salt, which goes with the text, nobody can try out what it may have been."""

    salt: str
    text: str


@dataclass(frozen=True)
class Noted:
    """What is noted of the record elsewhere, to hold it against later: a row's number and its hash."""

    row: int
    hash: str

    def __str__(self) -> str:
        return f"{self.row}:{self.hash}"


@dataclass(frozen=True)
class AuditRow:
    """One line of the record. `action_id` is empty for what concerns no action; where somebody was forgotten it
    names the wish.

    `hash` is the SHA-256, in hex, over `previous` (the row before's hash, empty for the first) and this row's
    other fields as canonical JSON, without `texts`: a row that is changed, taken out or put in breaks the chain.
    What people and the model wrote stands in `texts`, by name, until it is forgotten; `details["kept"]` has the
    digest of each.
    """

    id: int
    action_id: str
    at: datetime
    event: str
    actor: str
    details: Mapping[str, Any]
    previous: str
    hash: str
    texts: Mapping[str, KeptText] = field(default_factory=dict)
