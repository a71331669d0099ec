import re
from importlib.resources import files

import pytest
from fluent.runtime import FluentResource
from fluent.syntax import ast

from bot.words.catalogue import catalogues, words_for

SOURCES = {path.name[:-4]: path.read_text() for path in files("bot.words").iterdir() if path.name.endswith(".ftl")}


def messages(language: str) -> dict[str, ast.Message]:
    body = FluentResource(SOURCES[language]).body
    return {entry.id.name: entry for entry in body if isinstance(entry, ast.Message)}


def values(language: str, key: str) -> set[str]:
    section = re.search(rf"^{key} =(.*?)(?=^\S|\Z)", SOURCES[language], re.M | re.S)
    assert section
    return set(re.findall(r"\$(\w+)", section[1]))


@pytest.mark.parametrize("language", SOURCES)
def test_a_catalogue_has_no_broken_message(language: str) -> None:
    assert not [entry for entry in FluentResource(SOURCES[language]).body if isinstance(entry, ast.Junk)]


def test_every_language_has_every_message_with_the_same_values() -> None:
    keys = {language: set(messages(language)) for language in SOURCES}
    assert keys["ko"] == keys["en"]
    for key in keys["en"]:
        assert {frozenset(values(language, key)) for language in SOURCES} == {frozenset(values("en", key))}, key


@pytest.mark.parametrize("language", SOURCES)
def test_every_message_can_be_said(language: str) -> None:
    words = catalogues()[language]
    for key in messages(language):
        said = words(key, **dict.fromkeys(values(language, key), 1))
        assert said
        assert "{" not in said


@pytest.mark.parametrize(
    ("locale", "language"),
    [("ko-KR", "ko"), ("ko", "ko"), ("en-GB", "en"), ("fr-FR", "en"), ("", "en"), ("KO_kr", "ko")],
)
def test_the_language_of_a_locale(locale: str, language: str) -> None:
    assert words_for(locale).language == language


def test_plurals() -> None:
    assert "one step " in words_for("en")("too-many-steps", steps=1)
    assert "12 steps " in words_for("en")("too-many-steps", steps=12)


def test_a_missing_value_is_a_defect() -> None:
    with pytest.raises(ValueError, match="greeting"):
        words_for("en")("greeting")
