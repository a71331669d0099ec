"""The hash chain of the audit, so that anybody with an export and a SHA-256 can follow it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FIELDS = ("id", "action_id", "at", "event", "actor", "details")
"""What is hashed of a row, beside the hash before."""

KEPT = "kept"
"""The detail that has the digests of the texts that stand beside a row, by their names."""


def link(previous: str, row: Mapping[str, Any]) -> str:
    """Return a row's hash: SHA-256, in hex, over `previous`, a line feed, and the row's FIELDS as canonical JSON
    in UTF-8: sorted keys, no white space, nothing escaped that need not be.

    `at` is a text in UTC with microseconds and offset, `details` an object. Raises TypeError or ValueError for
    what is no JSON.
    """
    fields = {name: row[name] for name in FIELDS}
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def text_digest(salt: str, text: str) -> str:
    """Return the digest of a text beside a row: SHA-256, in hex, over `salt`, a line feed and the text (UTF-8)."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()
