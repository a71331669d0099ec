"""What files beside messages ask for."""

from sqlite_utils import Database

from storage.sqlite.migrations.steps import MIGRATIONS


@MIGRATIONS()
def m015_files(db: Database) -> None:
    # A JSON list; NULL where it is not known yet: a mention may be told without its files. Older rows had none.
    db.execute("ALTER TABLE inbox ADD COLUMN files TEXT DEFAULT '[]'")
    db.execute("ALTER TABLE aside ADD COLUMN files TEXT DEFAULT '[]'")
    # Beside the items, which are read at every step: only those that the model is shown are read from here.
    db.execute("CREATE TABLE pictures (digest TEXT NOT NULL PRIMARY KEY, content BLOB NOT NULL)")
