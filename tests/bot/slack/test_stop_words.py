import pytest

from bot.slack.stop_words import is_stop


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "STOP",
        "Stop.",
        " stop!! ",
        "please, stop",
        "Stop it",
        "stop :octagonal_sign:",
        "🛑 stop",
        "That’s enough",
        "그만",
        "그만!",
        "그만해 주세요.",
        "이제 그만~",
        "멈춰",
        "멈춰줘",
        "중지",
        "중단해",
        "스톱",
        "ＳＴＯＰ",
    ],
)
def test_a_bare_wish_to_stop(text: str) -> None:
    assert is_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "stop the alarm",
        "don't stop",
        "stopping",
        "when does the bus stop?",
        "cancel",
        "never mind",
        "no",
        "그만둔 직원은?",
        "그만 물어볼까?",
        "취소",
        "됐어",
        "멈춰 있는 작업은?",
        "stop " * 30,
    ],
)
def test_anything_else_is_a_message(text: str) -> None:
    assert not is_stop(text)
