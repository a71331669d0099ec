"""Knowing which cards still have buttons though their action is over."""

from sqlite_utils import Database

from storage.sqlite.migrations.steps import MIGRATIONS


@MIGRATIONS()
def m023_settled(db: Database) -> None:
    # Whether the card shows how the action ended. Of older ones nothing is known, and they are left alone.
    db.execute("ALTER TABLE actions ADD COLUMN settled INTEGER NOT NULL DEFAULT 0")
    db.execute("UPDATE actions SET settled = 1 WHERE finished_at IS NOT NULL")
    db.execute(
        """
        CREATE INDEX actions_unsettled ON actions (finished_at)
        WHERE settled = 0 AND card_ts <> '' AND superseded_by IS NULL
        """
    )
