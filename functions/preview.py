"""What a card says beside the arguments, field by field, as a function's `preview` returns it.

    return Preview(now={NAME: "Tiger Nixon", SALARY: 320_800})

It is kept with the action as text, because before the effect it has to be the same still: its labels in every
language, since the card of another day has to read as this one does.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from functions.contract import Label
from functions.moments import moment, steady
from functions.sentences import Sentence, by_language

MARK = "\x1e"
"""Begins what was a Preview. A line of text never begins with it, so that none passes for one."""

MAX_LINE = 500
"""Characters of a line, or of all values together; a longer preview is left out, as nothing on a card is cut."""

Value = Sentence | int | float | bool
"""A text may differ by language, as a title does."""


@dataclass(frozen=True)
class Preview:
    """`now` is what is there: a card names it, and sets a number that an argument of the same label would change
    before the new one. `then` is what the arguments come to where they do not say it all, such as by whose clock.
    `runs` are times, which may move on; each reader is shown them by their own clock.
    """

    now: Mapping[Label, Value] = field(default_factory=dict)
    then: Mapping[Label, Value] = field(default_factory=dict)
    runs: Sequence[datetime] = ()


def written(preview: Preview | str) -> str:
    """Write a preview as it is kept; empty if there is nothing in it or too much."""
    if isinstance(preview, str):
        line = preview.lstrip(MARK)
        return line if len(line) <= MAX_LINE else ""
    values = [*preview.now.values(), *preview.then.values()]
    if not (values or preview.runs) or sum(len(str(value)) for value in values) > MAX_LINE:
        return ""
    fields = {
        name: [
            [label.names, label.kind, by_language(value) if isinstance(value, Mapping) else value]
            for label, value in entries.items()
        ]
        for name, entries in (("now", preview.now), ("then", preview.then))
    }
    return MARK + json.dumps({**fields, "runs": [moment(at) for at in preview.runs]}, ensure_ascii=False)


def lasting(text: str) -> str:
    """Return a written preview without its times: what has to be the same when an action runs."""
    if not text.startswith(MARK):
        return steady(text)
    return json.dumps({**json.loads(text.removeprefix(MARK)), "runs": []}, ensure_ascii=False)
