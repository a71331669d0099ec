"""A modal's form: what it says, and what Slack's client would refuse."""

from typing import Any

import pytest

from bot.demo.page.forms import form_values, problems
from bot.demo.page.reader import Reader
from bot.demo.workspace.inputs import state_of

OPTION = {"text": {"type": "plain_text", "text": "Sales"}, "value": "s"}


def block(kind: str, optional: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": kind,
        "optional": optional,
        "element": {"type": kind, "action_id": "v", **more},
    }


BLOCKS = [
    {"type": "section", "block_id": "text", "text": {"type": "mrkdwn", "text": "x"}},
    block("plain_text_input"),
    block("number_input", is_decimal_allowed=False, min_value="1", max_value="9"),
    block("static_select", options=[OPTION]),
    block("checkboxes", optional=True, options=[OPTION]),
    block("radio_buttons", options=[OPTION]),
    block("datepicker"),
]
FORM = {
    "plain_text_input:v": ["a\r\nb"],
    "number_input:v": ["5"],
    "static_select:v": ["s"],
    "checkboxes:v": ["s"],
    "radio_buttons:v": ["s"],
    "datepicker:v": ["2026-11-20"],
}


def given(**changes: list[str]) -> dict[str, dict[str, Any]]:
    fields = FORM | {f"{name}:v": value for name, value in changes.items()}
    return form_values(BLOCKS, lambda name: fields.get(name, []))


def test_a_filled_form_becomes_slacks_state() -> None:
    values = given()
    assert problems(BLOCKS, values, Reader()) == {}
    state = state_of(BLOCKS, {}, values)
    assert state["plain_text_input"]["v"] == {"type": "plain_text_input", "value": "a\nb"}
    assert state["number_input"]["v"] == {"type": "number_input", "value": "5"}
    assert state["static_select"]["v"]["selected_option"] == OPTION
    assert state["checkboxes"]["v"]["selected_options"] == [OPTION]
    assert state["radio_buttons"]["v"]["selected_option"] == OPTION
    assert state["datepicker"]["v"]["selected_date"] == "2026-11-20"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"plain_text_input": [""]}, {"plain_text_input": "required"}),
        ({"radio_buttons": []}, {"radio_buttons": "required_choice"}),
        ({"checkboxes": []}, {}),
        ({"number_input": ["0"]}, {"number_input": "at_least"}),
        ({"number_input": ["10"]}, {"number_input": "at_most"}),
        ({"number_input": ["2.5"]}, {"number_input": "not_whole"}),
        ({"number_input": ["nan"]}, {"number_input": "not_number"}),
        ({"number_input": ["1e3"]}, {"number_input": "not_number"}),
    ],
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_refusals_in_the_persons_language(
    changes: dict[str, list[str]], refused: dict[str, str], language: str
) -> None:
    reader = Reader(language=language)
    bounds = {"at_least": {"value": "1"}, "at_most": {"value": "9"}}
    expected = {name: reader.say(key, **bounds.get(key, {})) for name, key in refused.items()}
    assert problems(BLOCKS, given(**changes), reader) == expected
