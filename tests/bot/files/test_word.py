"""Word files come out as people read them: headings, lists, tables, and all that the libraries leave out."""

from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.files.contents import LeftOut, Limits, Reason, Text, Unit, Unreadable
from bot.files.documents import read
from tests.bot.files.sample import WORD, repacked, saved, text_of, word

pytestmark = pytest.mark.slow

SMALL = Limits(characters=1_000)


def text(content: bytes) -> str:
    return text_of(read("보고서.docx", "", content, Limits()))


def element(xml: str) -> Any:
    return parse_xml(xml.replace(">", f' xmlns:w="{WORD}">', 1))


def test_paragraphs_headings_and_lists() -> None:
    document = docx.Document()
    document.add_heading("분기 보고", 1)
    document.add_paragraph("매출이 늘었습니다.")
    document.add_heading("Details", 2)
    document.add_paragraph("첫째\t하나\n둘째 줄")
    item = document.add_paragraph("할 일")
    item._p.get_or_add_pPr().append(element('<w:numPr><w:numId w:val="1"/></w:numPr>'))
    assert text(saved(document)) == "# 분기 보고\n매출이 늘었습니다.\n## Details\n첫째\t하나\n둘째 줄\n- 할 일"


def test_tables_are_read_row_by_row_with_merged_and_nested_cells() -> None:
    document = docx.Document()
    document.add_paragraph("before")
    table = document.add_table(3, 3)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"칸 {number}"
    table.cell(0, 0).merge(table.cell(0, 1)).text = "합친 칸"
    table.cell(1, 1).add_table(1, 2).cell(0, 1).text = "속"
    document.add_paragraph("after")
    assert text(saved(document)) == (
        "before\n| 합친 칸 | 칸 2 |\n| 칸 3 | 칸 4 속 | 칸 5 |\n| 칸 6 | 칸 7 | 칸 8 |\nafter"
    )


def test_what_was_inserted_is_read_and_what_was_deleted_is_not() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("금액은 ")._p
    paragraph.append(element('<w:del w:id="1"><w:r><w:delText>100원</w:delText></w:r></w:del>'))
    paragraph.append(element('<w:ins w:id="2"><w:r><w:t>200원</w:t></w:r></w:ins>'))
    paragraph.append(element('<w:moveFrom w:id="3"><w:r><w:t> 옛 자리</w:t></w:r></w:moveFrom>'))
    assert text(saved(document)) == "금액은 200원"


def test_content_controls_and_text_boxes_are_read_once() -> None:
    document = docx.Document()
    document.element.body.insert(
        0, element("<w:sdt><w:sdtContent><w:p><w:r><w:t>성명: 김하늘</w:t></w:r></w:p></w:sdtContent></w:sdt>")
    )
    box = "<w:txbxContent><w:p><w:r><w:t>상자</w:t></w:r></w:p></w:txbxContent>"
    markup = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    document.add_paragraph("")._p.append(
        element(
            f'<w:r><mc:AlternateContent xmlns:mc="{markup}"><mc:Choice Requires="w">{box}</mc:Choice>'
            f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
        )
    )
    assert text(saved(document)) == "성명: 김하늘\n상자"


def test_footnotes_stand_at_the_end() -> None:
    document = docx.Document()
    document.add_paragraph("본문")._p.append(element('<w:r><w:footnoteReference w:id="1"/></w:r>'))
    separator = '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:t>-</w:t></w:r></w:p></w:footnote>'
    note = '<w:footnote w:id="1"><w:p><w:r><w:t>출처</w:t></w:r></w:p></w:footnote>'
    notes = f'<w:footnotes xmlns:w="{WORD}">{separator}{note}</w:footnotes>'
    content = repacked(saved(document), change=lambda package: package.writestr("word/footnotes.xml", notes))
    assert text(content) == "본문[1]\n\nFootnotes:\n[1] 출처"


def test_paragraphs_without_room_are_left_out_and_counted() -> None:
    answer = read("long.docx", "", word(*(f"문단 {number} " + "가" * 50 for number in range(1, 31))), SMALL)
    assert isinstance(answer, Text)
    assert answer.left_out == (LeftOut(Unit.PARAGRAPHS, 4, 30),)
    assert answer.text.endswith("가\n[paragraphs 4-30 left out]")


def test_a_document_of_nothing_is_empty() -> None:
    assert read("빈.docx", "", word("", " "), Limits()) == Unreadable(Reason.EMPTY)


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><w:document>&b;</w:document>',
        b"<w:document><w:body>",
        b'<?xml version="1.0" encoding="UTF-Y"?><document/>',
        b'<?xml version="1.0" encoding="cp949"?><document/>',
        b"not xml",
        b"",
    ],
)
def test_xml_that_no_office_writes_is_broken(xml: bytes) -> None:
    content = repacked(word("x"), {"word/document.xml": xml})
    assert read("x.docx", "", content, Limits()) == Unreadable(Reason.BROKEN)


def test_a_document_nested_without_end_is_read_flat() -> None:
    depth = 20_000
    body = (
        "<w:tbl><w:tr><w:tc>" * depth + "<w:p><w:r><w:t>깊다</w:t></w:r></w:p>" + "</w:tc></w:tr></w:tbl>" * depth
    )
    xml = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    assert text(repacked(word("x"), {"word/document.xml": xml.encode()})) == "| 깊다 |"


def test_what_took_all_the_time_to_open_took_too_long() -> None:
    assert read("x.docx", "", word("x"), Limits(seconds=0)) == Unreadable(Reason.TOOK_TOO_LONG)


SAMPLE = word("하나", "둘")


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_changed_bytes_raise_nothing(changes: list[tuple[int, int]]) -> None:
    content = bytearray(SAMPLE)
    for at, value in changes:
        content[at] = value
    assert isinstance(read("x.docx", "", bytes(content), Limits()), Text | Unreadable)


@settings(max_examples=100)
@given(st.text(alphabet=st.sampled_from("<>/w:ptblrc \"='x&;"), max_size=200))
def test_any_body_raises_nothing(body: str) -> None:
    xml = f'<w:document xmlns:w="{WORD}">{body}</w:document>'
    content = repacked(SAMPLE, {"word/document.xml": xml.encode()})
    assert isinstance(read("x.docx", "", content, Limits()), Text | Unreadable)
