from dataclasses import replace
from typing import Any

import pytest

from bot.demo.workspace.blocks import check_blocks
from bot.slack.batch_card import BATCH, CONFIRM_ALL, batch_card, batch_fallback, batchable
from bot.words.catalogue import words_for
from functions import Label, Preview
from functions.preview import written
from storage.records import Action, ActionState
from tests.bot.slack.sample import FUNCTIONS, action, buttons, change, delete, elements, mrkdwn, note, plain_texts

BATCH_ID = "b" * 43
EN = words_for("en")


def one(state: ActionState = ActionState.PENDING, called: str = "change", **arguments: Any) -> Action:
    return replace(action(state, called, **arguments), batch=BATCH_ID)


def test_a_batch_lists_every_action_with_its_arguments_and_state() -> None:
    actions = [
        one(employee_id=1, name="Kim · Employee number: 5"),
        one(ActionState.SUCCEEDED, "note", text="x\ny"),
        one(ActionState.WITHDRAWN, employee_id=3),
        replace(one(ActionState.WITHDRAWN, employee_id=4), superseded_by="y"),
        one(employee_id=5),
    ]
    shown = plain_texts(batch_card(actions, FUNCTIONS, EN))
    assert '1. Change a record (waiting)\nEmployee number: 1\nName: "Kim · Employee number: 5"\n' in shown
    assert "2. Add a note (done)\nSee its own card above.\n" in shown
    assert "3. Change a record (withdrawn)\nEmployee number: 3" in shown
    assert "4. Change a record (changed: see the new card)" in shown
    assert "Confirm all 2" in shown


def test_a_batch_says_whose_each_is() -> None:
    name, age = Label(en="Name"), Label(en="Age")
    kept = written(Preview(now={name: "Ashton Cox", age: 66}))
    shown = plain_texts(batch_card([replace(one(employee_id=3), preview=kept), one(employee_id=4)], FUNCTIONS, EN))
    assert "Employee number: 3\nNow:\n• Name: Ashton Cox\n• Age: 66\n\n2. " in shown


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("state", ActionState)
def test_there_is_a_button_while_two_are_pending(state: ActionState, language: str) -> None:
    blocks = batch_card([one(employee_id=1), one(state, employee_id=2)], FUNCTIONS, words_for(language))
    found = {name: button["value"] for name, button in buttons(blocks).items()}
    assert found == ({CONFIRM_ALL: BATCH_ID} if state is ActionState.PENDING else {})
    left = words_for(language)("batch-over", waiting=1)
    assert (left in mrkdwn(blocks)) is (state is not ActionState.PENDING)
    assert check_blocks(blocks) == []
    assert batch_fallback([one(), one()], words_for(language))


@pytest.mark.parametrize("sign", ["x", "&", "😀", "\u202e"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_whole_batch_stays_within_slacks_limits(sign: str, language: str) -> None:
    for length in (30, 60, 150, 290, 3_000):
        kept = written(Preview(now={Label(en="Name"): sign * (500 - length)} if length < 500 else {}))
        actions = [replace(one(employee_id=number, name=sign * length), preview=kept) for number in range(BATCH)]
        named = {"change": replace(change, titles={"en": "&" * 100, "ko": "가" * 100})}
        blocks = batch_card(actions, named, words_for(language))
        assert check_blocks(blocks) == []
        assert sum("(" in line and ". " in line for line in plain_texts(blocks).split("\n")) >= BATCH


def test_nothing_of_the_model_is_markup() -> None:
    blocks = batch_card([one(name="<!channel>")] * 2, FUNCTIONS, EN)
    assert not [each for each in elements(blocks) if each.get("type") == "mrkdwn" and "<" in each["text"]]


def test_what_stands_alone() -> None:
    assert batchable(one(employee_id=1), change)
    assert batchable(one(ActionState.PENDING, "note", text="x" * 2_000), note)
    assert not batchable(one(ActionState.PENDING, "note", text="x" * 3_000), note)
    assert not batchable(one(employee_id=1), delete)
    assert not batchable(one(employee_id=1), None)
    assert not batchable(one(employee_id=1), replace(change, read_only=True))
