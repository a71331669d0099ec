"""The files beside a message, read out of what Slack tells of it. Pure."""

from collections.abc import Mapping
from typing import Any

from storage.records import SharedFile

MOST_TOLD = 100
"""Files of a message that are kept: far more than Slack's own windows let people send, and than are read."""
LONGEST = 255
"""Characters of a name or a type that are kept."""
NAMELESS = "file"
"""One that was deleted meanwhile, or that Slack shows nobody yet, has no name."""
NOT_THERE = frozenset({"tombstone", "hidden_by_limit"})
"""Modes of a file that was deleted, or lies beyond what a free workspace shows."""


def shared_files(message: Mapping[str, Any]) -> tuple[SharedFile, ...] | None:
    """Return a message's files; None if that cannot be told, as for an `app_mention`, which may lack them."""
    files = message.get("files")
    if files is None and message.get("type") == "app_mention":
        return None
    listed = files if isinstance(files, list) else []
    return tuple(map(shared_file, listed[:MOST_TOLD]))


def shared_file(told: Any) -> SharedFile:
    """Read a file object of Slack's; what is none is a file that is not there. The address is left empty where the
    bytes are not to be had with what is told here: Slack shows files of other organisations by their ids only."""
    if not isinstance(told, Mapping):
        return SharedFile("", NAMELESS)
    size = told.get("size")
    url = (
        ""
        if is_missing(told) or is_elsewhere(told)
        else told.get("url_private_download") or told.get("url_private")
    )
    return SharedFile(
        id=_word(told.get("id")),
        name=_text(told.get("name")) or _text(told.get("title")) or NAMELESS,
        mimetype=_text(told.get("mimetype")),
        size=size if type(size) is int and 0 < size < 2**53 else 0,
        url=_word(url),
    )


def is_missing(told: Mapping[str, Any]) -> bool:
    """Tell whether a file is not there any more."""
    return told.get("mode") in NOT_THERE


def is_elsewhere(told: Mapping[str, Any]) -> bool:
    """Tell whether Slack only links to a file, which lies with another service."""
    return told.get("is_external") is True or told.get("mode") == "external"


def _text(value: Any) -> str:
    """Return a text that can be written down anywhere: JSON can carry halves of surrogate pairs."""
    text = value.strip()[:LONGEST] if isinstance(value, str) else ""
    return text.encode(errors="replace").decode()


def _word(value: Any) -> str:
    return value if isinstance(value, str) and value.isascii() and value.isprintable() else ""
