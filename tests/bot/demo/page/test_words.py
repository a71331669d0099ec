"""The page's catalogue: every language says everything, with the same values in it."""

import re

import pytest

from bot.demo.model.conversation import Tool, UserMessage
from bot.demo.model.rules import reply
from bot.demo.model.rules.calls import KNOWN
from bot.demo.page.words import CATALOGUES, EXAMPLES, LANGUAGE_NAMES, language_of

TOOLS = tuple(Tool(name) for name in sorted(KNOWN))


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_language_says_the_same(language: str) -> None:
    english = CATALOGUES["en"]
    assert CATALOGUES[language].keys() == english.keys()
    for key, text in CATALOGUES[language].items():
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", english[key])), key
    assert language in LANGUAGE_NAMES


@pytest.mark.parametrize("language", EXAMPLES)
def test_the_examples_are_the_readers_own_and_at_most_one_other(language: str) -> None:
    own = [(re.search("[가-힣]", text) is not None) == (language == "ko") for text in EXAMPLES[language]]
    assert own == [True, True, True, False]


@pytest.mark.parametrize("text", [text for texts in EXAMPLES.values() for text in texts])
def test_the_examples_are_understood(text: str) -> None:
    assert reply((UserMessage(text),), TOOLS).calls


@pytest.mark.parametrize(("locale", "language"), [("ko-KR", "ko"), ("en-US", "en"), ("de-DE", "en"), ("", "en")])
def test_language_of(locale: str, language: str) -> None:
    assert language_of(locale) == language
