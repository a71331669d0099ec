"""The contracts of what is kept. One suite, `tests/storage/`, runs over every implementation.

Every method is one transaction, committed when it returns. All raise StorageError when that cannot be: then
nothing was changed. Times that are passed in are aware UTC datetimes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from storage.records import (
    Action,
    ActionState,
    AuditRow,
    Claim,
    Click,
    Conversation,
    ConversationKey,
    Delivery,
    Item,
    NewAction,
    NewItem,
    Ruling,
    TurnState,
    Usage,
)


class StorageError(Exception):
    """The database did not do it. `str()` tells the operator why, never a person in Slack."""


class Inbox(Protocol):
    """The durable queue of what Slack delivered."""

    async def add(self, delivery: Delivery, at: datetime, *, only_if_joined: bool = False) -> bool:
        """Keep a delivery; True if it is new.

        False, and nothing changed, if its key was kept before, or if `only_if_joined` and its conversation does
        not exist: Nod is not part of that thread. Otherwise the conversation is made where it is missing.
        """
        ...

    async def claim(self, at: datetime) -> Claim | None:
        """Take the conversation whose first waiting entry is the oldest, among those with no running turn, and
        open a turn for it: None if there is none.

        Its entries are the waiting ones from the first on, as long as they are of the same person; the others
        stay for the next turn. No two callers are given the same conversation at once.
        """
        ...

    async def release(self) -> int:
        """At start-up: put the entries of turns that were running back to waiting, mark those turns interrupted;
        how many entries."""
        ...


class Turns(Protocol):
    async def record(
        self,
        turn: int,
        items: Sequence[NewItem],
        actions: Sequence[NewAction] = (),
        usage: Usage | None = None,
        *,
        at: datetime,
    ) -> list[Action]:
        """Append one step of a turn to its conversation: its items in order, the actions it proposes with their
        audit rows, its usage added to the turn's. Returns the new actions, pending."""
        ...

    async def finish(self, turn: int, state: TurnState, at: datetime, incident: str | None = None) -> None:
        """End a turn and its entries."""
        ...


class History(Protocol):
    async def items(self, conversation: int) -> list[Item]:
        """Return a conversation's items, oldest first, from the last summary on."""
        ...

    async def conversation(self, key: ConversationKey) -> Conversation | None: ...

    async def answer(self, turn: int) -> tuple[str, str, str] | None:
        """Return what a turn was asked and answered, for sharing: (user, question, answer); None if it has no
        answer."""
        ...


class Actions(Protocol):
    """An action's life. Every change of state is one compare-and-set with its audit row in the same transaction:

    pending → confirmed → executing → succeeded | failed | unknown;   pending → denied | expired | withdrawn;
    confirmed → expired.
    """

    async def get(self, action_id: str) -> Action | None: ...

    async def carded(self, action_id: str, card_ts: str) -> None:
        """Keep where the card was posted: its ts, empty for one that has none (an ephemeral card)."""
        ...

    async def decide(self, click: Click) -> Ruling:
        """Decide a pending action, and put `decision:<id>` into the inbox in the same transaction.

        Looks, in this order: no such action, or its team, channel or (where both are known) card differ: UNKNOWN;
        not the requester: NOT_YOURS; no longer pending: ALREADY; past its expiry: it becomes expired, EXPIRED
        (with its `outcome_items` appended, as in `expire`, and nothing put into the inbox).
        """
        ...

    async def begin(self, action_id: str, at: datetime) -> Action | None:
        """Claim a confirmed action for execution: confirmed → executing, committed before the effect. None if it
        is not confirmed (any more); if `at` is later than `expires_at` plus the time it had to be decided
        (`expires_at - proposed_at`) it becomes expired instead, None."""
        ...

    async def finish(self, action_id: str, state: ActionState, outcome_json: str, at: datetime) -> Action:
        """executing → succeeded, failed or unknown, with the outcome as the model will be shown it."""
        ...

    async def interrupt(self, at: datetime) -> list[Action]:
        """At start-up: every executing action becomes unknown, because its process ended in the middle, and its
        conversation is told: `decision:<id>` is waiting in the inbox again. Returns them."""
        ...

    async def expire(self, at: datetime) -> list[Action]:
        """Pending actions past their expiry become expired, and their `outcome_items` are appended to their
        conversations. Returns them, so that their cards lose the buttons."""
        ...

    async def uncarded(self) -> list[Action]:
        """Return pending actions whose card was never posted (a crash in between)."""
        ...

    async def audit(self, action_id: str | None = None) -> list[AuditRow]:
        """Return the audit rows, oldest first."""
        ...


class Storage(Protocol):
    @property
    def inbox(self) -> Inbox: ...
    @property
    def turns(self) -> Turns: ...
    @property
    def history(self) -> History: ...
    @property
    def actions(self) -> Actions: ...

    async def close(self) -> None: ...
