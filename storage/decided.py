"""The part of the contract that tells of decisions: what was permitted for a while, and the record. See
`storage.ports`."""

from datetime import datetime
from typing import Protocol

from storage.records import AuditRow, Grant, Noted


class Grants(Protocol):
    async def find(self, conversation: int, user: str, function: str, at: datetime) -> Grant | None:
        """Return the grant that lives for these three, the one that lives longest."""
        ...

    async def of(self, team: str, user: str, at: datetime) -> list[Grant]:
        """Return a person's living grants, the newest first."""
        ...

    async def revoke(self, grant: int, team: str, user: str, at: datetime) -> Grant | None:
        """End a living grant of this person's, with an audit row; None if it is not theirs or not living."""
        ...


class Audit(Protocol):
    """The record of what happened to actions: rows are only appended, by the transactions that change them."""

    async def rows(self, *, action_id: str | None = None, after: int = 0, limit: int = 1_000) -> list[AuditRow]:
        """Return rows with an id above `after`, oldest first, all or one action's."""
        ...

    async def noted(self, row: int | None = None) -> Noted | None:
        """Return the number and the hash of a row, the last one if none is named; None if there is no such row."""
        ...

    async def verify(self) -> int | None:
        """Follow the chain from the first row to the last; the id of the first row that does not fit, None if all
        do. The texts beside the rows are looked at too; one that is gone fits if a later row says that it was
        forgotten. Read in pieces: it does not hold the whole table in memory."""
        ...
