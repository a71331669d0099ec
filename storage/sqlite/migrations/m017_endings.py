"""What a turn ends with is kept before it is shown; who may be served next."""

from sqlite_utils import Database

from storage.sqlite.migrations.steps import MIGRATIONS


@MIGRATIONS()
def m017_endings(db: Database) -> None:
    # The closing note as JSON: which words, their values, whether with a button. Shown again after a crash.
    db.execute("ALTER TABLE turns ADD COLUMN note TEXT")
    # What was begun twice and never ended: it is served alone. As small as what goes wrong.
    db.execute("CREATE INDEX inbox_suspects ON inbox (conversation, tries) WHERE state = 'waiting' AND tries >= 2")
    db.execute("CREATE INDEX inbox_suspected ON inbox (tries) WHERE state = 'taken' AND tries >= 3")
