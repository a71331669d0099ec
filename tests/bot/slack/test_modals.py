import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.workspace.blocks import check_view
from bot.slack.modals import (
    BACK,
    CONFIRM_READ,
    DENY_SUBMIT,
    NEXT,
    READING,
    REASON,
    REASON_LENGTH,
    pages,
    read_modal,
    read_reason,
    reading,
    reason_modal,
)
from bot.slack.values import shown_arguments
from bot.words.catalogue import words_for
from functions import Function
from storage.records import Action
from tests.bot.slack.sample import ID, action, buttons, change, delete, note, plain_texts

EN = words_for("en")


def views(asked: Action, called: Function | None, language: str = "en") -> list[dict[str, Any]]:
    words = words_for(language)
    return [read_modal(asked, called, words, page) for page in range(pages(asked, called, words))]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_only_the_last_page_confirms(language: str) -> None:
    first, *middle, last = views(action(text="x" * 40_000), note, language)
    assert middle
    for view in (first, *middle):
        assert "submit" not in view
        assert view["callback_id"] == READING
    assert last["callback_id"] == CONFIRM_READ
    assert last["submit"]["text"] == words_for(language)("card-confirm")
    assert set(buttons(first["blocks"])) == {NEXT}
    assert set(buttons(middle[0]["blocks"])) == {NEXT, BACK}
    assert set(buttons(last["blocks"])) == {BACK}
    assert {button["value"] for button in buttons(middle[0]["blocks"]).values()} == {ID}


def test_a_page_knows_its_action_and_its_place() -> None:
    found = [reading(view["private_metadata"]) for view in views(action(text="x" * 30_000), note)]
    assert found == [(ID, page) for page in range(len(found))]
    assert len(found) > 2


@pytest.mark.parametrize("text", ["", ID, "[]", '{"action": 5, "page": 1}', '{"action": "a"}', '{"page": 1}'])
def test_what_is_no_page_is_not_read(text: str) -> None:
    assert reading(text) is None


def test_a_page_that_is_not_there_is_the_nearest() -> None:
    asked = action(text="x" * 30_000)
    every = views(asked, note)
    assert read_modal(asked, note, EN, 99) == every[-1]
    assert read_modal(asked, note, EN, -5) == every[0]


def test_one_page_has_no_pages() -> None:
    [view] = views(action(text="x" * 5_000), note)
    assert view["callback_id"] == CONFIRM_READ
    assert not buttons(view["blocks"])


@pytest.mark.property
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=20),
        st.text(max_size=200) | st.lists(st.text(max_size=50), max_size=40) | st.sampled_from(["😀&<" * 2_000]),
        max_size=110,
    ),
    st.sampled_from(["en", "ko"]),
)
def test_all_pages_together_show_everything(arguments: dict[str, Any], language: str) -> None:
    asked = replace(action(), arguments_json=json.dumps(arguments), preview="now")
    found = views(asked, change, language)
    shown = "\n".join(plain_texts(view["blocks"]) for view in found)
    place = 0
    for each in shown_arguments(asked, change, words_for(language)):
        for line in each.lines:
            place = shown.index(line, place) + len(line)
    for view in found:
        assert check_view(view) == []
        assert len(json.dumps(view)) < 250_000


def test_the_longest_arguments_stay_within_slacks_limits() -> None:
    for sign in ("\U000e0041", "&", "\n", "😀", "x"):
        found = views(action(text=sign * 20_000), note)
        for view in found:
            assert check_view(view) == []
            assert len(json.dumps(view)) < 250_000


def test_a_page_that_goes_on_says_with_what() -> None:
    _, second, *_ = views(action(text="x" * 30_000), note)
    assert "*Text (continued)*" in json.dumps(second)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_destroys_says_so_and_what_is_gone_cannot_be_confirmed(language: str) -> None:
    words = words_for(language)
    [view] = views(action(employee_id=1), delete, language)
    assert words("read-destructive") in json.dumps(view, ensure_ascii=False)
    [view] = views(action(employee_id=1), None, language)
    assert (view["callback_id"], "submit" in view) == (READING, False)
    assert words("read-gone") in json.dumps(view, ensure_ascii=False)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_reason_is_optional_and_bounded(language: str) -> None:
    view = reason_modal(action(employee_id=1), change, words_for(language))
    assert check_view(view) == []
    assert (view["callback_id"], view["private_metadata"]) == (DENY_SUBMIT, ID)
    [field] = [block for block in view["blocks"] if block["type"] == "input"]
    assert field["optional"]
    assert (field["element"]["max_length"], field["element"]["multiline"]) == (REASON_LENGTH, True)


@pytest.mark.parametrize(("value", "reason"), [(None, ""), (" ", ""), (" too much\nnow ", "too much\nnow")])
def test_the_reason_is_read(value: str | None, reason: str) -> None:
    state = {"values": {REASON: {REASON: {"type": "plain_text_input", "value": value}}}}
    assert read_reason(state) == reason
    assert read_reason({}) == ""
