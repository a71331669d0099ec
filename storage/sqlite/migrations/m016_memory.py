"""What a memory within a budget asks for: summaries that leave the last turns alone, and what was counted."""

from sqlite_utils import Database

from storage.sqlite.migrations.steps import MIGRATIONS


@MIGRATIONS()
def m016_memory(db: Database) -> None:
    # The last item that a summary stands for; NULL: all before it.
    db.execute("ALTER TABLE items ADD COLUMN covers INTEGER")
    # Of those, a JSON list of the ids that stay as they are, because they belong to an action that is still open.
    db.execute("ALTER TABLE items ADD COLUMN kept TEXT")
    # The provider's count of the last request and its answer, the last item of that answer, and the summary that
    # the request began with (0: none).
    db.execute("ALTER TABLE turns ADD COLUMN counted_tokens INTEGER")
    db.execute("ALTER TABLE turns ADD COLUMN counted_item INTEGER")
    db.execute("ALTER TABLE turns ADD COLUMN counted_front INTEGER")
    db.execute("CREATE INDEX turns_counted ON turns (conversation, counted_item) WHERE counted_item IS NOT NULL")
    db.execute(
        """
        CREATE INDEX actions_unfinished ON actions (conversation)
        WHERE state IN ('pending', 'confirmed', 'executing')
        """
    )
