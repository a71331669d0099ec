"""Makes Markdown that is still being written readable: what is open is closed, for showing only."""

import re

_MARKS = re.compile(r"`+|\*{1,3}|~~")
_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_FENCE = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)


def closed(text: str) -> str:
    """Return Markdown whose last block has no open emphasis, no open code and no table without its rule yet.

    Without this a reader sees `**Paul` before the closing marks arrive, and a table's head as plain text.
    """
    if len(_FENCE.findall(text)) % 2:
        return text  # an open fence is code to its end already
    before, gap, block = text.rpartition("\n\n")
    lines = block.split("\n")
    if lines[0].lstrip().startswith("|"):
        if len(lines) < 3 and not _is_ruled(lines):
            return before
        before, gap, block = before + gap + "\n".join(lines[:-1]), "\n", lines[-1]
    return before + gap + _closed(block)


def _is_ruled(lines: list[str]) -> bool:
    """Tell whether a table's head has its whole rule below it."""
    return len(lines) > 1 and _RULE.fullmatch(lines[1]) is not None and lines[1].count("|") == lines[0].count("|")


def _closed(block: str) -> str:
    if block.endswith(("*", "`", "~")) and (_open(block) or not block.endswith(("*", "`", "~~"))):
        # the marks at the end have just begun, or are half of those that close
        block = block.rstrip("*`~")
    open_marks = _open(block)
    return block.rstrip() + "".join(reversed(open_marks)) if open_marks else block


def _open(block: str) -> list[str]:
    """List the marks that are not closed, in their order; inside code nothing else counts."""
    found: list[str] = []
    for match in _MARKS.finditer(block):
        mark = match[0]
        if found and found[-1] == mark:
            found.pop()
        elif found and found[-1].startswith("`"):
            continue
        elif not block[match.end() : match.end() + 1].isspace():
            found.append(mark)
    return found
