"""The page's catalogue: every language says everything, with the same values in it."""

import re

import pytest

from bot.demo.page.words import CATALOGUES, EXAMPLES, LANGUAGE_NAMES, language_of


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_language_says_the_same(language: str) -> None:
    english = CATALOGUES["en"]
    assert CATALOGUES[language].keys() == english.keys()
    for key, text in CATALOGUES[language].items():
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", english[key])), key
    assert sorted(EXAMPLES[language]) == sorted(EXAMPLES["en"])
    assert language in LANGUAGE_NAMES


@pytest.mark.parametrize(("locale", "language"), [("ko-KR", "ko"), ("en-US", "en"), ("de-DE", "en"), ("", "en")])
def test_language_of(locale: str, language: str) -> None:
    assert language_of(locale) == language
