"""sqlite-utils' Database, for code whose every query stands in a transaction of its own."""

from collections.abc import Generator, Sequence
from typing import Any

from sqlite_utils import Database


class InTransaction(Database):
    """A Database whose `query` is the one statement that it is given.

    The package's own wraps each in a savepoint, two statements more, so that it can take back one that returns no
    rows. Each statement hands the interpreter's lock over and back; and a transaction here is whole or not at all.
    """

    def query(
        self, sql: str, params: Sequence[Any] | dict[str, Any] | None = None
    ) -> Generator[dict[str, Any], None, None]:
        cursor = self.execute(sql, params)
        if cursor.description is None:
            raise ValueError("query() is for statements that return rows; use execute()")
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)
