"""What Nod wrote down, read from its database as it lies there: the books' other side."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Ledger:
    """Rows by their columns' names, oldest first; `turns` have their conversation's `thread` and `channel`."""

    inbox: list[Row]
    turns: list[Row]
    actions: list[Row]
    sound: str

    @property
    def restless(self) -> list[str]:
        """Say what is not done yet: deliveries, turns, and actions that were decided and have no end."""
        waiting = [f"{row['key']} is {row['state']}" for row in self.inbox if row["state"] != "done"]
        running = [f"turn {row['id']} is running" for row in self.turns if row["state"] == "running"]
        under_way = [
            f"action {row['id'][:8]} is {row['state']}"
            for row in self.actions
            if row["state"] in ("confirmed", "executing")
        ]
        return [*waiting, *running, *under_way]


def read_ledger(database: Path, *, check: bool = False) -> Ledger:
    """Read a database that a process may be writing to; `check` looks at its pages as well."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10.0)) as db:
        db.row_factory = sqlite3.Row

        def rows(query: str) -> list[Row]:
            return [dict(row) for row in db.execute(query)]

        db.execute("BEGIN")
        return Ledger(
            inbox=rows(
                """
                SELECT inbox.*, channel, thread
                FROM inbox JOIN conversations ON conversations.id = inbox.conversation ORDER BY inbox.id
                """
            ),
            turns=rows(
                """
                SELECT turns.*, channel, thread
                FROM turns JOIN conversations ON conversations.id = turns.conversation ORDER BY turns.id
                """
            ),
            actions=rows(
                """
                SELECT actions.*, channel, thread
                FROM actions JOIN conversations ON conversations.id = actions.conversation ORDER BY actions.rowid
                """
            ),
            sound=db.execute("PRAGMA integrity_check").fetchone()[0] if check else "",
        )


def request_of(action: Row) -> tuple[str, str, Row | None]:
    """Say which one request carries an action out: method, the end of its path, body."""
    given = json.loads(action["arguments_json"])
    match action["function"]:
        case "delete_employee":
            return "DELETE", f"/delete/{given['employee_id']}", None
        case "update_employee":
            changes = {name: given[name] for name in ("name", "salary", "age") if given.get(name) is not None}
            return "PUT", f"/update/{given['employee_id']}", changes
        case "create_employee":
            return "POST", "/create", {name: given[name] for name in ("name", "salary", "age")}
    raise ValueError(f"nobody has said what {action['function']} does")
