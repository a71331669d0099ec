import pytest

from bot.files.contents import LeftOut, Reason, Unit, Unreadable
from bot.slack.file_words import KEYS, LONGEST_NAME, sentence, unread_note
from bot.turns.attachments import Unfetched, Unread
from bot.words.catalogue import words_for

EN, KO = words_for("en"), words_for("ko")


OF_A_FILE = [why for why in Unfetched if why not in (Unfetched.TOO_MANY, Unfetched.NOT_TOLD)]


@pytest.mark.parametrize("why", [*(Unreadable(reason) for reason in Reason), *OF_A_FILE])
def test_every_reason_has_a_sentence_of_its_own(why: Unreadable | Unfetched) -> None:
    english, korean = sentence(Unread("a.csv", why), EN), sentence(Unread("a.csv", why), KO)
    assert "“a.csv”" in english
    assert "‘a.csv’" in korean
    assert len(set(KEYS.values())) == len(KEYS) == len(Reason) + len(Unfetched)


def test_it_says_what_to_save_a_file_as() -> None:
    unread = Unread("a.hwp", Unreadable(Reason.UNSUPPORTED, "pdf"))
    assert sentence(unread, EN) == "I could not read “a.hwp” in this format. Save it as .pdf and send me that."
    assert "UTF-8" in sentence(Unread("a.txt", Unreadable(Reason.UNSUPPORTED, "utf-8")), KO)


@pytest.mark.parametrize(
    ("limit", "said"),
    [(20_000_000, "20 MB"), (2_555_555, "2.5 MB"), (999_999, "999.9 kB"), (1_000, "1 kB"), (7, "7 B")],
)
def test_what_is_too_large_says_what_is_not(limit: int, said: str) -> None:
    large = Unread("a", Unreadable(Reason.TOO_LARGE, limit=limit))
    assert f"it is larger than {said}." in sentence(large, EN)
    assert f"‘a’ 파일은 {said}보다 커서" in sentence(large, KO)


def test_a_picture_of_too_many_pixels_says_how_many_are_not() -> None:
    large = Unread("a", Unreadable(Reason.TOO_MANY_PIXELS, limit=50_000_000))
    assert "more than 50 megapixels" in sentence(large, EN)
    assert "50메가픽셀보다" in sentence(large, KO)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<!channel>.csv", "“&lt;!channel&gt;.csv”"),
        ("a\nb\u202egnp.exe", "“a b\\u{202e}gnp.exe”"),
        ("x" * 300, "x" * (LONGEST_NAME - 1) + "…"),
        ("&" * 300, "“" + "&amp;" * (LONGEST_NAME // 5 - 1) + "…”"),
    ],
)
def test_a_name_calls_nobody_and_hides_nothing(name: str, shown: str) -> None:
    assert shown in sentence(Unread(name, Unfetched.GONE), EN)


@pytest.mark.parametrize(
    ("part", "english", "korean"),
    [
        (LeftOut(Unit.PAGES, 51, 80), "pages 51–80", "51–80쪽"),
        (LeftOut(Unit.PAGES, 51, 51), "page 51", "51쪽"),
        (LeftOut(Unit.PAGES, 51, None), "everything from page 51 on", "51쪽부터 끝까지"),
        (LeftOut(Unit.SHEETS, 2, 3, "A & B"), "sheets 2–3 (A &amp; B)", "2–3번째 시트 (A &amp; B)"),
        (LeftOut(Unit.ROWS, 2, 3, "Sales"), "rows 2–3 (Sales)", "2–3번째 행 (Sales)"),
        (LeftOut(Unit.PARAGRAPHS, 2, 2), "paragraph 2", "2번째 문단"),
        (LeftOut(Unit.LINES, 2, 2), "line 2", "2번째 줄"),
        (LeftOut(Unit.CHARACTERS, 2, 9, "row 1"), "characters 2–9 (row 1)", "2–9번째 글자 (row 1)"),
    ],
)
def test_what_was_left_out(part: LeftOut, english: str, korean: str) -> None:
    assert sentence(Unread("a", (part,)), EN) == f"I read only part of “a”. Left out: {english}."
    assert sentence(Unread("a", (part,)), KO) == f"‘a’ 파일은 일부만 읽었습니다. 읽지 못한 부분: {korean}"


def test_many_parts_are_counted_and_files_stand_in_lines() -> None:
    parts = tuple(LeftOut(Unit.ROWS, number, number) for number in range(1, 6))
    note = unread_note([Unread("a", parts), Unread("b", Unfetched.GONE)], EN)
    first, second = note.splitlines()
    assert first.endswith("row 1; row 2; row 3; 2 more parts.")
    assert "“b”" in second


def test_files_that_were_too_many_are_counted_in_one_line() -> None:
    unread = [Unread("a", Unfetched.GONE), *(Unread(name, Unfetched.TOO_MANY) for name in "bcd")]
    _, line = unread_note(unread, EN).splitlines()
    assert line.startswith("I read 10 files of a message at most, so I have not seen 3 more of them.")
    assert "3개" in unread_note(unread, KO)


def test_files_that_nobody_told_of_have_no_name() -> None:
    unread = [Unread("", Unfetched.NOT_TOLD)]
    assert unread_note(unread, EN).startswith("I could not find out from Slack whether there were files")
    assert unread_note(unread, KO).startswith("메시지에 파일이")
