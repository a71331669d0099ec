"""Show untrusted text as it is: what hides, reorders or imitates is written out as a visible escape."""

import re
import unicodedata

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories without a shape of their own: controls, bidirectional and zero-width marks, tag characters,
surrogates, private use, unassigned, line and paragraph separators."""

FILLERS = {"\u115f", "\u1160", "\u3164", "\uffa0", "\u2800"}
"""Letters and symbols by category that are drawn as nothing."""


def visible(text: str) -> str:
    """Return `text` with every hidden character but the line break written as `\\u{…}`."""
    return "".join(character if _shows(character) else f"\\u{{{ord(character):x}}}" for character in text)


def _shows(character: str) -> bool:
    if character == "\n":
        return True
    return unicodedata.category(character) not in HIDDEN and character not in FILLERS


def escape_mrkdwn(text: str) -> str:
    """Escape the three characters that open links, mentions and entities in Slack's mrkdwn."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape_mrkdwn(text: str) -> str:
    """Undo Slack's escaping of what a person typed."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


BROADCAST = re.compile(r"<!(here|channel|everyone|subteam\^[A-Z0-9]*)(?:(?:\|[^<>]*)?>)?")
"""A mention of many, and the beginning of one: its end may come when the beginning is shown already."""

MENTION_LENGTH = 80
"""Characters that are held back of a mention that may be opening: any of many has become one by then."""


def defused(text: str) -> str:
    """Write mentions of whole channels and groups out, so that a model's words call nobody together."""
    return BROADCAST.sub(lambda mention: f"@\u200b{mention[1].partition('^')[0]}", text)


def settled(text: str) -> int:
    """Return how many characters of a growing text can be shown: all but a mention that may still be opening."""
    start = text.rfind("<", max(0, len(text) - MENTION_LENGTH))
    return len(text) if start < 0 or ">" in text[start:] else start
