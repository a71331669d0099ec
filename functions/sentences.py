"""What functions say to people: one text, or one a language as titles are, such as `{"en": "…", "ko": "…"}`."""

from collections.abc import Mapping
from typing import TypeAlias

Sentence: TypeAlias = str | Mapping[str, str]

ENGLISH = "en"
"""What the model is told, and who reads a language that was not written."""


def by_language(sentence: Sentence) -> dict[str, str]:
    """Return a sentence by language code; one text counts as English, as a title does.

    Whatever else an author gives is written as text: an effect may have happened, and its end has to be told.
    """
    if isinstance(sentence, Mapping):
        return {str(language): str(text) for language, text in sentence.items()}
    return {ENGLISH: str(sentence)}


def spoken(sentence: Sentence, language: str = ENGLISH) -> str:
    """Return a sentence in `language`, else in English, else as it was written first; empty if nothing was."""
    said = by_language(sentence)
    return said.get(language) or said.get(ENGLISH) or next(iter(said.values()), "")


def filled(sentence: Mapping[str, str], **values: Sentence | int | float) -> dict[str, str]:
    """Fill in a sentence's `{names}`; what differs by language is put in as that language has it."""
    return {
        language: text.format(
            **{
                name: value if isinstance(value, int | float) else spoken(value, language)
                for name, value in values.items()
            }
        )
        for language, text in sentence.items()
    }
