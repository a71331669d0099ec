"""Answers that are long, slow, cut, filtered or refused because the person asks for such a one.

"count to 900" is cut at the length limit twice; "slowly count to 60" takes its time; "swear at me" meets a content
filter, "write me malware" a refusal. In Korean: "900까지 세어 줘", "천천히 60까지 세어 줘", "욕해 줘",
"악성코드 짜 줘".
"""

from __future__ import annotations

import re

from bot.demo.model.conversation import AssistantMessage, Conversation, Reply, UserMessage

I = re.IGNORECASE  # noqa: E741 - the name that the re module gives it
COUNT = re.compile(r"\bcount(?: slowly)? to (\d{1,5})\b|(\d{1,5})까지\s*(?:천천히\s*)?(?:세어|세\s*줘|세\s*봐)", I)
SLOWLY = re.compile(r"\bslowly\b|천천히", I)
FILTERED = re.compile(r"\bswear (?:at|to) me\b|욕\s*해\s*줘", I)
REFUSED = re.compile(r"\bwrite me (?:a |some )?malware\b|악성\s?코드.*(?:짜|만들어)", I)
HANGUL = re.compile(r"[ㄱ-ㆎ가-힣]")
GO_ON = re.compile(r"\A\(This is Nod, and no person's words: .*\*Continue\*", re.DOTALL)

LINE = 10
"""Numbers a line."""

LIMIT = 400
"""Numbers an answer, before it reaches its length limit."""

SLOW = 0.12
"""Seconds between two pieces of a slow answer."""


def counting(conversation: Conversation) -> Reply | None:
    """Return such an answer; None if the person asks for something else."""
    asked = [item.text for item in conversation if isinstance(item, UserMessage)]
    if not asked or not isinstance(conversation[-1], UserMessage):
        return None
    if GO_ON.match(asked[-1]):
        return _continued(conversation)
    if match := COUNT.search(asked[-1]):
        return _counted(1, int(match[1] or match[2]), slow=bool(SLOWLY.search(asked[-1])))
    korean = bool(HANGUL.search(asked[-1]))
    if FILTERED.search(asked[-1]):
        return Reply(text="음, 그럼… " if korean else "Well, if you… ", cut_by="content_filter")
    if REFUSED.search(asked[-1]):
        return Reply(
            refusal="죄송하지만 그건 도와 드릴 수 없습니다." if korean else "I'm sorry, I can't help with that."
        )
    return None


def _continued(conversation: Conversation) -> Reply | None:
    """Go on counting after the last number that was said, up to where the person wanted it to go."""
    said = next((item.text for item in reversed(conversation) if isinstance(item, AssistantMessage)), "")
    numbers = re.findall(r"\d+", said)
    wanted = [
        (int(match[1] or match[2]), bool(SLOWLY.search(item.text)))
        for item in conversation
        if isinstance(item, UserMessage) and (match := COUNT.search(item.text))
    ]
    if not numbers or not wanted:
        return None
    last, slow = wanted[-1]
    return _counted(int(numbers[-1]) + 1, last, slow=slow)


def _counted(first: int, last: int, *, slow: bool) -> Reply:
    until = min(last, first + LIMIT - 1)
    numbers = range(first, until + 1)
    lines = [" ".join(map(str, numbers[start : start + LINE])) for start in range(0, len(numbers), LINE)]
    cut = until < last
    return Reply(
        text="\n".join(lines) + ("\n" if cut else ""),
        cut_by="length" if cut else None,
        delta_seconds=SLOW if slow else None,
    )
