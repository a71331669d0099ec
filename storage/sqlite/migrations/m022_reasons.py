"""Finding what people wrote when they denied what others had asked for, so that it can be forgotten with them."""

from sqlite_utils import Database

from storage.sqlite.migrations.steps import MIGRATIONS


@MIGRATIONS()
def m022_reasons(db: Database) -> None:
    db.execute("CREATE INDEX actions_reasons ON actions (decided_by, conversation) WHERE reason <> ''")
