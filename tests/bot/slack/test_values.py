import json
import unicodedata
from typing import Annotated, Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.slack.block_kit import SECTION, sections, weight
from bot.slack.values import Shown, fits, literal, parse, shown_arguments, text_lines, value_lines
from bot.words.catalogue import words_for
from functions import Context, Label, function
from tests.bot.slack.sample import action, change

NASTY = st.sampled_from(
    [
        *(chr(code) for code in (0x2022, 0x2502, 0x250A, 0x2003, 0xA0, 0x202E, 0x200B, 0xE0041, 0x3164, 0xFE0F)),
        *(
            '"',
            "\\",
            "u{",
            "}",
            "\\u{a0}",
            "&amp;",
            "&",
            "\n",
            " ",
            ":",
            ": ",
            "• ",
            "│ ",
            "┊",
            "(",
            "a",
            "1",
            "-",
        ),
        *("5", "yes", "(none)", "(empty text)", "예", "no", "true", "１", "1.0", "1e5", "a: 1"),
    ]
)
TEXTS = st.lists(NASTY, max_size=6).map("".join) | st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def canonical(value: Any) -> str:
    return json.dumps({"value": value}, sort_keys=True, ensure_ascii=False)


def lines(value: Any, language: str = "en") -> list[str]:
    return value_lines(parse(canonical(value))["value"], words_for(language))


def carried(value: Any) -> tuple[str, ...]:
    [shown] = shown_arguments(action(value=value), None, words_for("en"))
    return shown.lines


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Tiger Nixon", ["Tiger Nixon"]),
        ("김민수", ["김민수"]),
        ("2026-01-01", ["2026-01-01"]),
        ("https://example.com:80/", ["https://example.com:80/"]),
        (5, ["5"]),
        ("5", ['"5"']),
        ("５", ['"５"']),
        ("1,000.50", ['"1,000.50"']),
        (1.0, ["1.0"]),
        (10**40, [str(10**40)]),
        (True, ["yes"]),
        ("yes", ['"yes"']),
        ("YES", ['"YES"']),
        ("", ["(empty text)"]),
        ("(empty text)", ['"(empty text)"']),
        (" a", ['" a"']),
        ("a: b", ['"a: b"']),
        ('"a"', ['""a""']),
        ([], ["(empty list)"]),
        ({}, ["(no fields)"]),
        ("one\ntwo ", ["│ one", "│ two\\u{20}"]),
        ("a\u202eb", ["a\\u{202e}b"]),
        ("a\\u{202e}b", ["a\\u{5c}u{202e}b"]),
        ("&amp; & <b>", ["\\u{26}amp; & <b>"]),
        ("a\u00a0b", ["a\\u{a0}b"]),
        ("a\ufe0fb", ["a\\u{fe0f}b"]),
        ([1, "two", [None]], ["• 1", "• two", "• • (none)"]),
        ([{"item": "bolt", "count": 2}], ["• count: 2", "\u2003item: bolt"]),
        ({"to": ["a"], "note\u202e": "x\ny"}, ["note\\u{202e}:", "\u2003│ x", "\u2003│ y", "to:", "\u2003• a"]),
    ],
)
def test_how_a_value_is_shown(value: Any, shown: list[str]) -> None:
    assert lines(value) == shown


def test_words_of_the_readers_language_are_quoted_in_a_text() -> None:
    assert lines(False, "ko") == ["아니요"]
    assert lines("아니요", "ko") == ['"아니요"']
    assert lines("no", "ko") == ["no"]


@pytest.mark.property
@given(JSON, JSON, st.sampled_from(["en", "ko"]))
@example("1: 5\nz: a", {"1": "5", "z": "a"}, "en")
@example(["a", "b"], "• a\n• b", "en")
@example(["a\n• b"], ["a", "b"], "en")
@example({"a": {"b": 1}}, {"a": "b: 1"}, "en")
@example("\\u{202e}", "\u202e", "en")
@example("a \nb", "a\u00a0\nb", "en")
@example({"": 1}, {"\\u{}": 1}, "en")
def test_different_values_never_look_the_same(one: Any, other: Any, language: str) -> None:
    assume(canonical(one) != canonical(other))
    assert "\n".join(lines(one, language)) != "\n".join(lines(other, language))


@pytest.mark.property
@given(st.lists(NASTY, max_size=4).map("".join), st.integers(0, 3), st.integers(0, 3))
def test_different_structures_of_one_text_never_look_the_same(text: str, one: int, other: int) -> None:
    shapes: list[Any] = [text, [text], {text: text}, "\n".join(lines([text]))]
    assume(canonical(shapes[one]) != canonical(shapes[other]))
    assert lines(shapes[one]) != lines(shapes[other])


ARGUMENTS = st.dictionaries(st.sampled_from(["source", "target", "text", "count"]), JSON, max_size=4)


@function()
async def move(
    context: Context,
    source: Annotated[str, Label(en="Place")],
    target: Annotated[str, Label(en="Place")],
    text: str,
    count: int,
) -> None:
    """Move."""


@function()
async def price(context: Context, value: Annotated[float, Label(kind="amount", en="Price")]) -> None:
    """Price."""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (5, "5"),
        (999, "999"),
        (1_000, "1,000"),
        (-1_234_567, "-1,234,567"),
        (1234.5678, "1,234.5678"),
        (1e22, "1e+22"),
        (10**25, "1" + "0" * 25),
        ("1,000", '"1,000"'),
        ("1000", '"1000"'),
    ],
)
def test_an_amount_has_its_thousands_apart(value: Any, shown: str) -> None:
    asked = action(value=value)
    assert [each.lines for each in shown_arguments(asked, price, words_for("en"))] == [(shown,)]
    assert [each.lines for each in shown_arguments(asked, None, words_for("en"))] == [(lines(value)[0],)]


@pytest.mark.property
@given(JSON, JSON)
@example(1_000, "1,000")
@example(1_000, 1_000.0)
def test_different_amounts_never_look_the_same(one: Any, other: Any) -> None:
    assume(canonical(one) != canonical(other) and None not in (one, other))
    first, second = (shown_arguments(action(value=each), price, words_for("en")) for each in (one, other))
    assert first != second


@pytest.mark.property
@given(ARGUMENTS, ARGUMENTS)
@example({"source": "A", "target": None}, {"source": None, "target": "A"})
@example({"text": "a" * 600}, {"text": "a" * 500 + "\n" + "a" * 100})
def test_different_arguments_never_look_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    """What was not given (null) has no line, whether it is named or not."""
    every = {"source": None, "target": None, "text": None, "count": None}
    first, second = every | one, every | other
    assume(json.dumps(first, sort_keys=True) != json.dumps(second, sort_keys=True))
    shown = [
        [(each.label, each.lines) for each in shown_arguments(action(**arguments), move, words_for("en"))]
        for arguments in (first, second)
    ]
    assert shown[0] != shown[1]


@given(st.integers(490, 510), st.integers(490, 510), st.sampled_from("a┊•│"), st.booleans())
def test_a_line_that_is_carried_on_is_not_taken_for_two(one: int, other: int, sign: str, broken: bool) -> None:
    first = "a" * one + ("\n" if broken else "") + sign * other
    second = "a" * one + ("" if broken else "\n") + sign * other
    assert carried(first) != carried(second)
    assert carried("a" * 500 + "┊" + "b") != carried("a" * 500 + "b")


@given(st.text())
def test_nothing_hidden_is_left(text: str) -> None:
    left = {unicodedata.category(character) for character in literal(text) if character not in "\n "}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}


@given(st.text(max_size=3_000) | st.text(alphabet="&<😀\u202e\n", max_size=3_000))
def test_every_line_goes_into_a_section_whole(text: str) -> None:
    written = carried(text)
    blocks = list(sections(written))
    assert all(weight(block["text"]["text"]) <= SECTION for block in blocks)
    assert all(block["expand"] for block in blocks)
    assert "\n".join(block["text"]["text"] for block in blocks) == "\n".join(written)


def test_several_lines_of_a_person_are_behind_bars() -> None:
    assert text_lines("too much") == ["too much"]
    assert text_lines("too much\nDone.") == ["│ too much", "│ Done."]


def test_arguments_have_the_names_that_people_know() -> None:
    shown = shown_arguments(action(employee_id=1, name=None), change, words_for("ko"))
    assert shown == [Shown("employee_id", "직원 번호", ("1",))]
    assert shown_arguments(action(employee_id=1), None, words_for("ko"))[0].label == "employee_id"


def test_parameters_of_one_name_bring_their_own_too() -> None:
    shown = shown_arguments(action(source=None, target="A"), move, words_for("en"))
    assert [each.label for each in shown] == ["Place (source)", "Place (target)"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, True),
        ({"name": "x" * 2_400}, True),
        ({"name": "x" * 2_600}, False),
        ({"name": "&" * 600}, False),
        ({"name": "\n" * 39}, True),
        ({"name": "\n" * 40}, False),
        ({f"a{n}": 1 for n in range(20)}, True),
        ({f"a{n}": 1 for n in range(21)}, False),
        ({f"a{n}": None for n in range(40)}, False),
    ],
)
def test_what_fits_on_a_card(arguments: dict[str, Any], expected: bool) -> None:
    assert fits(action(**arguments), None) is expected
