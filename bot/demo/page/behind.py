"""Behind the scenes: the employee service's rows now, beside what they were when the demo started. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """One value as shown, and what it was if it has changed."""

    column: str
    value: str
    was: str | None = None


@dataclass(frozen=True)
class ShownRow:
    """One row: `change` is "added", "removed", "changed" or ""."""

    id: str
    cells: tuple[Cell, ...]
    change: str


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _row(row: Row, change: str, before: Row | None = None) -> ShownRow:
    cells = []
    for column, value in row.items():
        text = str(value) if column == "id" else _shown(value)
        was = _shown(before.get(column, "")) if before is not None and before.get(column) != value else None
        cells.append(Cell(column, text, was))
    return ShownRow(str(row["id"]), tuple(cells), change)


def compare(before: Sequence[Row], now: Sequence[Row]) -> list[ShownRow]:
    """List the rows by id, each with its change since `before`; a removed row stays in its place, marked."""
    old = {row["id"]: row for row in before}
    new = {row["id"]: row for row in now}
    shown = []
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            shown.append(_row(old[key], "removed"))
        elif key not in old:
            shown.append(_row(new[key], "added"))
        else:
            shown.append(_row(new[key], "" if new[key] == old[key] else "changed", old[key]))
    return shown
