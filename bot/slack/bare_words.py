"""A message as its bare words, by which it is told from others that only begin so. Pure."""

import re
import unicodedata

LONGEST = 60
"""Characters of a message that may be a bare word, with what people put around it."""

EMOJI = re.compile(r":[a-z0-9_+-]+:")


def bare(text: str) -> str:
    """Return a message without its case, its punctuation and its emoji; empty for one that is too long."""
    if len(text) > LONGEST:
        return ""
    plain = EMOJI.sub(" ", unicodedata.normalize("NFKC", text).casefold()).replace("'", "").replace("’", "")
    return " ".join("".join(each if each.isalnum() else " " for each in plain).split())
