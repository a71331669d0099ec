"""Excel files (.xlsx, .xlsm): each sheet's values as rows of CSV under their numbers. For the reading process
only.

calamine and not openpyxl: it is looked after, needs nothing else, and is ten times as fast. It builds a sheet as
wide and as high as its outermost cells, so a hostile one ends the process at its memory limit, which is what
that is for.
"""

import csv
import re
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from io import BytesIO, StringIO
from zipfile import ZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from bot.files.contents import Limits, Reason, Text, Unit, Unreadable
from bot.files.package import deadline, pieces
from bot.files.paper import Paper, clean, short

Value = int | float | str | bool | date | datetime | time_of_day | timedelta

NEVER_COUNTED = re.compile(
    rb"</(?:\w{1,20}:)?f>\s{0,8}(?:<(?:\w{1,20}:)?v\s?/>|<(?:\w{1,20}:)?v></(?:\w{1,20}:)?v>)?\s{0,8}</(?:\w{1,20}:)?c>"
)
"""A formula without a value: programs write such files, and Excel puts the values in when it saves."""
MOST_LETTERS = 100
"""Columns that have their letters above them: in a sheet that is wider these would take the rows' room."""
OVERLAP = 160
"""Bytes of one piece that are looked at with the next one again."""


def read_excel(content: bytes, package: ZipFile, limits: Limits) -> Text | Unreadable:
    """Return the values of a workbook's sheets, hidden ones too, in their order."""
    to_load, to_show = deadline(limits), deadline(limits, 0.8)
    paper = Paper(limits.characters)
    shown = 0
    try:
        workbook = load_workbook(BytesIO(content))
        sheets = [each for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        for number, each in enumerate(sheets, 1):
            if paper.full or (number > 1 and time.monotonic() > to_load):
                names = ", ".join(short(left.name) for left in sheets[number - 1 :])
                paper.leave_out(Unit.SHEETS, number, len(sheets), short(names))
                break
            hidden = " (hidden)" if each.visible != SheetVisibleEnum.Visible else ""
            shown += _put(workbook.get_sheet_by_name(each.name), short(each.name) + hidden, paper, to_show)
    except PasswordError:
        return Unreadable(Reason.ENCRYPTED)
    except CalamineError:
        return Unreadable(Reason.BROKEN)
    never_counted = _has_formula_without_value(package, to_show)
    if never_counted:
        paper.remark("some cells hold formulas whose values the file does not have; they are shown as empty")
    elif not shown:
        return Unreadable(Reason.TOOK_TOO_LONG if paper.left_out else Reason.EMPTY)
    return paper.text("xlsx")


def _put(sheet: CalamineSheet, title: str, paper: Paper, until: float) -> int:
    """Put a sheet on paper as far as there are room and time; return how many of its rows are there."""
    if sheet.start is None:
        paper.head(f"## {title}: empty")
        return 0
    first, end, height = sheet.start[1], sheet.start[1] + sheet.width, sheet.start[0] + sheet.height
    paper.head(f"## {title}, rows {sheet.start[0] + 1}-{height}, columns {_letters(first)}-{_letters(end - 1)}")
    if sheet.width <= MOST_LETTERS:
        paper.head(_line(["", *(_letters(column) for column in range(first, end))]))
    shown = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_shown(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        in_time = time.monotonic() < until
        if not in_time or not paper.put(_line([str(number), *cells]), f"row {number} of {title}"):
            paper.leave_out(Unit.ROWS, number, height, title)
            break
        shown += 1
    return shown


def _line(cells: Sequence[str]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def _shown(value: Value) -> str:
    """Write a value as CSV files have it; a cell's own line ends would end its row."""
    match value:
        case bool():
            return str(value).upper()
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            return value.isoformat(sep=" ")
        case date() | time_of_day():
            return value.isoformat()
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            return " ".join(clean(str(value)).split("\n"))


def _letters(column: int) -> str:
    """Return the name of a column, from 0: A, B, … Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _has_formula_without_value(package: ZipFile, until: float) -> bool:
    for part in package.namelist():
        if not part.startswith("xl/worksheets/") or not part.endswith(".xml"):
            continue
        before = b""
        for piece in pieces(package, part):
            if NEVER_COUNTED.search(before + piece):
                return True
            if time.monotonic() > until:
                return False
            before = piece[-OVERLAP:]
    return False
