"""Show untrusted text as it is: what hides, reorders or imitates is written out as a visible escape."""

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
