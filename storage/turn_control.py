"""The part of the contract of turns by which people steer them: stop, go on, answer anew. See `storage.ports`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from storage.records import Continued, ConversationKey, Delivery, NewItem, Note, Retried, Stop


class TurnControl(Protocol):
    """Each is one transaction, as everything in `storage.ports`."""

    async def stop(
        self,
        key: ConversationKey,
        user: str,
        at: datetime,
        *,
        note: Note,
        beside: Note,
        turn: int | None = None,
        ts: str = "",
    ) -> Stop:
        """Stop the turn that runs in a conversation: its end is recorded, so that no start takes it up again:
        ANSWERED, with `note`, or with `beside` where an action of its conversation is being carried out, or will
        be. `turn` names the one that is meant; `ts` is Slack's time of the wish.

        Looks, in this order: a wish with this `ts` was kept before, or `turn` is this person's and was
        stopped: ALREADY; the message with this `ts` is in the
        inbox, no turn runs, another one than `turn`, its end is recorded, or what it answers was said after `ts`:
        OVER; it is another person's: NOT_YOURS. Otherwise STOPPED. From then on `Turns.record`, and `Turns.finish`
        with another state, raise TurnStopped; actions go on as they are.
        """
        ...

    async def unask(self, key: str, at: datetime, *, note: Note, beside: Note) -> Stop:
        """Stop the turn that answers the message of this key, as `stop` does, once that was deleted and nothing
        else that it answers is left. OVER where nothing is to be stopped."""
        ...

    async def stopped(self, turn: int, items: Sequence[NewItem], said: str, at: datetime) -> Note:
        """Append what a stopped turn was asked, as far as it is not recorded, and what it had said since its last
        step, marked as stopped; the note that it ends with. `finish` appends the mark where this was not done."""
        ...

    async def go_on(
        self, turn: int, team: str, channel: str, user: str, at: datetime, response_url: str | None = None
    ) -> Retried:
        """Put `continue:<turn>` into the inbox, for an answer whose note `goes_on`.

        Looks, in this order: no such turn in this team and channel, or it did not end so: UNKNOWN; it was another
        person's: NOT_YOURS; it was continued before: ALREADY; it is given anew, its conversation has a later
        turn, or something waits in it: MOVED_ON. Otherwise AGAIN, once.
        """
        ...

    async def go_on_at_word(self, said: Delivery, at: datetime) -> Continued:
        """Take a message that asks for no more than that the last answer go on for a click that does.

        Looks, in this order: the message is in the inbox, or was edited or deleted before it came; there is no
        last turn, or what it answers was said after the message: UNKNOWN. An answer to this person is being
        continued, or waits to be: ALREADY. Otherwise as `go_on` of the last turn: AGAIN, or UNKNOWN for all else.
        UNKNOWN is a message like any other, and changed nothing. With the others the message's key is kept, so
        that it is none when it is delivered again.
        """
        ...

    async def regenerate(
        self, turn: int, team: str, channel: str, user: str, at: datetime, *, acting: Collection[str] = ()
    ) -> Retried:
        """Have an answered turn's question answered anew: its entries wait again, as after `Turns.retry`, and what
        the model had answered, read and called for them is kept but no longer part of `History.memory`.

        Looks as `go_on` does, and for entries that are forgotten (UNKNOWN); last, whether the turn, or an earlier
        try of it, proposed or carried out an action, or called a function of `acting`: ACTED, because what has
        effects is not repeated.
        """
        ...
