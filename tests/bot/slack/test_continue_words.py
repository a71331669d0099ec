import pytest

from bot.slack.continue_words import is_continue


@pytest.mark.parametrize(
    "text",
    [
        "continue",
        "Continue.",
        "CONTINUE!",
        "please, continue",
        "continue please :pray:",
        "go on…",
        "keep going",
        "계속",
        "계속!",
        "계속해 주세요.",
        "네, 계속해주세요",
        "이어서",
        "이어서 답하기",
        "나머지도 보여줘",
        "ＣＯＮＴＩＮＵＥ",
    ],
)
def test_a_bare_wish_that_an_answer_go_on(text: str) -> None:
    assert is_continue(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "continue with the second one",
        "should we continue?!? or not",
        "don't continue",
        "stop",
        "more",
        "계속 근무하는 직원은?",
        "계속하지 마",
        "이어서 부산 날씨도",
        "그만",
        "continue " * 30,
    ],
)
def test_anything_else_is_a_message(text: str) -> None:
    assert not is_continue(text)
