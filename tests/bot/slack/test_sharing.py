"""*Share*: at the click of who asked, once, and whoever presses again is told why nothing more comes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from bot.demo.workspace import payloads
from bot.demo.workspace.state import Message
from bot.slack.cards import SHARE, shareable_answer
from bot.slack.people import People
from bot.slack.sharing import Sharing
from bot.slack.whisper import Whisper
from bot.words.catalogue import words_for
from storage.ports import History
from tests.bot.slack.desk import Desk, hurry, open_desk

WORDS = words_for("en")


class Far:
    """The database."""

    def __init__(self, user: str) -> None:
        self.user = user

    async def answer(self, turn: int) -> tuple[str, str, str] | None:
        return (self.user, "how much?", "It is **42**.") if turn == 7 else None


class SlowWhisper(Whisper):
    """Holds what is posted into the channel until it may go."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.client, desk.session, People(desk.client))
        self.posting, self.go = asyncio.Event(), asyncio.Event()
        self.takes: bool | None = True

    async def respond(self, pressed: Any, text: str, **message: Any) -> bool | None:
        if message.get("response_type") != "in_channel":
            return await super().respond(pressed, text, **message)
        self.posting.set()
        await self.go.wait()
        return await super().respond(pressed, text, **message) if self.takes else self.takes


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    async with open_desk() as opened:
        yield opened


def answer(desk: Desk) -> Message:
    workspace, blocks = desk.slack.workspace, shareable_answer("It is **42**.", 7, WORDS)
    fields: dict[str, Any] = {"bot_id": workspace.bot_id, "text": "It is 42.", "ephemeral_to": desk.user}
    return workspace.post(
        Message(workspace.next_ts(), desk.key.channel, workspace.bot.id, blocks=blocks, **fields)
    )


async def press(desk: Desk, sharing: Sharing, message: Message, value: str = "7") -> None:
    workspace = desk.slack.workspace
    body = payloads.interaction(workspace, "block_actions", workspace.users[desk.user], "1.2.x")
    body |= payloads.message_click(workspace, message, {})
    url = desk.slack.response_urls.issue(desk.slack.origin, desk.key.team, message.channel, desk.user, message.ts)
    body["response_url"] = url.url
    body["actions"] = [{"type": "button", "action_id": SHARE, "block_id": "b", "value": value}]

    async def ack() -> None: ...

    await sharing.share(cast(Any, ack), body)


def whispers(desk: Desk) -> list[str]:
    found = desk.slack.workspace.messages(desk.key.channel)
    return [message.text for message in found if message.ephemeral_to == desk.user]


def shared(desk: Desk) -> int:
    found = desk.slack.workspace.messages(desk.key.channel)
    return sum("It is **42**." in str(message.blocks) and not message.ephemeral_to for message in found)


async def test_a_second_press_is_told_that_it_is_shared_already(desk: Desk) -> None:
    whisper, message = SlowWhisper(desk), answer(desk)
    sharing = Sharing(cast(History, Far(desk.user)), whisper)
    first = asyncio.create_task(press(desk, sharing, message))
    await whisper.posting.wait()
    await press(desk, sharing, message)
    assert whispers(desk) == ["It is 42.", WORDS("answer-share-again")], "the answer and its button stay"
    whisper.go.set()
    await first
    assert whispers(desk) == [WORDS("answer-shared"), WORDS("answer-share-again")]
    await press(desk, sharing, message)
    assert whispers(desk)[2:] == [WORDS("answer-share-again")]
    assert shared(desk) == 1


@pytest.mark.parametrize(("takes", "told"), [(False, "answer-not-shared"), (None, "answer-share-unsure")])
async def test_what_was_not_surely_shared_can_be_shared_again(desk: Desk, takes: bool | None, told: str) -> None:
    whisper, message = SlowWhisper(desk), answer(desk)
    sharing = Sharing(cast(History, Far(desk.user)), whisper)
    whisper.takes = takes
    whisper.go.set()
    await press(desk, sharing, message)
    assert whispers(desk) == ["It is 42.", WORDS(told)]
    whisper.takes = True
    await press(desk, sharing, message)
    assert whispers(desk) == [WORDS("answer-shared"), WORDS(told)]
    assert shared(desk) == 1


@pytest.mark.parametrize("value", ["8", "x"])
async def test_what_is_not_theirs_is_not_shared(desk: Desk, value: str) -> None:
    whisper = SlowWhisper(desk)
    await press(desk, Sharing(cast(History, Far(desk.user)), whisper), answer(desk), value)
    await press(desk, Sharing(cast(History, Far("U0OTHER")), whisper), answer(desk))
    assert whispers(desk).count(WORDS("answer-gone")) == 2
    assert shared(desk) == 0
