"""The contract of the inbox: the durable queue of what Slack delivered.

What `storage/ports.py` says of all methods holds for these. `prune` alone is many transactions, each of which
holds the write lock for a moment only.
"""

from datetime import datetime, timedelta
from typing import Protocol

from storage.records import Answerable, Claim, Delivery, InLine, Revision, SharedFile


class Inbox(Protocol):
    """The durable queue of what Slack delivered."""

    async def add(self, delivery: Delivery, at: datetime, *, only_if_joined: bool = False) -> bool:
        """Keep a delivery; True if it is new.

        False, and nothing changed, if its key was kept before; but files of which the first delivery did not know
        are added to it. With `only_if_joined` it is for Nod only if it stands in a conversation, after (by its ts)
        what was said to Nod there first. Otherwise it is set aside, outside the inbox, and this returns False:
        Slack may deliver a reply before the mention that it answers.

        What was set aside of a conversation, and stands after a delivery that is for Nod, enters the inbox behind
        that one, in the order of its ts and in the same transaction. A missing conversation is made.
        """
        ...

    async def revise(self, revision: Revision, at: datetime) -> Answerable | None:
        """Follow a message that its author has edited, or that was deleted, wherever its words are kept: in the
        inbox, aside, in a history, in what is recorded or delivered later. Of two edits the newer one (by
        `revision.at`) wins, whichever comes first, and nothing comes after a deletion; a second time nothing
        happens. An edit by another than the author changes nothing.

        What waits and was never begun is dropped when it is deleted, and its key is not kept anew; what was begun
        stays as a `deleted` entry. In a history a deleted item loses its words and files, and stays as one that
        was deleted. A summary that stands for a changed item is dropped, with those made after it.

        Returns the turn that could be answered anew: its last message, which no other one and no action follows,
        says something else now, and it had been answered.
        """
        ...

    async def files(self, entry: int) -> tuple[SharedFile, ...] | None:
        """Return an entry's files as they are known by now."""
        ...

    async def claim(self, at: datetime, most: int | None = None, room: int | None = None) -> Claim | None:
        """Take one conversation among those that have something waiting and no running turn, and open a turn for
        it: None if there is none. Free turns are shared: first comes the person who has the fewest running turns,
        then the channel that has the fewest, then what has waited longest. Nobody gets more than `most` at once.
        What was begun twice and never ended is served one at a time, after everything else.

        Its entries are the waiting ones from the first on, as long as they are of the same person and their texts
        have no more than `room` bytes (UTF-8) together, the first in any case; the others stay for the next turn.
        Each counts one try more. No two callers are given the same conversation at once.
        """
        ...

    async def line(self, at: datetime, waited: timedelta) -> list[InLine]:
        """Return who has waited longer than `waited` only because no turn was free: the first entry of each
        conversation without a running turn, without decisions; at most 100, by their places.

        The place is that in the order of claims, if those went on and no running turn ended.
        """
        ...

    async def prune(self, done_before: datetime, aside_before: datetime) -> int:
        """Forget the entries whose turn ended before `done_before`, and what was set aside before `aside_before`;
        how many. Deletions told before `done_before` and edits told before `aside_before` are forgotten too. What
        waits or is taken is never forgotten. A forgotten key may be kept anew: `done_before` has to be longer ago
        than Slack delivers anything again."""
        ...

    async def release(self) -> int:
        """At start-up: put the entries of turns that were running back to waiting, mark those turns interrupted;
        how many entries. Turns that `Turns.ended` returns are left as they are."""
        ...
