import json

import pytest

from storage.redaction import redacted


@pytest.mark.parametrize(
    "token",
    [
        "xoxb-1234567890-1234567890-AbCdEfGhIjKlMnOpQrStUvWx",
        "xoxp-1-2-3-abc",
        "xoxe.xoxp-1-Mi0yLTEyMzQ",
        "xapp-1-A0123-456-abcdef",
        "sk-abcdefghijklmnopqrstuvwx",
        "sk-proj-abc_DEF-0123456789",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "the key is {}.", "({})", "Authorization: Bearer {}\n", "a\n{}", "\x1b{}", "키 {}"]
)
def test_tokens_are_taken_out_of_a_text_and_of_json(token: str, around: str) -> None:
    text = around.format(token)
    clean = around.format("[secret]")
    assert redacted(text) == clean
    for ascii_only in (True, False):
        hidden = redacted(json.dumps({"note": text, "id": 1}, ensure_ascii=ascii_only))
        assert json.loads(hidden) == {"note": clean, "id": 1}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sk-learn",
        "a risk-assessment-of-everything",
        "the token begins with xoxb-",
        '{"amount":330000,"name":"Tiger Nixon"}',
        "https://example.com/task-0123456789abcdef",
    ],
)
def test_other_texts_stay(text: str) -> None:
    assert redacted(text) == text
