from typing import Any

import pytest
from slack_sdk.models import blocks as sdk

from bot.demo.workspace.blocks import check_blocks, check_view
from bot.demo.workspace.problems import refusal

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(**fields: Any) -> Json:
    return {"type": "button", "action_id": "a", "text": plain("Go")} | fields


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


FEEDBACK = {
    "type": "feedback_buttons",
    "action_id": "feedback",
    "positive_button": {"text": plain("Good"), "value": "good"},
    "negative_button": {"text": plain("Bad"), "value": "bad"},
}
CELL = {"type": "raw_text", "text": "x"}


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": plain("x" * 3000)},
        {"type": "section", "fields": [plain("x" * 2000)] * 10, "accessory": button()},
        {"type": "header", "text": plain("x" * 150)},
        {"type": "markdown", "text": "x" * 12_000},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 10},
        {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a"},
        actions(*(button(action_id=str(number)) for number in range(25))),
        actions(button(text=plain("x" * 75), value="x" * 2000, style="danger")),
        {
            "type": "context_actions",
            "elements": [FEEDBACK, {"type": "icon_button", "icon": "trash", "text": plain("x")}],
        },
        {"type": "table", "rows": [[CELL] * 20] * 100},
        {"type": "task_card", "task_id": "1", "title": "Look", "status": "in_progress"},
        {"type": "plan", "title": "Plan"},
        {"type": "alert", "text": plain("Careful"), "level": "warning"},
        {"type": "card", "title": plain("x"), "actions": [button()]},
        {"type": "container", "title": plain("x"), "child_blocks": [{"type": "divider"}]},
        {"type": "rich_text", "elements": []},
    ],
)
def test_what_is_within_the_limits_is_taken(block: Json) -> None:
    assert check_blocks([block]) == []


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"type": "sectoin"}, "unsupported type: sectoin [json-pointer:/blocks/0/type]"),
        ({"type": "section"}, "missing required field: text [json-pointer:/blocks/0]"),
        (
            {"type": "section", "text": plain("x" * 3001)},
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            {"type": "section", "text": plain("")},
            "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ),
        ({"type": "section", "text": "x"}, "must provide an object [json-pointer:/blocks/0/text]"),
        (
            {"type": "section", "fields": [plain("x")] * 11},
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
            "must be a valid enum value: plain_text [json-pointer:/blocks/0/text/type]",
        ),
        (
            {"type": "header", "text": plain("x" * 151)},
            "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            {"type": "markdown", "text": "x" * 12_001},
            "must be less than 12001 characters [json-pointer:/blocks/0/text]",
        ),
        (
            actions(*(button(action_id=str(number)) for number in range(26))),
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            actions(button(), button()),
            "`action_id` must be unique within a block: a [json-pointer:/blocks/0/elements]",
        ),
        (actions(), "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
        (
            actions(button(text=plain("x" * 76))),
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            actions(button(value="x" * 2001)),
            "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (
            actions(button(style="green")),
            "must be a valid enum value: primary, danger [json-pointer:/blocks/0/elements/0/style]",
        ),
        (actions(FEEDBACK | {"type": "plain_text_input"}), "unsupported type: plain_text_input"),
        (
            {"type": "context_actions", "elements": [button()]},
            "unsupported type: button [json-pointer:/blocks/0/elements/0/type]",
        ),
        (
            {"type": "context_actions", "elements": [FEEDBACK] * 6},
            "no more than 5 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "table", "rows": [[CELL]] * 101},
            "no more than 100 items allowed [json-pointer:/blocks/0/rows]",
        ),
        (
            {"type": "table", "rows": [[CELL] * 21]},
            "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
        ),
        (
            {"type": "container", "title": plain("x"), "child_blocks": [{"type": "x"}]},
            "unsupported type: x [json-pointer:/blocks/0/child_blocks/0/type]",
        ),
        (
            actions({"type": "static_select", "action_id": "s", "options": []}),
            "no less than 1 items allowed [json-pointer:/blocks/0/elements/0/options]",
        ),
        (
            actions(button(confirm={"title": plain("x" * 101)})),
            "must be less than 102 characters".replace("102", "101")
            + " [json-pointer:/blocks/0/elements/0/confirm/title/text]",
        ),
    ],
)
def test_what_is_beyond_a_limit_is_refused_with_its_place(block: Json, expected: str) -> None:
    assert any(expected in str(problem) for problem in check_blocks([block])), check_blocks([block])


def test_fifty_blocks_and_unique_block_ids() -> None:
    assert check_blocks([{"type": "divider"}] * 50) == []
    assert [str(each) for each in check_blocks([{"type": "divider"}] * 51)] == [
        "no more than 50 items allowed [json-pointer:/blocks]"
    ]
    assert check_blocks([{"type": "divider", "block_id": "a"}] * 2)[0].message.startswith(
        "`block_id` must be unique"
    )


def test_what_slack_sdk_builds_is_taken() -> None:
    built = [
        sdk.SectionBlock(text=sdk.MarkdownTextObject(text="*hi*")),
        sdk.ActionsBlock(elements=[sdk.ButtonElement(text="Go", action_id="go", value="1", style="primary")]),
        sdk.HeaderBlock(text="Title"),
        sdk.MarkdownBlock(text="**hi**"),
        sdk.ContextBlock(elements=[sdk.PlainTextObject(text="small")]),
        sdk.InputBlock(label="Name", element=sdk.PlainTextInputElement(action_id="name")),
    ]
    assert check_blocks([block.to_dict() for block in built]) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "dialog"}, "/view/type"),
        ({"title": plain("x" * 25)}, "/view/title/text"),
        ({"submit": None}, "/view/submit"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"blocks": [{"type": "divider"}] * 101}, "/view/blocks"),
    ],
)
def test_a_view_has_limits_of_its_own(fields: Json, expected: str) -> None:
    element = {"type": "plain_text_input", "action_id": "a"}
    view = {
        "type": "modal",
        "title": plain("Edit"),
        "submit": plain("Save"),
        "blocks": [{"type": "input", "label": plain("Name"), "element": element}],
    }
    assert check_view(view) == []
    assert expected in [problem.pointer for problem in check_view(view | fields)]


def test_a_refusal_says_it_twice_as_slack_does() -> None:
    told = refusal(check_blocks([{"type": "x"}]))
    assert told["errors"] == ["unsupported type: x [json-pointer:/blocks/0/type]"]
    assert told["response_metadata"]["messages"] == ["[ERROR] unsupported type: x [json-pointer:/blocks/0/type]"]
