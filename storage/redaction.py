"""Secrets that a person or a model put into a text by mistake: they do not belong into a record kept for ever."""

import re

SECRET = "[secret]"  # noqa: S105  what stands in its place

# Slack's tokens (xoxb-, xoxp-, xoxe.xoxp-, xapp- …) and the keys of model providers (sk-, sk-proj-, sk-ant- …).
# "sk" must begin a word, as in no "risk-": in a JSON text a word may also begin after an escape such as \n.
_TOKEN = re.compile(
    r"(?:xox[a-z](?:\.xox[a-z])?-|xapp-)[A-Za-z0-9_-]+"
    r"|(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4}))sk-[A-Za-z0-9_-]{16,}"
)


def redacted(text: str) -> str:
    """Put `[secret]` in the place of everything in a text that looks like a token. A JSON text stays valid."""
    return _TOKEN.sub(SECRET, text)
