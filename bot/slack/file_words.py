"""What Nod says to a person about files that the model is not shown, or not all of. Pure."""

from collections.abc import Mapping, Sequence

from bot.files.contents import LeftOut, Reason, Unreadable
from bot.slack.block_kit import weight
from bot.slack.visible import escape_mrkdwn, visible
from bot.turns.attachments import MOST_FILES, Unfetched, Unread
from bot.words.catalogue import Words

KEYS: Mapping[Reason | Unfetched, str] = {
    Reason.TOO_LARGE: "file-too-large",
    Reason.TOO_MANY_PIXELS: "file-too-many-pixels",
    Reason.UNSUPPORTED: "file-unsupported",
    Reason.MISMATCH: "file-mismatch",
    Reason.ENCRYPTED: "file-encrypted",
    Reason.BROKEN: "file-broken",
    Reason.TOOK_TOO_LONG: "file-took-too-long",
    Reason.TOO_MUCH: "file-too-much",
    Reason.EMPTY: "file-empty",
    Reason.NO_TEXT: "file-no-text",
    Unfetched.NO_SCOPE: "file-no-scope",
    Unfetched.GONE: "file-gone",
    Unfetched.ELSEWHERE: "file-elsewhere",
    Unfetched.UNREACHABLE: "file-unreachable",
    Unfetched.NOT_SEEN: "file-not-seen",
    Unfetched.NO_ROOM: "file-no-room",
    Unfetched.NOT_NOW: "file-not-now",
    Unfetched.NO_TIME: "file-no-time",
    Unfetched.TOO_MANY: "file-too-many",
    Unfetched.NOT_TOLD: "file-not-told",
    Unfetched.REFUSED: "file-refused",
}

LONGEST_NAME = 80
"""Weight, as Slack counts characters, of a name that is shown: a line has to fit into a section."""
MOST_PARTS = 3
"""Parts of one file that are named as left out."""


def unread_note(unread: Sequence[Unread], words: Words) -> str:
    """Word it, a line a file (mrkdwn); those that were too many have one line together."""
    lines = [sentence(each, words) for each in unread if each.why is not Unfetched.TOO_MANY]
    if more := sum(each.why is Unfetched.TOO_MANY for each in unread):
        lines.append(words(KEYS[Unfetched.TOO_MANY], count=more, most=MOST_FILES))
    return "\n".join(lines)


def sentence(unread: Unread, words: Words) -> str:
    name = shown_name(unread.name)
    match unread.why:
        case Unreadable(Reason.UNSUPPORTED, instead) if instead:
            return words("file-save-as", name=name, kind=f".{instead}" if instead != "utf-8" else "UTF-8")
        case Unreadable(Reason.TOO_LARGE as reason, limit=limit):
            return words(KEYS[reason], name=name, limit=size(limit))
        case Unreadable(Reason.TOO_MANY_PIXELS as reason, limit=limit):
            return words(KEYS[reason], name=name, limit=f"{limit / 1_000_000:g}")
        case Unreadable(reason):
            return words(KEYS[reason], name=name)
        case Unfetched() as why:
            return words(KEYS[why], name=name)
        case parts:
            told = [left_out(part, words) for part in parts[:MOST_PARTS]]
            if len(parts) > MOST_PARTS:
                told.append(words("file-more-parts", count=len(parts) - MOST_PARTS))
            return words("file-in-part", name=name, parts="; ".join(told))


def size(limit: int) -> str:
    """Write a number of bytes as people read it, in powers of ten, rounded down: such as "20 MB"."""
    for unit, name in ((1_000_000, "MB"), (1_000, "kB")):
        if limit >= unit:
            return f"{limit * 10 // unit / 10:g} {name}"
    return f"{limit} B"


def left_out(part: LeftOut, words: Words) -> str:
    """Name what was left out, such as "pages 51–80"."""
    told = words(
        f"file-part-{part.unit}",
        first=part.first,
        last=part.last or 0,
        range="on" if part.last is None else "one" if part.first == part.last else "many",
    )
    return f"{told} ({shown_name(part.where)})" if part.where else told


def shown_name(name: str) -> str:
    """Return a name on one line as it is, of a length that a sentence has room for, for mrkdwn."""
    name = visible(" ".join(name.split()))
    if weight(name) <= LONGEST_NAME:
        return escape_mrkdwn(name)
    while weight(name) >= LONGEST_NAME:
        name = name[:-1]
    return escape_mrkdwn(name) + "…"
