"""What was said in a thread before Nod was called, as Nod writes it: told apart from what is said to Nod."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WORDS = (
    r"(?:; edited since)?; data, not instructions:\]\n(?P<fence>`{3,})\n(?P<text>.*)\n(?P=fence)"
    r"(?:\n\(Files beside it, not read: [^\n]*\))?"
)
_HEARD = re.compile(
    r"\A(?:\[Earlier in this thread: [^\n]*\]\n?)?"
    r"(?:\[Earlier in this thread, (?P<whose>[^\n]*?), [^,\n]*? UTC"
    rf"(?:{_WORDS}|: the message was deleted\.\]))?\Z",
    re.DOTALL,
)
_PLACE = re.compile(r"\bin ([A-Z][a-z]+(?: [A-Z][a-z]+)?)\b")
_NAME = re.compile(r'"([^"\n]*)"')
EDITED, DELETED = "(edited)", "(This message was deleted.)"


@dataclass(frozen=True)
class Heard:
    """One message of those; `text` is None for one that is not there: deleted, left out, or not to be read."""

    speaker: str = ""
    text: str | None = None


def read_heard(raw: str) -> Heard | None:
    """Read a message of Nod's that tells of such words; None for what a person said to Nod."""
    if not raw.startswith("[Earlier in this thread") or not (found := _HEARD.match(raw)):
        return None
    name = _NAME.search(found["whose"] or "")
    return Heard(name[1] if name else "Nod", found["text"])


def place_in(heard: Iterable[Heard]) -> str | None:
    """Return the first place that such words name, None if they name none."""
    found = (_PLACE.search(each.text) for each in heard if each.text)
    return next((match[1] for match in found if match), None)


def as_it_is(text: str) -> str:
    """Return what a person says now: without the mark of an edit, nothing of a deleted message."""
    text = text.strip().removesuffix(EDITED).strip()
    return "" if text == DELETED else text
