"""An answer that only its asker saw is shared once, however often the button is pressed."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import AsyncMock

import pytest

from bot.slack.sharing import Sharing
from bot.words.catalogue import words_for

WORDS = words_for("en")


@dataclass
class Told:
    """What was written by the click's response_url: to everybody, and to the asker."""

    taken: list[bool | None] = field(default_factory=list)
    everybody: list[str] = field(default_factory=list)
    asker: list[str] = field(default_factory=list)

    async def words(self, pressed: Any) -> Any:
        return WORDS

    async def answer(self, pressed: Any, text: str) -> None:
        self.asker.append(text)

    async def respond(self, pressed: Any, text: str, **message: Any) -> bool | None:
        await asyncio.sleep(0)
        if message["response_type"] == "ephemeral":
            self.asker.append(text)
            return True
        self.everybody.append(text)
        return self.taken.pop(0) if self.taken else True


def click(user: str = "U1") -> dict[str, Any]:
    return {
        "user": {"id": user, "team_id": "T1"},
        "actions": [{"value": "7"}],
        "response_url": "https://hooks.slack.example/1",
        "container": {"is_ephemeral": True},
    }


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def sharing(told: Told) -> Sharing:
    history: Any = AsyncMock()
    history.answer.return_value = ("U1", "how many?", "Twenty-four.")
    whisper: Any = told
    return Sharing(history, whisper)


async def test_of_two_clicks_at_once_one_posts_and_tells_for_both(sharing: Sharing, told: Told) -> None:
    """The second is silent on purpose: the first one's words take the place of the message with the button, so
    whoever pressed twice reads that it is shared, once."""
    acks = [AsyncMock(), AsyncMock()]
    await asyncio.gather(*(sharing.share(ack, click()) for ack in acks))
    assert [ack.await_count for ack in acks] == [1, 1]
    assert told.everybody == ["Twenty-four."]
    assert told.asker == [WORDS("answer-shared")]


async def test_what_slack_did_not_take_can_be_shared_again(sharing: Sharing, told: Told) -> None:
    told.taken = [False, True]
    for _ in range(2):
        await sharing.share(AsyncMock(), click())
    assert told.everybody == ["Twenty-four."] * 2
    assert told.asker == [WORDS("answer-not-shared"), WORDS("answer-shared")]


async def test_another_person_shares_nothing(sharing: Sharing, told: Told) -> None:
    await sharing.share(AsyncMock(), click("U2"))
    assert (told.everybody, told.asker) == ([], [WORDS("answer-gone")])
