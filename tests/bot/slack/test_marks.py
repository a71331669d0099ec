"""What Nod said in a thread is read page by page."""

from collections.abc import Sequence
from typing import Any

import pytest

from bot.slack.marks import Mark, find_marked, own_messages
from storage.records import ConversationKey

KEY = ConversationKey("T1", "C1", "1.0")
MARK = Mark("nod_note", {"turn": "1"})


class Pages:
    """A thread of one message a page, told by a cursor that leads from one to another."""

    def __init__(self, cursors: Sequence[str]) -> None:
        self.cursors = cursors
        self.asked: list[str | None] = []

    async def conversations_replies(self, *, cursor: str | None, **_: Any) -> dict[str, Any]:
        self.asked.append(cursor)
        assert len(self.asked) < 10, "it is read for ever"
        number = len(self.asked)
        message = {"ts": f"{number + 1}.0", "bot_id": "B1", "metadata": MARK.metadata if number == 3 else None}
        following = self.cursors[min(number, len(self.cursors)) - 1]
        return {"messages": [message], "response_metadata": {"next_cursor": following}}


async def test_every_page_is_read() -> None:
    pages: Any = Pages(["a", "b", ""])
    assert await find_marked(pages, "B1", KEY, 0.0, MARK) == "4.0"
    assert pages.asked == [None, "a", "b"]


@pytest.mark.parametrize("cursors", [["a"], ["a", "b", "a"]])
async def test_pages_that_go_round_in_circles_say_nothing(cursors: list[str]) -> None:
    """To take them for the whole thread might post a message twice."""
    pages: Any = Pages(cursors)
    with pytest.raises(LookupError):
        await own_messages(pages, "B1", KEY, 0.0)
