import pytest

from functions.sentences import Sentence, by_language, filled, spoken


@pytest.mark.parametrize(
    ("sentence", "language", "said"),
    [
        ({"en": "Yes.", "ko": "네."}, "ko", "네."),
        ({"en": "Yes.", "ko": "네."}, "ja", "Yes."),
        ({"ko": "네."}, "en", "네."),
        ({"en": "Yes.", "ko": ""}, "ko", "Yes."),
        ("Yes.", "ko", "Yes."),
        ({}, "ko", ""),
        ("", "en", ""),
    ],
)
def test_a_sentence_is_said_in_a_language_or_in_english_or_as_it_was_written(
    sentence: Sentence, language: str, said: str
) -> None:
    assert spoken(sentence, language) == said


def test_one_text_is_english() -> None:
    assert by_language("Yes.") == {"en": "Yes."}


def test_what_is_filled_in_is_said_in_the_same_language() -> None:
    sentence = {"en": "{service} is busy ({status}).", "ko": "{service}에 요청이 몰렸습니다({status})."}
    assert filled(sentence, service={"en": "The bank", "ko": "은행"}, status=429) == {
        "en": "The bank is busy (429).",
        "ko": "은행에 요청이 몰렸습니다(429).",
    }
    assert filled(sentence, service="{status}", status=1)["ko"] == "{status}에 요청이 몰렸습니다(1)."
