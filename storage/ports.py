"""The contracts of what is kept. One suite, `tests/storage/`, runs over every implementation.

Every method is one transaction, committed when it returns. All raise StorageError when that cannot be: then
nothing was changed. Times that are passed in are aware UTC datetimes.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from storage.decided import Audit, Grants
from storage.inbox_port import Inbox as Inbox
from storage.keeping import Keeping
from storage.records import (
    Action,
    ActionState,
    Click,
    Compaction,
    Conversation,
    ConversationKey,
    Counts,
    Ended,
    Item,
    Memory,
    NewAction,
    NewItem,
    Note,
    Part,
    Retried,
    Ruling,
    TurnState,
    Usage,
)
from storage.schedule_port import Schedules as Schedules
from storage.turn_control import TurnControl


class StorageError(Exception):
    """The database did not do it. `str()` tells the operator why, never a person in Slack."""


class TurnStopped(StorageError):
    """The turn was stopped by its person: what it does now is not kept any more."""


class Turns(TurnControl, Protocol):
    async def record(
        self,
        turn: int,
        items: Sequence[NewItem],
        actions: Sequence[NewAction] = (),
        usage: Usage | None = None,
        *,
        at: datetime,
        ending: TurnState | None = None,
        front: int | None = None,
        note: Note | None = None,
    ) -> list[Action]:
        """Append one step of a turn to its conversation: its items in order, the actions it proposes with their
        audit rows, its usage added to the turn's. `ending` says that it was the last step and how the turn will
        end once it is shown, with `note` below: after a crash in between it is shown again, and not run again.
        `front` says that the model was shown all of `History.memory`, which began with that summary: `usage`
        counts it then.

        Returns the new actions: pending, or confirmed by their requester where they name a grant that lives (not
        revoked, not past its expiry, of this conversation, requester and function) — then `decision:<id>` is in
        the inbox too, as after a click."""
        ...

    async def finish(self, turn: int, state: TurnState, at: datetime, incident: str | None = None) -> None:
        """End a turn and its entries; INTERRUPTED puts its entries back to waiting. The third failure in a row of
        a schedule's runs pauses it: its owner will be told."""
        ...

    async def spend(self, turn: int, usage: Usage) -> None:
        """Add to a turn's usage, whether or not it has ended."""
        ...

    async def retry(self, turn: int, team: str, channel: str, user: str, at: datetime) -> Retried:
        """Put a failed turn's entries back to waiting, as if they had been received `at` and never tried. One that
        still runs has shown its apology already: its entries wait again as soon as it ends as failed.

        Looks, in this order: no such turn in this team and channel, or it did not fail: UNKNOWN; it was another
        person's: NOT_YOURS; it was retried before: ALREADY; its entries are forgotten: UNKNOWN; it has items in
        the history, and so has a later turn of its conversation: MOVED_ON. Otherwise AGAIN, once."""
        ...

    async def spare(self, turn: int) -> None:
        """Take back the try that a running turn's entries count: it is cut off by a stop, through no fault of
        theirs. The first one stays: they were begun, and something of it may be shown."""
        ...

    async def ended(self) -> list[Ended]:
        """Return the running turns whose last step was recorded: at start-up, before `Inbox.release`, those that
        could not be shown. They stay running until `finish`."""
        ...


class History(Protocol):
    async def items(self, conversation: int) -> list[Item]:
        """Return the items of `memory`."""
        ...

    async def memory(self, conversation: int, most: int | None = None) -> Memory:
        """Return a conversation's last summary, the items that it keeps as they are, and all items after those
        that it stands for, oldest first; all items without a summary. Of results that have more than `most`
        characters only so many are read."""
        ...

    async def result(self, conversation: int, id: int, offset: int, most: int) -> Part | None:
        """Return `most` characters of a conversation's result from `offset` on; None if it has no result of this
        id, whatever another one has, or none that a call led to."""
        ...

    async def compact(self, turn: int, made: Compaction, usage: Usage, at: datetime) -> bool:
        """Append a summary to a turn's conversation, whether or not the turn has ended, and add what it took to
        the turn's usage. False, and nothing changed, if the conversation has got another summary since, or some of
        it was edited, deleted or forgotten: what it was made of is no longer what is shown."""
        ...

    async def first(self, conversation: int, keys: Collection[str]) -> int | None:
        """Return the id of the first item of a conversation that has one of these keys; None if it has none."""
        ...

    async def recorded(self, conversation: int, key: str) -> bool:
        """Tell whether a conversation has the item of this key."""
        ...

    async def pictures(self, digests: Collection[str]) -> dict[str, bytes]:
        """Return the bytes of pictures that stood in items, by their digests."""
        ...

    async def picture_sizes(self, digests: Collection[str]) -> dict[str, int]:
        """Return how many bytes they have, without reading them."""
        ...

    async def refuse_pictures(self, digests: Collection[str]) -> None:
        """Forget the bytes of pictures that cannot be shown. One that is recorded anew has its bytes again."""
        ...

    async def conversation(self, key: ConversationKey) -> Conversation | None: ...
    async def empty(self, conversation: int) -> bool: ...

    async def answer(self, turn: int) -> tuple[str, str, str] | None:
        """Return what a turn was asked and answered, for sharing: (user, question, answer); None if it has no
        answer."""
        ...


class Actions(Protocol):
    """An action's life. Every change of state is one compare-and-set with its audit row in the same transaction:

    pending → confirmed → executing → succeeded | failed | unknown;   pending → denied | expired | withdrawn;
    confirmed → expired;   executing → confirmed, at start-up, for an idempotent function only.
    """

    async def get(self, action_id: str) -> Action | None: ...

    async def pending(self, conversation: int) -> list[Action]:
        """Return a conversation's pending actions, oldest first."""
        ...

    async def unfinished(self, conversation: int) -> list[Action]:
        """Return a conversation's actions that are not final: pending, confirmed or executing; oldest first."""
        ...

    async def batch(self, batch: str) -> list[Action]:
        """Return the actions that were proposed under one batch id, in their order; empty if there are none."""
        ...

    async def carded(self, action_id: str, card_ts: str) -> None:
        """Keep where the card was posted, once: its ts, empty for one that has none (an ephemeral card)."""
        ...

    async def decide(self, click: Click) -> Ruling:
        """Decide a pending action, and put `decision:<id>` into the inbox in the same transaction.

        Looks, in this order: no such action, or its team, channel or (where both are known) card differ: UNKNOWN;
        not `allowed`, or a withdrawal by another than the requester: NOT_YOURS (UNSURE where it is `unsure`);
        no longer pending: ALREADY; past its expiry: it becomes expired, EXPIRED (with its `outcome_items` added as
        in `expire`, and nothing put into the inbox). Where the card's place is not known, a click that is allowed
        tells it, whatever the ruling then is. A denial's reason is kept, with an `outcome_json` that tells
        it to the model; a confirmation with `remember_until` makes a grant of the requester's, if it is the
        requester who confirms.
        """
        ...

    async def withdraw(self, action_id: str, requester: str, at: datetime) -> Action | None:
        """pending → withdrawn without a click: the model takes back what it proposed, or no card could be shown,
        which can only reduce effects. What a grant confirmed and has no card yet becomes expired. None, and
        nothing changed, if it is neither, or not this requester's. Nothing is put into the inbox; its
        `outcome_items` are appended, because the turn that withdraws by a call may end before it records that."""
        ...

    async def edit(self, click: Click, new: NewAction) -> tuple[Ruling, Action | None]:
        """Put an edited action in the place of a pending one, at a click by its requester (`click.decision` is
        not looked at): the old one becomes withdrawn, with `superseded_by` and an `outcome_json` that tells the
        model the new arguments; its `outcome_items` are appended; the new one is pending on the same card
        (`card_ts`), in the same turn, and in no batch.

        The ruling is of the old action, looked at as in `decide`; the new action is None unless DECIDED.
        """
        ...

    async def begin(self, action_id: str, at: datetime) -> Action | None:
        """Claim a confirmed action for execution: confirmed → executing, committed before the effect. None if it
        is not confirmed (any more); if `at` is later than `expires_at` plus the time it had to be decided
        (`expires_at - proposed_at`) it becomes expired instead, None."""
        ...

    async def finish(self, action_id: str, state: ActionState, outcome_json: str, at: datetime) -> Action:
        """executing → succeeded, failed or unknown, with the outcome as the model will be shown it; its
        `outcome_items` are appended to its conversation."""
        ...

    async def interrupt(self, at: datetime, idempotent: Collection[str] = ()) -> list[Action]:
        """At start-up: every executing action becomes unknown, because its process ended in the middle; one of an
        `idempotent` function becomes confirmed again and will be run again, with the same id. Either way
        `decision:<id>` is waiting in the inbox again, as it is for actions that were confirmed and never begun.
        Returns those that were executing."""
        ...

    async def expire(self, at: datetime) -> list[Action]:
        """Pending actions past their expiry become expired, and confirmed ones that were not begun in time as
        `begin` says; their `outcome_items` are appended to their conversations. Returns them, so that their cards
        lose the buttons."""
        ...

    async def successors(self) -> list[Action]:
        """Return the pending actions that an edit put in the place of others: at start-up their cards may still
        show the old ones."""
        ...

    async def unsettled(self, before: datetime, most: int = 50) -> list[Action]:
        """Return up to `most` final actions that ended by `before` and whose card was never told of as `settled`,
        the oldest first. One that was edited is not among them, as its card is its successor's, nor is one whose
        card cannot be reached (`card_ts` is empty)."""
        ...

    async def settled(self, action_id: str) -> None:
        """Keep that an action's card shows how it ended, or that it never will. Nothing where it has not ended."""
        ...

    async def uncarded(self, *, of_ended_turns: bool = False) -> list[Action]:
        """Return actions whose card was never posted (a crash in between): pending, or confirmed by a grant.
        `of_ended_turns` leaves out those whose turn still runs: it posts its cards itself."""
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
    @property
    def grants(self) -> Grants: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def keeping(self) -> Keeping: ...
    @property
    def schedules(self) -> Schedules: ...

    async def counts(self) -> Counts:
        """Count what waits and what became of actions; cheap enough to be asked every few seconds."""
        ...

    async def tidy(self) -> None:
        """Put the database in order: what its queries are planned by, and the log of its commits. Others read and
        write meanwhile."""
        ...

    async def check(self) -> list[str]:
        """Look the whole database over: its file, its references, the audit's chain, its schema. The problems, as
        sentences for the operator; empty if it is fine. Others read and write meanwhile."""
        ...

    async def backup(self, path: Path) -> None:
        """Write one consistent state of everything to a new file at `path`, for its owner alone, while others read
        and write. It appears when it is whole. Raises StorageError, also if there is a file already."""
        ...

    async def close(self) -> None: ...
