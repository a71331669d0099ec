from typing import Any

import pytest

from bot.demo.workspace import inputs
from bot.demo.workspace.errors import NotThere

Json = dict[str, Any]


def option(value: str) -> Json:
    return {"text": {"type": "plain_text", "text": value.upper()}, "value": value}


def field(block_id: str, **element: Any) -> Json:
    return {"type": "input", "block_id": block_id, "element": {"action_id": "v"} | element}


BLOCKS: list[Json] = [
    {
        "type": "actions",
        "block_id": "one",
        "elements": [
            {"type": "button", "action_id": "go", "value": "1", "text": {"type": "plain_text", "text": "1"}},
        ],
    },
    {
        "type": "container",
        "block_id": "two",
        "child_blocks": [
            {
                "type": "section",
                "block_id": "three",
                "accessory": {"type": "button", "action_id": "go", "value": "2", "style": "danger"},
            },
            {"type": "card", "block_id": "four", "actions": [{"type": "button", "action_id": "in_card"}]},
        ],
    },
]


def test_elements_are_found_by_value_and_block_and_in_containers() -> None:
    assert inputs.find_element(BLOCKS, "go")[1]["value"] == "1"
    assert inputs.find_element(BLOCKS, "go", "2")[0]["block_id"] == "three"
    assert inputs.find_element(BLOCKS, "go", block_id="three")[1]["value"] == "2"
    assert inputs.find_element(BLOCKS, "in_card")[0]["block_id"] == "four"
    with pytest.raises(NotThere, match="no element 'gone': there is go, go, in_card"):
        inputs.find_element(BLOCKS, "gone")


@pytest.mark.parametrize(
    ("element", "value", "expected"),
    [
        ({"type": "plain_text_input"}, "hi", {"value": "hi"}),
        ({"type": "plain_text_input"}, "", {"value": None}),
        ({"type": "static_select", "options": [option("a")]}, "a", {"selected_option": option("a")}),
        ({"type": "radio_buttons", "options": [option("a")]}, None, {"selected_option": None}),
        (
            {"type": "checkboxes", "options": [option("a"), option("b")]},
            ["b"],
            {"selected_options": [option("b")]},
        ),
        ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
        ({"type": "multi_users_select"}, ["U1"], {"selected_users": ["U1"]}),
        ({"type": "datepicker"}, "2026-01-31", {"selected_date": "2026-01-31"}),
        ({"type": "users_select"}, {"type": "users_select", "selected_user": "U2"}, {"selected_user": "U2"}),
    ],
)
def test_a_choice_becomes_an_entry_of_the_state(element: Json, value: Any, expected: Json) -> None:
    assert inputs.entry(element, value) == {"type": element["type"]} | expected


def test_an_option_that_is_not_offered_cannot_be_chosen() -> None:
    with pytest.raises(NotThere, match="no option 'z': there is a"):
        inputs.entry({"type": "static_select", "options": [option("a")]}, "z")


def test_the_state_is_what_is_given_then_what_is_known_then_what_it_starts_with() -> None:
    blocks = [
        field("a", type="plain_text_input", initial_value="start"),
        field("b", type="plain_text_input", initial_value="start"),
        field("c", type="static_select", options=[option("x")], initial_option=option("x")),
    ]
    known = {"b": {"v": {"type": "plain_text_input", "value": "before"}}}
    state = inputs.state_of(blocks, known, {"a": {"v": "now"}})
    assert state["a"]["v"]["value"] == "now"
    assert state["b"]["v"]["value"] == "before"
    assert state["c"]["v"]["selected_option"] == option("x")


@pytest.mark.parametrize(
    ("element", "value", "expected"),
    [
        ({"type": "plain_text_input"}, "", inputs.REQUIRED),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "Please enter at least 3 characters."),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "Please enter at most 3 characters."),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Please enter a whole number."),
        ({"type": "number_input", "is_decimal_allowed": True}, "one", "Please enter a number."),
        (
            {"type": "number_input", "is_decimal_allowed": True, "min_value": "2"},
            "1.5",
            "Please enter a number of at least 2.",
        ),
    ],
)
def test_slacks_client_refuses(element: Json, value: str, expected: str) -> None:
    blocks = [field("a", **element)]
    assert inputs.refusals(blocks, inputs.state_of(blocks, {}, {"a": {"v": value}})) == {"a": expected}


def test_an_optional_field_may_stay_empty() -> None:
    blocks = [field("a", type="plain_text_input") | {"optional": True}]
    assert inputs.refusals(blocks, inputs.state_of(blocks, {}, {})) == {}


def test_feedback_tells_which_button() -> None:
    element = {
        "type": "feedback_buttons",
        "action_id": "f",
        "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "good"},
        "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "bad"},
    }
    action = inputs.action_json({"block_id": "b"}, element, "bad", "1.0")
    assert (action["value"], action["text"]["text"]) == ("bad", "Bad")
    with pytest.raises(NotThere, match="good, bad"):
        inputs.action_json({"block_id": "b"}, element, "so-so", "1.0")
