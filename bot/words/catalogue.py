"""Everything that Nod itself says, one Fluent file a language; a third language is one more file."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

DEFAULT = "en"


class Words:
    """One language's messages: `words("greeting", name="Kim")`."""

    def __init__(self, language: str, bundle: FluentBundle) -> None:
        self.language = language
        self._bundle = bundle

    def __call__(self, key: str, /, **values: Any) -> str:
        """Return the message. Raises KeyError for a key that the catalogue has not, ValueError for a missing
        value: both are defects, and `tests/bot/words` looks for them."""
        pattern = self._bundle.get_message(key).value
        if pattern is None:
            raise KeyError(key)
        text, errors = self._bundle.format_pattern(pattern, values)
        if errors:
            raise ValueError(f"{self.language}: {key}: {errors}")
        return str(text)


def words_for(locale: str) -> Words:
    """Choose the language of a Slack locale such as `ko-KR`; English where there is no file for it."""
    language = locale.replace("_", "-").split("-")[0].lower()
    found = catalogues()
    return found.get(language, found[DEFAULT])


def words_by_language(key: str, /, **values: Any) -> dict[str, str]:
    """Return a message in every language that there is, for what is kept now and read by somebody later."""
    return {language: words(key, **values) for language, words in catalogues().items()}


@cache
def catalogues() -> Mapping[str, Words]:
    """Read every `*.ftl` beside this file, by language code."""
    found = {}
    for source in files(__package__).iterdir():
        language, dot, ending = source.name.partition(".")
        if dot and ending == "ftl":
            # isolating marks would show as boxes in some clients, and both languages run left to right
            bundle = FluentBundle([language], use_isolating=False)
            bundle.add_resource(FluentResource(source.read_text(encoding="utf-8")))
            found[language] = Words(language, bundle)
    return found
