import json
import re
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, Field

from bot.demo.workspace.blocks import check_view
from bot.demo.workspace.inputs import refusals, state_of
from bot.slack.form_elements import parameters
from bot.slack.forms import EDIT_SUBMIT, FormProblem, edit_modal, editable, form_errors, read_form, refused
from bot.words.catalogue import words_for
from functions import Context, Function, FunctionProblem, Unavailable, function
from functions.arguments import freeze
from functions.employees import create_employee, delete_employee, update_employee
from functions.schedules import create_schedule
from storage.records import Action
from tests.bot.slack.sample import ID, action, change, order

EN = words_for("en")
HANGUL, ENGLISH = re.compile(r"[가-힣]"), re.compile(r"[a-z]{2,} [a-z]{2,}")
ORDER: dict[str, Any] = {"lines": [{"item": "bolt"}], "address": "Seoul", "express": True}


def frozen(function: Function, **arguments: Any) -> Action:
    return replace(action(), function=function.name, arguments_json=freeze(function, json.dumps(arguments)))


def submitted(view: dict[str, Any], **typed: Any) -> dict[str, Any]:
    """Fill a form in as the workspace does and submit it; `typed` goes by block id, the rest stays as it was."""
    known = {block["block_id"]: block["element"]["action_id"] for block in view["blocks"] if "element" in block}
    state = state_of(view["blocks"], {}, {name: {known[name]: value} for name, value in typed.items()})
    return {"values": state}


def elements(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block["element"] for block in view["blocks"] if "element" in block}


def unchanged(function: Function, asked: Action, language: str = "en") -> str:
    view = edit_modal(asked, function, words_for(language))
    assert check_view(view) == []
    state = submitted(view)
    assert refusals(view["blocks"], state["values"]) == {}
    assert form_errors(state, function, EN) == {}
    return freeze(function, read_form(state, function))


LINES = st.lists(st.fixed_dictionaries({"item": st.text(max_size=20), "count": st.integers()}), max_size=4)
ORDERS = st.fixed_dictionaries(
    {"lines": LINES, "address": st.text(min_size=1, max_size=200), "express": st.booleans()},
    optional={
        "size": st.sampled_from(["small", "large"]),
        "kind": st.sampled_from(["paid", "free", 3, None]),
        "gift": st.none() | st.booleans(),
        "on": st.none() | st.dates().map(date.isoformat),
        "discount": st.floats(0, 99.9),
        "copies": st.integers(1, 20),
        "code": st.integers() | st.text(max_size=30),
        "remark": st.none() | st.text(max_size=50) | st.sampled_from(["", " ", "a\n", "&amp;", "\\u{5}"]),
        "heading": st.text(max_size=30),
    },
)


@pytest.mark.property
@given(ORDERS, st.sampled_from(["en", "ko"]))
def test_a_form_submitted_unchanged_gives_the_same_arguments(arguments: dict[str, Any], language: str) -> None:
    asked = frozen(order, **arguments)
    assert editable(asked, order)
    assert unchanged(order, asked, language) == asked.arguments_json


@function()
async def odd(
    context: Context,
    amount: Annotated[float, Field(gt=-1e300)] = 0.0,
    whole: int = 0,
    at: datetime | None = None,
    only: Literal["x"] = "x",
    sure: Literal[True] = True,
    pair: tuple[int, str] = (1, "a"),
    many: Literal["a", "b"] | None = None,
    longish: Literal["y", "z"] | int = "y",
    strict: Annotated[str, Field(max_length=5)] = "",
) -> None:
    """Show odd types."""


ODD = st.fixed_dictionaries(
    {},
    optional={
        "amount": st.floats(-1e299, 1e308),
        "whole": st.integers(),
        "at": st.none() | st.datetimes().map(datetime.isoformat),
        "pair": st.tuples(st.integers(), st.text(max_size=5)),
        "many": st.sampled_from(["a", "b", None]),
        "longish": st.sampled_from(["y", "z", 5]),
        "strict": st.text(max_size=5) | st.just("😀😀😀😀😀"),
    },
)


@given(ODD)
def test_odd_types_come_back_as_they_were(arguments: dict[str, Any]) -> None:
    asked = frozen(odd, **arguments)
    assert unchanged(odd, asked) == asked.arguments_json


@pytest.mark.parametrize(
    ("called", "arguments"),
    [
        (create_employee, {"name": "김민수", "salary": 50_000, "age": 33}),
        (update_employee, {"employee_id": 5, "salary": 330_000}),
        (update_employee, {"employee_id": 5, "name": "O'Neil & <Co>"}),
        (delete_employee, {"employee_id": 2**31 - 1}),
    ],
)
def test_the_employees_come_back_as_they_were(called: Function, arguments: dict[str, Any]) -> None:
    asked = frozen(called, **arguments)
    assert unchanged(called, asked) == asked.arguments_json


def test_each_type_has_its_element() -> None:
    view = edit_modal(frozen(order, **ORDER, on="2026-05-01", kind="free"), order, EN)
    found = elements(view)
    assert {name: element["type"] for name, element in found.items()} == {
        "lines": "plain_text_input",
        "address": "plain_text_input",
        "express": "radio_buttons",
        "size": "static_select",
        "kind": "static_select",
        "gift": "radio_buttons",
        "on": "datepicker",
        "discount": "number_input",
        "copies": "number_input",
        "code": "plain_text_input",
        "remark": "plain_text_input",
        "heading": "plain_text_input",
    }
    assert (view["callback_id"], view["private_metadata"]) == (EDIT_SUBMIT, ID)
    assert found["copies"] == {
        "type": "number_input",
        "action_id": "number",
        "is_decimal_allowed": False,
        "min_value": "1",
        "max_value": "20",
        "initial_value": "1",
    }
    assert (found["discount"]["is_decimal_allowed"], found["discount"]["min_value"]) == (True, "0")
    assert found["on"]["initial_date"] == "2026-05-01"
    assert found["address"]["max_length"] == 200
    assert json.loads(found["lines"]["initial_value"]) == [{"item": "bolt", "count": 1}]
    assert "\n" in found["lines"]["initial_value"]
    assert [option["text"]["text"] for option in found["gift"]["options"]] == ["yes", "no", "(not given)"]
    assert found["gift"]["initial_option"]["value"] == "null"
    optional = {block["block_id"] for block in view["blocks"] if block.get("optional")}
    assert optional == {"on", "remark", "heading"}


def test_what_an_input_could_alter_is_edited_as_json() -> None:
    asked = frozen(order, **ORDER, remark="a\u202eb", heading=" x", code="5", discount=1e-7)
    found = elements(edit_modal(asked, order, EN))
    assert found["remark"]["initial_value"] == '"a\\u202eb"'
    assert found["heading"]["initial_value"] == '" x"'
    assert found["code"]["initial_value"] == '"5"'
    assert found["discount"]["initial_value"] == "1e-07"


def test_an_edit_is_read() -> None:
    view = edit_modal(frozen(order, **ORDER, remark="soon"), order, EN)
    state = submitted(
        view,
        express="false",
        size='"large"',
        kind="3",
        on="2026-05-01",
        copies="+07",
        discount="2.",
        remark="",
        heading="Two\nlines",
        lines='[{"item": "nut", "count": 3}]',
    )
    assert form_errors(state, order, EN) == {}
    assert json.loads(freeze(order, read_form(state, order))) == {
        "lines": [{"item": "nut", "count": 3}],
        "address": "Seoul",
        "express": False,
        "size": "large",
        "kind": 3,
        "gift": None,
        "on": "2026-05-01",
        "discount": 2.0,
        "copies": 7,
        "code": 0,
        "remark": None,
        "heading": "Two\nlines",
    }


@pytest.mark.parametrize(
    ("typed", "sentences"),
    [
        ({"copies": "21"}, {"copies": "Please write 20 or less."}),
        ({"copies": "0"}, {"copies": "Please write more than 0."}),
        ({"discount": "-1"}, {"discount": "Please write 0 or more."}),
        ({"discount": "100"}, {"discount": "Please write less than 100."}),
        ({"copies": "many"}, {"copies": "Please write a number, such as 1500 or 2.5."}),
        ({"copies": "1.5"}, {"copies": "The function does not take this value. Please write another."}),
        ({"copies": ""}, {"copies": "Please fill this in."}),
        ({"address": ""}, {"address": "Too short: at least 1 characters."}),
        ({"address": "x" * 201}, {"address": "Too long: at most 200 characters."}),
        ({"lines": "[{"}, {"lines": "This is not JSON as I can read it. Look for a missing"}),
        ({"lines": '[{"item": 1}]'}, {"lines": "The function does not take this value."}),
        ({"lines": '[{"item": "a", "item": "b"}]'}, {"lines": "The function does not take this value."}),
        (
            {"lines": "[{}]", "copies": "30"},
            {"lines": "The function does not", "copies": "Please write 20 or less."},
        ),
        ({"code": "NaN"}, {"code": "The function does not take this value."}),
        ({"lines": "", "copies": "x"}, {"lines": "Please fill this in.", "copies": "Please write a number"}),
    ],
)
def test_what_is_wrong_is_said_at_its_place(typed: dict[str, str], sentences: dict[str, str]) -> None:
    state = submitted(edit_modal(frozen(order, **ORDER), order, EN), **typed)
    said = form_errors(state, order, EN)
    assert said.keys() == sentences.keys()
    assert all(said[block].startswith(sentence) for block, sentence in sentences.items())
    korean = form_errors(state, order, words_for("ko"))
    assert korean.keys() == said.keys()
    assert all(korean[block] != said[block] for block in said)


@pytest.mark.parametrize(
    ("error", "en", "ko"),
    [
        (ValueError("5 is no <Even> of lib.py"), EN("form-not-valid"), words_for("ko")("form-not-valid")),
        (
            FunctionProblem("Write an even\nnumber\u202e."),
            "Write an even number\\u{202e}.",
            "이 값은 쓸 수 없습니다: Write an even number\\u{202e}.",
        ),
    ],
)
def test_what_a_validator_refuses_is_said_in_its_own_words_if_they_are_meant_for_people(
    error: ValueError, en: str, ko: str
) -> None:
    def even(number: int) -> int:
        if number % 2:
            raise error
        return number

    @function()
    async def pair(context: Context, other: int, number: Annotated[int, AfterValidator(even)]) -> None:
        """Pair."""

    state = submitted(edit_modal(frozen(pair, other=1, number=2), pair, EN), number="3")
    assert form_errors(state, pair, EN) == {"number": en}
    assert form_errors(state, pair, words_for("ko")) == {"number": ko}


@pytest.mark.parametrize(
    ("problem", "typed", "block"),
    [
        (FunctionProblem("Too often.", field="copies"), {"address": "Busan"}, "copies"),
        (FunctionProblem("Too often."), {"address": "Busan", "copies": 2}, "address"),
        (FunctionProblem("Too often.", field="colour"), {"heading": "x"}, "heading"),
        (FunctionProblem("Too often."), {}, "lines"),
    ],
)
def test_what_a_check_refuses_is_said_at_the_field_that_it_is_about(
    problem: FunctionProblem, typed: dict[str, Any], block: str
) -> None:
    asked = frozen(order, **ORDER)
    after = json.dumps({**json.loads(asked.arguments_json), **typed})
    assert refused(problem, after, asked, order, EN) == {block: "Too often."}
    assert refused(problem, after, asked, order, words_for("ko")) == {block: "이 값은 쓸 수 없습니다: Too often."}


def test_what_a_function_says_in_a_persons_language_stands_alone() -> None:
    asked = frozen(order, **ORDER)
    both = FunctionProblem(
        {"en": "Too <often>.", "ko": "너무\n잦습니다."}, field="copies", hint="Call list_orders."
    )
    assert refused(both, "{}", asked, order, EN) == {"copies": "Too <often>."}
    assert refused(both, "{}", asked, order, words_for("ko")) == {"copies": "너무 잦습니다."}
    korean = FunctionProblem({"ko": "너무 잦습니다."})
    assert refused(korean, "{}", asked, order, EN) == {"lines": "너무 잦습니다."}


@pytest.mark.parametrize(
    ("called", "arguments", "typed"),
    [
        (create_employee, {"name": "김민수", "salary": 1, "age": 33}, {"name": "x" * 101}),
        (
            create_employee,
            {"name": "김민수", "salary": 1, "age": 33},
            {"name": "a\u202eb", "age": "5", "salary": "-1"},
        ),
        (create_schedule, {"prompt": "p", "when": "0 9 * * *"}, {"when": "soon"}),
        (create_schedule, {"prompt": "p", "when": "0 9 * * *"}, {"when": "2026-02-30T09:00", "prompt": " "}),
        (create_schedule, {"prompt": "p", "when": "0 9 * * *"}, {"when": "0 9 30 2 *"}),
        (
            create_schedule,
            {"prompt": "p", "when": "0 9 * * *"},
            {"when": "0 9 * * * Moon/Base", "channel": "x" * 121},
        ),
        (create_schedule, {"prompt": "p", "when": "0 9 * * *"}, {"when": "2026-07-04"}),
    ],
)
def test_a_korean_form_of_nods_own_functions_says_nothing_in_english(
    called: Function, arguments: dict[str, Any], typed: dict[str, str]
) -> None:
    state = submitted(edit_modal(frozen(called, **arguments), called, words_for("ko")), **typed)
    said = form_errors(state, called, words_for("ko"))
    assert said.keys() == typed.keys()
    assert [text for text in said.values() if not HANGUL.search(text) or ENGLISH.search(text)] == []
    english = form_errors(state, called, EN)
    assert [text for text in english.values() if HANGUL.search(text)] == []


def test_what_is_no_fault_of_the_values_is_not_said_of_them() -> None:
    asked = frozen(order, **ORDER)
    busy = Unavailable("The service is busy (429). Say so and do not try again in this answer.")
    assert refused(busy, "{}", asked, order, EN) == {"lines": EN("form-unchecked")}
    assert refused(FunctionProblem(""), "{}", asked, order, EN) == {"lines": EN("form-invalid")}
    assert len(refused(FunctionProblem("x" * 5_000), "{}", asked, order, EN)["lines"]) == 500


def test_only_what_may_be_empty_is_optional() -> None:
    def defect(text: str) -> str:
        return str(text[0])

    @function()
    async def ask(
        context: Context, text: Annotated[str, AfterValidator(defect)], other: str, more: str | None = None
    ) -> None:
        """Ask."""

    def optional(called: Function, **arguments: Any) -> set[str]:
        view = edit_modal(frozen(called, **arguments), called, EN)
        return {block["block_id"] for block in view["blocks"] if block.get("optional")}

    assert optional(ask, text="a", other="b") == {"other", "more"}
    assert optional(create_schedule, prompt="x", when="0 9 * * *") == {"channel"}
    assert optional(create_employee, name="x", salary=1, age=20) == set()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_how_a_time_is_written_is_told_below_its_field(language: str) -> None:
    words = words_for(language)
    view = edit_modal(frozen(create_schedule, prompt="x", when="0 9 * * *"), create_schedule, words)
    hints = {block["block_id"]: block["hint"]["text"] for block in view["blocks"] if "hint" in block}
    assert hints == {"when": words("form-timing-hint")}
    assert check_view(view) == []


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("asdf", "This time cannot be read. Write five cron fields"),
        ("내일 9시", "This time cannot be read. Write five cron fields"),
        ("0 9 31 2 *", "`0 9 31 2 *` is no cron expression that ever comes true."),
        ("", "This time cannot be read."),
        ("0 9 * * 1 Mars/Olympus", "There is no time zone Mars/Olympus."),
    ],
)
def test_what_is_wrong_with_a_time_is_said_beside_it(when: str, says: str) -> None:
    view = edit_modal(frozen(create_schedule, prompt="x", when="0 9 * * *"), create_schedule, EN)
    said = form_errors(submitted(view, when=when), create_schedule, EN)
    assert set(said) == {"when"}
    assert said["when"].startswith(says)


def test_a_form_that_lacks_its_values_is_no_form() -> None:
    with pytest.raises(FormProblem) as problem:
        read_form({}, order)
    assert problem.value.problems["copies"] == "form-required"
    assert "remark" not in problem.value.problems


def test_what_a_form_cannot_show_is_not_edited() -> None:
    @function()
    async def nothing(context: Context) -> None:
        """Do nothing."""

    assert editable(frozen(order, **ORDER), order)
    assert not editable(frozen(order, **ORDER), None)
    assert not editable(frozen(nothing), nothing)
    assert editable(frozen(order, **ORDER, remark="x" * 3_000), order)
    assert not editable(frozen(order, **ORDER, remark="x" * 3_001), order)
    assert not editable(frozen(order, **ORDER, remark="\u202e" * 501), order)
    many = [{"item": "x" * 40, "count": 1}] * 60
    assert not editable(frozen(order, **{**ORDER, "lines": many}), order)


def test_long_json_is_edited_on_one_line() -> None:
    many = [{"item": "x", "count": 1}] * 100
    asked = frozen(order, **{**ORDER, "lines": many})
    text = elements(edit_modal(asked, order, EN))["lines"]["initial_value"]
    assert "\n" not in text
    assert unchanged(order, asked) == asked.arguments_json


def test_null_and_references_are_seen_through() -> None:
    found = {parameter.name: parameter for parameter in parameters(order)}
    assert found["size"].schema["enum"] == ["small", "large"]
    assert (found["kind"].schema["enum"], found["kind"].nullable) == (["paid", "free", 3], True)
    assert (found["on"].schema["format"], found["on"].nullable) == ("date", True)
    assert not found["code"].nullable


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_form_is_said_in_the_persons_language(language: str) -> None:
    view = edit_modal(frozen(change, employee_id=1), change, words_for(language))
    labels = [block["label"]["text"] for block in view["blocks"] if "label" in block]
    assert labels == [{"en": "Employee number", "ko": "직원 번호"}[language], "Name"]
