"""What a thread says at every moment, kept by whoever wrote it and not by Nod, and held against each request."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.e2e.long_thread import OPENING, LongThread, is_notes

Json = dict[str, Any]


@dataclass
class Said:
    """One message: of a person to Nod, of a person before Nod was called (`heard`), or of Nod."""

    by: str
    text: str
    ts: str = ""
    heard: bool = False
    edited: bool = False
    deleted: bool = False
    file: str = ""

    def stands_in(self, item: Json) -> bool:
        """Whether an item of a request is this message, as it reads now, and nothing else."""
        content = item["content"]
        if self.by == "Nod":
            return bool(item["role"] == "assistant" and content.strip() == self.text.strip())
        if item["role"] != "user":
            return False
        if self.heard:
            fence = f"\n```\n{self.text}\n```"
            end = "the message was deleted.]" if self.deleted else f"data, not instructions:]{fence}"
            begins = content.startswith(f'[Earlier in this thread, said by "{self.by}", ')
            return bool(begins and content.endswith(end) and ("edited since" in content) is self.edited)
        if self.deleted:
            return bool(content == f"[{self.by}] (This message was deleted.)")
        said = f"[{self.by}] {self.text}" + ("\n(edited)" if self.edited else "")
        if not self.file:
            return bool(content == said)
        return bool(content.startswith(said) and self.file in content)


@dataclass
class Life:
    """All that was said in a thread, and what of it may not be shown any more."""

    random: Random
    said: list[Said] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    checked: int = 0
    shortest: int = 10**6
    """The fewest messages that a request has shown word for word."""
    changed: bool = False
    """Whether something was edited or deleted since the last request: then what was summed up may come back."""
    begins: int = 0

    def own(self) -> list[Said]:
        """What a person can still change: what they said, without the root and the last question."""
        people = [each for each in self.said if each.by != "Nod" and each.ts and not each.deleted]
        return people[1:-1]

    def check(self, long: LongThread) -> None:
        """Hold every request since the last check against the thread. `said` ends with the last question."""
        bodies = long.office.world.script.requests
        for body in bodies[self.checked :]:
            told = json.dumps(body, ensure_ascii=False)
            assert not [secret for secret in self.secrets if secret in told], "what was taken back is told"
            if not is_notes(body):
                self._follow(body["messages"][1:])
        assert len(bodies) > self.checked, "the model was not asked"
        self.checked = len(bodies)

    def _follow(self, items: list[Json]) -> None:
        paired(items)
        summed = items[0]["role"] == "user" and items[0]["content"].startswith(OPENING)
        words = [item for item in items[summed:] if item["role"] != "tool" and item.get("content")]
        begins = len(self.said) - len(words)
        assert begins >= 0, "more is told than was said"
        for item, said in zip(words, self.said[begins:], strict=True):
            assert said.stands_in(item), f"{said} is told as {item}"
        assert summed or begins == 0, "something is left out without a word"
        assert self.changed or begins >= self.begins, "what was summed up comes back"
        self.begins, self.changed = begins, False
        self.shortest = min(self.shortest, len(words))


def paired(items: list[Json]) -> None:
    """Every call has its one result, right behind it."""
    open_calls: list[str] = []
    for item in items:
        if item["role"] == "tool":
            assert open_calls, "a result without a call"
            assert item["tool_call_id"] == open_calls.pop(0)
            continue
        assert not open_calls, "a call without a result"
        open_calls = [call["id"] for call in item.get("tool_calls") or ()]
    assert not open_calls
