"""The contract of what is kept, and for how long. It goes with storage.ports, and is kept by the same rules."""

from datetime import datetime
from typing import Protocol

from storage.records import Forgotten, Remembered


class Keeping(Protocol):
    """Forgetting. What is forgotten of a conversation is what was said in it: its items, its pictures, what its
    turns and deliveries say, and the arguments and outcomes of its final actions. What stays is who did what and
    when: keys (Slack may deliver again), turns, actions and their audit, by ids and digests."""

    async def remembered(self, team: str, user: str) -> Remembered:
        """Count what is kept of a person; with an empty `team`, of whoever has that id in any workspace."""
        ...

    async def forget(
        self, request: str, team: str, user: str, at: datetime, *, actor: str | None = None
    ) -> Forgotten:
        """Forget what is kept of a person, in one transaction with its audit row; `actor` is who wanted it, the
        person if it is None, `team` as in `remembered`.

        A conversation in which only they have talked is forgotten whole, and Nod is no longer part of its thread:
        a reply there is for Nod only after it was mentioned anew. In one with others their messages become a
        marker, Nod's answers to them too, and the summaries that cover these go; what others said stays. Pending
        actions of theirs are withdrawn first and their grants revoked. Left as it is, and counted, is every
        conversation in which a turn runs, a delivery waits, or an action of theirs is confirmed or executing; and
        their schedules, which keep what they ask for until they have ended.

        `request` names the wish: a second time it changes nothing, and tells what the first one did.
        """
        ...

    async def sweep(self, before: datetime, at: datetime) -> int:
        """Forget whole every conversation in which nothing has happened since `before`, pictures that no item
        shows, and the runs of schedules that began before and whose conversation is forgotten; how many
        conversations. A few of them a transaction. One with a turn that runs, a delivery that waits or an action
        that is not final is held back."""
        ...

    async def scrub(self) -> bool:
        """Take what was forgotten out of what the database's files still hold of it in unused places. Nothing is
        done if nothing was forgotten since. False if it could not be done whole now: call it again later."""
        ...
