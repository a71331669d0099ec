"""What a check of `nod doctor` found: a mark, a name, and the mend in the same line."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    GOOD = "✓"
    BAD = "✗"
    OPEN = "–"
    """Not tried, or not to be seen from here: `words` say why."""


@dataclass(frozen=True)
class Finding:
    """`words` name no token and quote nothing that another machine said."""

    mark: Mark
    name: str
    words: str


def good(name: str, words: str) -> Finding:
    return Finding(Mark.GOOD, name, words)


def bad(name: str, words: str) -> Finding:
    return Finding(Mark.BAD, name, words)


def unseen(name: str, words: str) -> Finding:
    return Finding(Mark.OPEN, name, words)


async def within(seconds: float, name: str, mend: str, check: Awaitable[Sequence[Finding]]) -> Sequence[Finding]:
    """Await a check's findings; when it takes too long that is its finding, with what to look at."""
    try:
        async with asyncio.timeout(seconds):
            return await check
    except TimeoutError:
        return [bad(name, f"no answer within {seconds:g} s: {mend}")]


def defect(name: str, error: BaseException) -> Finding:
    """A check that broke must not hide the others' findings."""
    return bad(name, f"the check itself failed ({type(error).__name__}): report it")


def written(findings: Sequence[Finding]) -> str:
    """Write the findings, one a line. What others named is shown as text: it steers no terminal."""
    width = max(len(finding.name) for finding in findings)
    return "\n".join(f"{each.mark} {each.name:<{width}}  {_plain(each.words)}" for each in findings)


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
