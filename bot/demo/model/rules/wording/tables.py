"""What reads the same in every language: values, JSON, and Markdown tables but for their headings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bot.demo.model.rules.calls import Row
from bot.demo.model.rules.numbers import write_number

LONGEST_TABLE = 24


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: Sequence[int] = ()) -> str:
    """Return a Markdown table; the columns at the positions `numeric` are aligned to the right."""
    rule = ["---:" if at in numeric else "---" for at in range(len(headings))]
    lines = [headings, rule, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def employees_table(headings: Sequence[str], rows: Sequence[Row]) -> str:
    """Return a table of at most 24 employees; the headings are those of id, name, salary and age."""
    cells = (
        [
            str(row.get("id", "")),
            str(row.get("name", "")),
            write_number(row.get("salary")),
            write_number(row.get("age")),
        ]
        for row in rows[:LONGEST_TABLE]
    )
    return table(headings, cells, numeric=(0, 2, 3))


def heard_list(heard: Iterable[tuple[str, str]]) -> str:
    """List who said what, each on one line."""
    return "\n".join(f"- **{who}**: {' '.join(text.split())}" for who, text in heard)


def show_value(field: str, value: Any) -> str:
    """Write the value of an employee's field."""
    return str(value) if field in ("id", "name") else write_number(value)


def json_block(value: Any) -> str:
    """Write a value as a Markdown code block after a text."""
    return f"\n\n```json\n{json.dumps(value, ensure_ascii=False, indent=2)}\n```"
