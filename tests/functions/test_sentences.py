import ast
from string import Formatter

import pytest

from functions.sentences import Sentence, by_language, filled, spoken
from tests.source import HOME, modules, place, room, tree


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


LANGUAGES = {path.stem for path in (HOME / "bot/words").glob("*.ftl")}


def sentences() -> dict[str, dict[str, ast.expr]]:
    """Find every text by language in the source of Nod's own functions: where it stands → its texts."""
    found = {}
    for name, path in modules().items():
        for node in ast.walk(tree(path)) if room(name) == "functions" else ():
            if isinstance(node, ast.Dict):
                keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
                if "en" in keys and any(isinstance(text, ast.Constant | ast.JoinedStr) for text in node.values):
                    where = f"{place(path)}:{node.lineno}"
                    found[where] = {str(key): text for key, text in zip(keys, node.values, strict=True)}
    return found


def names(text: ast.expr) -> set[str]:
    """Find what is filled into a text: names in brackets, or an f-string's expressions."""
    if isinstance(text, ast.Constant):
        return {name for _, name, _, _ in Formatter().parse(str(text.value)) if name}
    return {ast.unparse(part.value) for part in ast.walk(text) if isinstance(part, ast.FormattedValue)}


def test_nods_own_functions_speak_every_language() -> None:
    found = sentences()
    assert len(found) > 40
    assert {where: set(texts) for where, texts in found.items() if set(texts) != LANGUAGES} == {}


def test_every_language_fills_in_the_same() -> None:
    apart = {
        "inside",
        "service",
    }  # a sentence's first words are written small inside another one, where there is case
    assert [
        where
        for where, texts in sentences().items()
        if len({frozenset(names(text) - apart) for text in texts.values()}) > 1
    ] == []
