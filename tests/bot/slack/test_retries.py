"""*Try again*: kept before the ack, at the right person's click alone, and always answered."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.demo.workspace import payloads
from bot.demo.workspace.state import Message
from bot.slack.notes import RETRY, note_blocks
from bot.slack.people import People
from bot.slack.retries import REFUSED, Retries
from bot.slack.whisper import Whisper
from bot.words.catalogue import words_for
from storage.ports import StorageError, Turns
from storage.records import Retried
from tests.bot.slack.desk import Desk, hurry, open_desk

NOW = datetime(2030, 1, 1, tzinfo=UTC)
WORDS = words_for("en")


class Far:
    """The database, the worker and Slack's end of the socket, writing down what happens."""

    def __init__(self, retried: Retried | None) -> None:
        self.retried = retried
        self.happened: list[Any] = []

    async def retry(self, turn: int, team: str, channel: str, user: str, at: datetime) -> Retried:
        if self.retried is None:
            raise StorageError("the disk is full")
        self.happened.append((turn, team, channel, user, at))
        return self.retried

    async def ack(self) -> None:
        self.happened.append("ack")

    def wake(self) -> None:
        self.happened.append("wake")


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    async with open_desk() as opened:
        yield opened


def note(desk: Desk, **more: Any) -> Message:
    workspace = desk.slack.workspace
    blocks = note_blocks("It did not work.", 7, WORDS)
    message = Message(
        workspace.next_ts(),
        desk.key.channel,
        workspace.bot.id,
        bot_id=workspace.bot_id,
        text="It did not work.",
        thread_ts=desk.key.thread,
        blocks=blocks,
        **more,
    )
    return workspace.post(message)


async def press(desk: Desk, message: Message, far: Far, value: str = "7") -> None:
    whisper = Whisper(desk.client, desk.session, People(desk.client))
    again = Retries(cast(Turns, far), lambda: NOW, whisper, desk.client, far.wake).again
    workspace = desk.slack.workspace
    user = workspace.users[desk.user]
    body = payloads.interaction(workspace, "block_actions", user, "1.2.x")
    body |= payloads.message_click(workspace, message, {})
    body["actions"] = [{"type": "button", "action_id": RETRY, "block_id": "b", "value": value}]
    await whisper.if_broken(again)(cast(Any, far.ack), body)


def buttons(message: Message) -> int:
    return sum(block["type"] == "actions" for block in message.blocks)


def whispers(desk: Desk) -> list[str]:
    found = desk.slack.workspace.messages(desk.key.channel)
    return [message.text for message in found if message.ephemeral_to == desk.user]


async def test_it_is_taken_up_again(desk: Desk) -> None:
    message, far = note(desk), Far(Retried.AGAIN)
    await press(desk, message, far)
    assert far.happened == [(7, desk.key.team, desk.key.channel, desk.user, NOW), "ack", "wake"]
    assert (buttons(message), whispers(desk)) == (0, [])
    assert "It did not work." in str(message.blocks)


@pytest.mark.parametrize("retried", list(REFUSED))
async def test_a_refusal_is_said_to_who_clicked(desk: Desk, retried: Retried) -> None:
    message, far = note(desk), Far(retried)
    await press(desk, message, far)
    assert [each for each in far.happened if isinstance(each, str)] == ["ack"]
    assert whispers(desk) == [WORDS(f"retry-{retried.value.replace('_', '-')}")]
    assert buttons(message) == (retried is Retried.NOT_YOURS)


async def test_what_could_not_be_kept_is_not_acknowledged(desk: Desk) -> None:
    message, far = note(desk), Far(None)
    await press(desk, message, far)
    assert far.happened == []
    assert whispers(desk) == [WORDS("click-broken")]
    assert buttons(message) == 1


@pytest.mark.parametrize("value", ["", "x", "9" * 40, "-1", "٣"])
async def test_a_value_that_is_no_turn(desk: Desk, value: str) -> None:
    far = Far(Retried.UNKNOWN)
    await press(desk, note(desk), far, value)
    assert far.happened[0][0] == 0
