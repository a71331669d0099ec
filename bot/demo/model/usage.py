"""Token counts: an estimate of four bytes a token, and a prompt cache that hits on equal beginnings only.

As OpenAI describes it, a cache hit covers at least 1,024 tokens and grows in steps of 128.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

BYTES_PER_TOKEN = 4
CACHE_MINIMUM = 1024
CACHE_STEP = 128
REMEMBERED_PREFIXES = 20_000


@dataclass(frozen=True)
class Usage:
    """Tokens of one request; `reasoning` is part of `output`."""

    input: int
    cached: int
    output: int
    reasoning: int = 0

    @property
    def total(self) -> int:
        return self.input + self.output


def count_tokens(text: str) -> int:
    """Estimate the tokens of a text."""
    return -(-len(text.encode()) // BYTES_PER_TOKEN)


class PromptCache:
    """Remembers the beginnings of earlier inputs, the way a provider's prompt cache does."""

    def __init__(self) -> None:
        self._prefixes: OrderedDict[bytes, None] = OrderedDict()

    def measure(self, parts: Sequence[Any]) -> tuple[int, int]:
        """Return (input tokens, cached tokens) of an input given as its JSON parts in order, and remember it."""
        digest = hashlib.sha256()
        total = hit = 0
        unbroken = True
        for part in parts:
            text = json.dumps(part, ensure_ascii=False, sort_keys=True)
            digest.update(text.encode() + b"\0")
            total += count_tokens(text)
            key = digest.digest()
            unbroken = unbroken and key in self._prefixes
            if unbroken:
                hit = total
            self._prefixes[key] = None
            self._prefixes.move_to_end(key)
        while len(self._prefixes) > REMEMBERED_PREFIXES:
            self._prefixes.popitem(last=False)
        return total, hit // CACHE_STEP * CACHE_STEP if hit >= CACHE_MINIMUM else 0
