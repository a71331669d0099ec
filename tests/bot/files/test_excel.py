"""Excel files come out sheet by sheet, with values for formulas, ISO dates and the numbers of rows."""

import re
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.files.contents import LeftOut, Limits, Reason, Text, Unit, Unreadable
from bot.files.documents import read
from tests.bot.files.sample import excel, repacked, saved, text_of

pytestmark = pytest.mark.slow

SMALL = Limits(characters=1_000)


NEVER_COUNTED = "some cells hold formulas whose values the file does not have; they are shown as empty"


def text(content: bytes) -> str:
    return text_of(read("표.xlsx", "", content, Limits()))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("김하늘", "김하늘"),
        (3, "3"),
        (-0.25, "-0.25"),
        (1234567890123, "1234567890123"),
        (1e300, "1e+300"),
        (True, "TRUE"),
        (date(2026, 11, 21), "2026-11-21"),
        (datetime(2026, 11, 21, 9, 30), "2026-11-21 09:30:00"),  # noqa: DTZ001 a sheet has no zones
        (time(9, 30), "09:30:00"),
        (timedelta(hours=30), "30:00:00"),
        ("두\n줄", "두 줄"),
        ('say "hi", twice', '"say ""hi"", twice"'),
    ],
)
def test_values_are_written_as_csv_files_have_them(value: Any, shown: str) -> None:
    assert text(excel([value])) == f"## Sheet, rows 1-1, columns A-A\n,A\n1,{shown}"


def test_rows_and_columns_are_called_as_in_excel() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["Z3"], sheet["AB3"], sheet["AA6"] = "왼쪽", 1, "아래"
    assert text(saved(workbook)) == "## Sheet, rows 3-6, columns Z-AB\n,Z,AA,AB\n3,왼쪽,,1\n6,,아래"


def test_sheets_stand_in_their_order_the_hidden_and_empty_ones_too() -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "매출"
    workbook["매출"].append(["월", "금액"])
    workbook.create_sheet("비고").append(["숨김"])
    workbook["비고"].sheet_state = "hidden"
    workbook.create_chartsheet("그림")
    workbook.create_sheet("빈")
    assert text(saved(workbook)) == (
        "## 매출, rows 1-1, columns A-B\n,A,B\n1,월,금액\n"
        "## 비고 (hidden), rows 1-1, columns A-A\n,A\n1,숨김\n## 빈: empty"
    )


def test_a_merged_cell_has_its_value_once() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["A1"], sheet["D1"], sheet["A3"] = "제목", "x", "끝"
    sheet.merge_cells("A1:C2")
    assert text(saved(workbook)) == "## Sheet, rows 1-3, columns A-D\n,A,B,C,D\n1,제목,,,x\n3,끝"


def test_formulas_have_the_values_that_excel_saved() -> None:
    part = "xl/worksheets/sheet1.xml"
    never = excel([1, "=A1+1"])
    counted = repacked(never, {part: _counted(never, part)})
    assert text(counted) == "## Sheet, rows 1-1, columns A-B\n,A,B\n1,1,2"


def _counted(package: bytes, part: str) -> bytes:
    with ZipFile(BytesIO(package)) as opened:
        return re.sub(rb"</f>\s*<v\s*/>|</f>\s*<v></v>", b"</f><v>2</v>", opened.read(part))


def test_formulas_that_nobody_counted_are_told() -> None:
    assert text(excel([1, "=A1+1"])).endswith(f"\n1,1\n[{NEVER_COUNTED}]")


def test_rows_without_room_are_left_out_whole_and_counted() -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "자료"
    for number in range(1, 101):
        workbook["자료"].append([number, "가" * 20])
    workbook.create_sheet("다음").append(["x"])
    answer = read("표.xlsx", "", saved(workbook), SMALL)
    assert isinstance(answer, Text)
    rows, sheets = answer.left_out
    assert rows == LeftOut(Unit.ROWS, rows.first, 100, "자료")
    assert sheets == LeftOut(Unit.SHEETS, 2, 2, "다음")
    last = rows.first - 1
    notes = f"[rows {rows.first}-100 of 자료 left out]\n[sheet 2 (다음) left out]"
    assert answer.text.endswith(f"\n{last},{last},{'가' * 20}\n{notes}")


def test_a_workbook_of_nothing_is_empty() -> None:
    assert read("빈.xlsx", "", excel(), Limits()) == Unreadable(Reason.EMPTY)


def test_a_row_of_all_columns_is_shown_in_part() -> None:
    answer = read("wide.xlsx", "", excel(["x" * 10] * 16_384), SMALL)
    assert isinstance(answer, Text)
    assert len(answer.text) <= SMALL.characters
    assert answer.text.startswith("## Sheet, rows 1-1, columns A-XFD\n1,xxxxxxxxxx,xxxxxxxxxx,")
    (cut,) = answer.left_out
    assert (cut.unit, cut.where) == (Unit.CHARACTERS, "row 1 of Sheet")


def test_what_took_all_the_time_to_open_took_too_long() -> None:
    assert read("x.xlsx", "", excel([1]), Limits(seconds=0)) == Unreadable(Reason.TOOK_TOO_LONG)


SAMPLE = excel(["이름", 1], ["값", date(2026, 1, 1)])


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_changed_bytes_raise_nothing(changes: list[tuple[int, int]]) -> None:
    content = bytearray(SAMPLE)
    for at, value in changes:
        content[at] = value
    assert isinstance(read("x.xlsx", "", bytes(content), Limits()), Text | Unreadable)
