"""An answer's messages are the answer: nothing lost, nothing broken, none too long, however it arrives."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.slack.seams import CLOSING, MESSAGE_LENGTH, Grade, Limits, seam, unclosed

SMALL = Limits(grades=(160, 200, 240), most=320, repeated=100)
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
SLACK_TAKES = 12_000


@dataclass
class Writer:
    """Writes a text into messages as it arrives."""

    limits: Limits = field(default_factory=Limits)
    messages: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    """What of each message is the text itself."""
    openings: list[str] = field(default_factory=list)
    _shown: str = ""
    _opening: str = ""
    _pending: str = ""

    def write(self, text: str, hurry: Grade | None = None, *, ended: bool = False) -> None:
        self._pending += text
        while cut := seam(self._shown, self._pending, hurry, ended=ended, limits=self.limits):
            self._close(self._shown + cut.piece, cut.closing)
            self._opening, self._pending, hurry = cut.opening, cut.opening + cut.rest, None
        self._shown, self._pending = self._shown + self._pending, ""

    def end(self) -> None:
        self.write("", ended=True)
        if self._shown:
            self._close(self._shown, unclosed(self._shown))

    def _close(self, text: str, closing: str) -> None:
        self.messages.append(text + closing)
        self.own.append(text[len(self._opening) :])
        self.openings.append(self._opening)
        self._shown = self._opening = ""


def written(text: str, sizes: Sequence[int] = (), limits: Limits = SMALL) -> Writer:
    """Write a text in pieces of these sizes, and the rest at the end."""
    writer, place = Writer(limits), 0
    for size in sizes:
        writer.write(text[place : place + size])
        place += size
    writer.write(text[place:], ended=True)
    writer.end()
    return writer


def check(writer: Writer, text: str) -> None:
    assert "".join(writer.own) == text
    for message in writer.messages:
        assert len(message) <= writer.limits.most + CLOSING
        last = MARKDOWN.parse(f"{message}\n\nafter it")[-2]
        assert (last.content, last.level) == ("after it", 1), f"something is open at the end of {message!r}"


def code(text: str) -> str:
    """Join what stands in the code blocks of a text."""
    return "".join(token.content for token in MARKDOWN.parse(text) if token.type == "fence")


def rows(text: str) -> list[list[str]]:
    """List the rows of all tables, heads too."""
    found: list[list[str]] = []
    inside = False
    for token in MARKDOWN.parse(text):
        if token.type == "tr_open":
            found.append([])
        if token.type in ("tr_open", "tr_close"):
            inside = token.type == "tr_open"
        elif inside and token.type == "inline":
            found[-1].append(token.content)
    return found


words = st.text("abc가나다 ", min_size=1, max_size=30).map(lambda text: f"w{text.strip()}")
lines = st.lists(words, min_size=1, max_size=12)
cells = st.text("abc가", min_size=1, max_size=8)


@st.composite
def code_blocks(draw: st.DrawFn) -> str:
    marker = draw(st.sampled_from(["```", "~~~", "````"]))
    info = draw(st.sampled_from(["", "python", " js title"]))
    lead, first = draw(st.sampled_from([("", ""), ("> ", "> "), ("   ", "1. "), ("    ", "- - "), ("  ", "- ")]))
    inner = draw(st.lists(st.one_of(words, st.sampled_from(["", "  x", "| a |", "# y", "`z`"])), max_size=25))
    body = "".join(f"{lead}{line}\n" for line in inner)
    return f"{first}{marker}{info}\n{body}{lead}{marker}\n"


@st.composite
def tables(draw: st.DrawFn) -> str:
    width = draw(st.integers(1, 3))
    row = st.lists(cells, min_size=width, max_size=width).map(lambda each: f"| {' | '.join(each)} |\n")
    return draw(row) + "|" + " --- |" * width + "\n" + "".join(draw(st.lists(row, max_size=25)))


blocks = st.one_of(
    lines.map(lambda each: " ".join(each) + "\n"),
    lines.map(lambda each: "".join(f"- {line}\n" for line in each)),
    words.map(lambda each: f"## {each}\n"),
    code_blocks(),
    tables(),
)
documents = st.lists(blocks, max_size=6).map("\n".join)
sizes = st.lists(st.integers(0, 90), max_size=40)


@given(documents, sizes)
def test_a_document_comes_through(text: str, sizes: list[int]) -> None:
    writer = written(text, sizes)
    check(writer, text)
    assert "".join(map(code, writer.messages)) == code(text)
    shown: list[list[str]] = []
    for message, opening in zip(writer.messages, writer.openings, strict=True):
        shown += rows(message)[len(rows(opening)) :]
    assert shown == rows(text)


@given(st.text("`~|-> \nab#1.\t<가\U0001f44d\u200d", max_size=900), sizes)
def test_so_does_any_text(text: str, sizes: list[int]) -> None:
    check(written(text, sizes), text)


@given(documents, st.lists(st.tuples(st.integers(1, 60), st.sampled_from([None, *Grade])), max_size=25))
def test_it_may_end_early_and_anywhere(text: str, pieces: list[tuple[int, Grade | None]]) -> None:
    writer, place = Writer(SMALL), 0
    for size, hurry in pieces:
        writer.write(text[place : place + size], hurry)
        place += size
    writer.write(text[place:], ended=True)
    writer.end()
    check(writer, text)


@pytest.mark.parametrize("step", [40, 1_000, 50_000])
def test_of_a_long_code_block_every_message_has_its_own_fence(step: int) -> None:
    block = "```python title\n" + "".join(f"print({n:04})  # a line of code\n" for n in range(1_000)) + "```\n"
    text = f"Here it is:\n\n{block}\nThat was it.\n"
    writer = written(text, [step] * (len(text) // step), Limits())
    check(writer, text)
    assert len(writer.messages) == 3
    assert all(len(message) <= SLACK_TAKES for message in writer.messages)
    assert [message.startswith("```python title\nprint(") for message in writer.messages] == [False, True, True]
    assert [message.endswith(")  # a line of code\n```") for message in writer.messages] == [True, True, False]
    assert "".join(map(code, writer.messages)) == code(text)


@pytest.mark.parametrize("step", [40, 1_000, 50_000])
def test_a_table_that_goes_on_repeats_its_head(step: int) -> None:
    head = "| 이름 | Salary |\n| :--- | ---: |\n"
    text = head + "".join(f"| 직원 {n:04} | {n * 1_000} |\n" for n in range(1_200)) + "\nThat is all.\n"
    writer = written(text, [step] * (len(text) // step), Limits())
    check(writer, text)
    assert len(writer.messages) == 3
    assert all(message.startswith(head) for message in writer.messages)
    assert [row for message in writer.messages for row in rows(message)[1:]] == rows(text)[1:]


def test_a_table_that_ends_at_the_seam_does_not_begin_again() -> None:
    table = "| a |\n| - |\n" + "| 1 |\n" * 36
    writer = Writer(SMALL)
    for piece in (table, "\n", "Text, and more of it.\n"):
        writer.write(piece)
    writer.end()
    check(writer, table + "\nText, and more of it.\n")
    assert writer.messages[-1] == "Text, and more of it.\n"


def test_a_message_ends_between_blocks_where_one_does() -> None:
    text = f"{'x ' * 60}\n\n{'y ' * 30}\n\n```\n{'code' * 20}\n```\n\nEnd, and more.\n\n{'z ' * 150}\n"
    first = written(text, [10] * 100).messages[0]
    assert first.endswith(f"{'y ' * 30}\n\n")


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("word " * 100, " "),
        ("x" * 1_000, "x"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467" * 200, "\U0001f467"),
        ("가나다 라마바사 " * 60, " "),
    ],
)
def test_a_long_line_is_cut_between_words_else_between_characters(text: str, ends: str) -> None:
    writer = written(text)
    check(writer, text)
    assert len(writer.messages) > 1
    assert all(message.endswith(ends) for message in writer.messages)


@pytest.mark.parametrize("step", [1, 7, 40])
def test_long_paragraphs_that_come_slowly_are_not_cut(step: int) -> None:
    paragraphs = [f"Paragraph {n}: {'word ' * 120}\n\n" for n in range(60)]
    text = "".join(paragraphs)
    writer = written(text, [step] * (len(text) // step), Limits())
    check(writer, text)
    assert all(message.startswith("Paragraph") for message in writer.messages)


def test_what_fits_is_not_parted_once_it_has_ended() -> None:
    text = "line\n" * 2_290
    assert len(text) <= MESSAGE_LENGTH
    assert written(text, limits=Limits()).messages == [text]


def test_a_code_block_that_the_model_left_open_is_closed() -> None:
    assert unclosed("Look:\n\n> ```sh\n> ls") == "\n> ```"
    assert unclosed("1. a\n   ~~~~\n   b\n") == "   ~~~~"
    assert unclosed("```\nx\n```\n") == unclosed("`x` and ``` y") == unclosed("~~~\nx\n~~~\n\nmore") == ""


def test_a_table_that_is_wider_than_any_makes_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser makes up the cells that rows lack: here 65,536 of them, at each look."""
    made: list[int] = []
    parse = MarkdownIt.parse

    def counting(self: MarkdownIt, text: str) -> list[Token]:
        tokens = parse(self, text)
        made.append(len(tokens))
        return tokens

    monkeypatch.setattr(MarkdownIt, "parse", counting)
    cut = seam("", f"{'|a' * 2_000}|\n{'|-' * 2_000}|\n{'|' * 3}\n" + "|\n" * 2_000, ended=True)
    assert cut is not None
    assert 0 < max(made) < 20_000
