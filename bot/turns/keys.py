"""By which keys a turn's own items are known in the history, also those that an earlier try of it has recorded."""

from storage.outcomes import outcome_keys
from storage.records import Claim, InboxEntry


def entry_key(entry: InboxEntry) -> str:
    """Name the item of what a person said."""
    return f"entry:{entry.id}"


def keys_of(claim: Claim) -> tuple[str, ...]:
    """Name what a turn goes on from: what was said, and what became of the actions that were decided."""
    return tuple(
        entry_key(entry) if entry.delivery.action_id is None else outcome_keys(entry.delivery.action_id)[0]
        for entry in claim.entries
    )
