"""The bare word *continue*: kept before the ack, as a press of the button, which goes then."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.demo.workspace.state import Message
from bot.slack.going_on import GoingOn
from bot.slack.marks import Mark
from bot.slack.notes import note_blocks
from bot.slack.people import People
from bot.slack.reply import NOTE
from bot.slack.stops import Stops
from bot.slack.whisper import Whisper
from bot.slack.wishes import SaidWishes
from bot.turns.outlet import Controls
from bot.words.catalogue import words_for
from storage.ports import StorageError, Turns
from storage.records import Continued, ConversationKey, Delivery, DeliveryKind, Retried, SharedFile, Stop, Stopping
from tests.bot.slack.desk import Desk, hurry, open_desk

NOW = datetime(2030, 1, 1, tzinfo=UTC)
WORDS = words_for("en")


class Far:
    """The database and the worker, writing down what happens."""

    def __init__(self, verdict: Retried | None, stopping: Stopping = Stopping.OVER) -> None:
        self.verdict = verdict
        self.stopping = stopping
        self.happened: list[Any] = []

    async def go_on_at_word(self, said: Delivery, at: datetime) -> Continued:
        if self.verdict is None:
            raise StorageError("the disk is full")
        self.happened.append((said.text, at))
        return Continued(self.verdict, 7, datetime.fromtimestamp(0, UTC))

    async def stop(self, key: ConversationKey, user: str, at: datetime, **more: Any) -> Stop:
        self.happened.append("stop")
        return Stop(self.stopping)

    def halt(self, turn: int) -> None: ...

    def wake(self) -> None:
        self.happened.append("wake")

    async def ack(self) -> None:
        self.happened.append("ack")


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    async with open_desk() as opened:
        yield opened


def wishes(desk: Desk, far: Far) -> SaidWishes:
    whisper = Whisper(desk.client, desk.session, People(desk.client))
    turns, bot = cast(Turns, far), desk.slack.workspace.bot_id
    stops = Stops(turns, lambda: NOW, whisper, desk.client, far.halt)
    return SaidWishes(stops, GoingOn(turns, lambda: NOW, whisper, desk.client, far.wake, bot))


def said(desk: Desk, text: str, **more: Any) -> Delivery:
    return Delivery(DeliveryKind.MESSAGE, "message:1", desk.key, desk.user, text, "5.5", **more)


def note(desk: Desk, turn: int) -> Message:
    """Post the note below an answer that was cut."""
    workspace = desk.slack.workspace
    blocks = note_blocks("Too long.", None, WORDS, turn, Controls(goes_on=True))
    fields: dict[str, Any] = {"bot_id": workspace.bot_id, "text": "Too long.", "thread_ts": desk.key.thread}
    fields["metadata"] = Mark(NOTE, {"turn": str(turn)}).metadata
    return workspace.post(
        Message(workspace.next_ts(), desk.key.channel, workspace.bot.id, blocks=blocks, **fields)
    )


def whispers(desk: Desk) -> list[str]:
    found = desk.slack.workspace.messages(desk.key.channel)
    return [message.text for message in found if message.ephemeral_to == desk.user]


async def test_the_word_is_a_press_of_the_button(desk: Desk) -> None:
    before, pressed = note(desk, 6), note(desk, 7)
    far, context = Far(Retried.AGAIN), dict[str, Any]()
    asked = wishes(desk, far)
    assert await asked.by_word(said(desk, "Continue!"), context)
    assert far.happened == [("Continue!", NOW), "wake"]
    assert "actions" in str(pressed.blocks), "nobody waits for the ack"
    await asked.told(cast(Any, far.ack), context)
    assert far.happened[-1] == "ack"
    assert "actions" not in str(pressed.blocks)
    assert "Too long." in str(pressed.blocks)
    assert "actions" in str(before.blocks)
    assert whispers(desk) == []


async def test_a_word_behind_the_button_is_answered_to_who_said_it(desk: Desk) -> None:
    far, context = Far(Retried.ALREADY), dict[str, Any]()
    asked = wishes(desk, far)
    assert await asked.by_word(said(desk, "계속"), context)
    await asked.told(cast(Any, far.ack), context)
    assert whispers(desk) == [WORDS("continue-already")]


async def test_anything_else_is_a_message(desk: Desk) -> None:
    file = SharedFile("F1", "continue.txt")
    for far, text, files in [
        (Far(Retried.UNKNOWN), "continue", None),
        (Far(Retried.AGAIN), "continue with Kim", None),
        (Far(Retried.AGAIN), "continue", (file,)),
    ]:
        context = dict[str, Any]()
        asked = wishes(desk, far)
        assert not await asked.by_word(said(desk, text, files=files), context)
        await asked.told(cast(Any, far.ack), context)
        assert far.happened[-1] == "ack"
        assert "wake" not in far.happened
    assert whispers(desk) == []
    assert desk.called("conversations.replies") == desk.called("chat.update") == 0


async def test_what_could_not_be_kept_is_not_acknowledged(desk: Desk) -> None:
    with pytest.raises(StorageError):
        await wishes(desk, Far(None)).by_word(said(desk, "continue"), {})


async def test_a_stop_is_no_wish_to_go_on(desk: Desk) -> None:
    far = Far(Retried.AGAIN, Stopping.STOPPED)
    assert await wishes(desk, far).by_word(said(desk, "stop"), {})
    assert far.happened == ["stop"]
