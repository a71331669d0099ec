"""Texts that every server takes back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.model import neutral
from storage.records import CallItem, ResultItem, UserItem

CONTROL = [
    "<|im_start|>",
    "[INST]",
    "[/INST]",
    "<s>",
    "</s>",
    "<<SYS>>",
    "<start_of_turn>",
    "[TOOL_CALLS]",
    "<｜end｜>",
]


@given(st.lists(st.one_of(st.text(), st.sampled_from([*CONTROL, "\\", '"']))))
def test_results_keep_their_value_and_lose_control_tokens(parts: list[str]) -> None:
    value = {"text": "".join(parts), "list": parts}
    for ensure_ascii in (True, False):
        text = neutral.output_text(ResultItem("c", json.dumps(value, ensure_ascii=ensure_ascii)))
        assert json.loads(text) == value
        assert not [token for token in CONTROL if token in text]


@given(st.text())
def test_a_speaker_cannot_leave_the_brackets(speaker: str) -> None:
    text = neutral.user_text(UserItem("Hi", "U1", speaker))
    if text != "Hi":
        assert text.startswith("[")
        assert text.endswith("] Hi")
        assert not set(text[1 : -len("] Hi")]) & set("[]\n\r\u2028\u202e\x00")


@given(st.text())
def test_arguments_are_an_object_and_names_are_names(text: str) -> None:
    item = CallItem("c", text, text)
    assert isinstance(json.loads(neutral.call_arguments(item)), dict)
    name = neutral.call_name(item)
    assert 0 < len(name) <= 64
    assert name.isascii()


def test_good_arguments_stay_as_they_are() -> None:
    assert neutral.call_arguments(CallItem("c", "one", '{ "x":1}')) == '{ "x":1}'
