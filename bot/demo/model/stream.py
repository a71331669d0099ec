"""Server-sent events: one event as bytes, and a text in the small pieces that a model streams."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

PIECE = re.compile(r"\s*\S{1,6}|\s+")


@dataclass(frozen=True)
class Event:
    """One event. `paced` ones are the deltas, between which a model takes its time."""

    data: dict[str, Any] | str
    name: str | None = None
    paced: bool = False

    def encode(self) -> bytes:
        """Return the event's bytes on the wire."""
        data = self.data if isinstance(self.data, str) else json.dumps(self.data, ensure_ascii=False)
        head = "" if self.name is None else f"event: {self.name}\n"
        return f"{head}data: {data}\n\n".encode()


def pieces(text: str) -> list[str]:
    """Split a text into pieces of about a word or two; joined, they are the text."""
    return PIECE.findall(text)
