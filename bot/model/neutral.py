"""The neutral items as texts that every server takes back, whatever a person, a function or a model wrote."""

import json
import re
import unicodedata

from storage.records import CallItem, ResultItem, SummaryItem, UserItem

SUMMARY_MARK = "[Summary of the conversation so far, written by the assistant]"

# Some hosts read their chat template's control tokens wherever they stand; JSON can write `<` and `[` as escapes.
_CONTROL = re.compile(
    r"<(?=[|｜]|<SYS>>|</SYS>>|/?s>|(?:start|end)_of_turn>|/?tool_)"
    r"|\[(?=/?(?:INST|TOOL_|AVAILABLE_TOOLS|SYSTEM_PROMPT))"
)
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_-]")


def user_text(item: UserItem) -> str:
    """Write what a person said, after their name in brackets where several people talk."""
    speaker = "".join(
        " " if character.isspace() else character
        for character in item.speaker
        if character.isspace() or (character not in "[]" and unicodedata.category(character)[0] != "C")
    )
    name = " ".join(speaker.split())
    return f"[{name}] {item.text}" if name else item.text


def summary_text(item: SummaryItem) -> str:
    """Write a summary so that it is not taken for a person's words."""
    return f"{SUMMARY_MARK}\n{item.text}"


def output_text(item: ResultItem) -> str:
    """Write a result: the same JSON value, with the control tokens of chat templates spelled as escapes."""
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", item.output_json)


def call_name(item: CallItem) -> str:
    """Write the called function's name in the letters that servers accept, even if the model made it up."""
    return _NOT_IN_NAMES.sub("_", item.function)[:64] or "unknown"


def call_arguments(item: CallItem) -> str:
    """Write a call's arguments as a JSON object: some servers parse them and refuse a history with broken ones.

    The result of such a call tells the model what was wrong.
    """
    try:
        value = json.loads(item.arguments_json)
    except (ValueError, RecursionError):
        return "{}"
    return item.arguments_json if isinstance(value, dict) else "{}"
