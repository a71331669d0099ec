"""A preview as it was kept (functions/preview.py), read back. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.words.catalogue import Words
from functions.preview import MARK
from functions.sentences import spoken


@dataclass(frozen=True)
class Number:
    """A number exactly as the JSON writes it."""

    text: str


@dataclass(frozen=True)
class Entry:
    """One value under its label; `names` go by language."""

    names: Mapping[str, str]
    kind: str | None
    value: Any
    """A text, a flag, a Number, or texts by language."""

    def read(self, words: Words) -> Any:
        """Return the value as a reader of this language has it."""
        return spoken(self.value, words.language) if isinstance(self.value, Mapping) else self.value

    def label(self, words: Words) -> str:
        return spoken(self.names, words.language)


@dataclass(frozen=True)
class Told:
    now: tuple[Entry, ...]
    then: tuple[Entry, ...]
    runs: tuple[datetime, ...]

    def now_of(self, names: Mapping[str, str]) -> Entry | None:
        """Return what is there now under an argument's label."""
        return next((each for each in self.now if each.names == names), None)

    def then_of(self, names: Mapping[str, str]) -> Entry | None:
        return next((each for each in self.then if each.names == names), None)


def read_preview(text: str) -> Told | None:
    """Read what was a `functions.Preview`; None for a line."""
    if not text.startswith(MARK):
        return None
    found = json.loads(text.removeprefix(MARK), parse_int=Number, parse_float=Number)
    runs = tuple(datetime.fromisoformat(at) for at in found["runs"])
    return Told(tuple(_entries(found["now"])), tuple(_entries(found["then"])), runs)


def _entries(found: list[Any]) -> Iterator[Entry]:
    return (Entry(names, kind, value) for names, kind, value in found)
