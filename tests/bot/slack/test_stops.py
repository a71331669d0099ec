"""A wish to stop: kept before the ack, told where it does nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.demo.workspace import payloads
from bot.demo.workspace.state import Message
from bot.slack.people import People
from bot.slack.stop_button import STOP, stop_blocks
from bot.slack.stops import RULING, Stops
from bot.slack.whisper import Whisper
from bot.words.catalogue import words_for
from storage.ports import StorageError, Turns
from storage.records import ConversationKey, Delivery, DeliveryKind, Revision, SharedFile, Stop, Stopping
from tests.bot.slack.desk import Desk, hurry, open_desk

NOW = datetime(2030, 1, 1, tzinfo=UTC)
WORDS = words_for("en")
OTHER = "U0OTHER"


class Far:
    """The database and the worker, writing down what happens."""

    def __init__(self, verdict: Stopping | None = Stopping.STOPPED) -> None:
        self.verdict = verdict
        self.happened: list[Any] = []

    async def stop(self, key: ConversationKey, user: str, at: datetime, **more: Any) -> Stop:
        if self.verdict is None:
            raise StorageError("the disk is full")
        assert [more[name].key for name in ("note", "beside")] == ["stopped", "stopped-beside"]
        self.happened.append((key, user, more["turn"], more["ts"]))
        await asyncio.sleep(0)
        return Stop(self.verdict, 7, OTHER)

    async def unask(self, key: str, at: datetime, **more: Any) -> Stop:
        assert [more[name].key for name in ("note", "beside")] == ["stopped", "stopped-beside"]
        self.happened.append(key)
        return Stop(self.verdict or Stopping.OVER, 7, OTHER)

    def halt(self, turn: int) -> None:
        self.happened.append(f"halt {turn}")

    async def ack(self) -> None:
        self.happened.append("ack")

    async def next(self) -> None:
        self.happened.append("next")


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    async with open_desk() as opened:
        yield opened


def stops(desk: Desk, far: Far) -> Stops:
    whisper = Whisper(desk.client, desk.session, People(desk.client))
    return Stops(cast(Turns, far), lambda: NOW, whisper, desk.client, far.halt)


def said(desk: Desk, text: str, **more: Any) -> Delivery:
    return Delivery(DeliveryKind.MESSAGE, "message:1", desk.key, desk.user, text, "5.5", **more)


def whispers(desk: Desk) -> list[str]:
    found = desk.slack.workspace.messages(desk.key.channel)
    return [message.text for message in found if message.ephemeral_to == desk.user]


@pytest.mark.parametrize("verdict", list(Stopping))
async def test_a_bare_word(desk: Desk, verdict: Stopping) -> None:
    far = Far(verdict)
    context = dict[str, Any]()
    taken = await stops(desk, far).by_word(said(desk, "Stop!"), context)
    assert taken is (verdict is not Stopping.OVER)
    assert far.happened[0] == (desk.key, desk.user, None, "5.5")
    assert ("halt 7" in far.happened) is (verdict is Stopping.STOPPED)
    assert whispers(desk) == [], "nobody waits for the ack"
    await stops(desk, far).told(cast(Any, far.ack), context)
    assert far.happened[-1] == "ack"
    mine = verdict is not Stopping.NOT_YOURS
    assert whispers(desk) == ([] if mine else [WORDS("stop-not-yours", user=f"<@{OTHER}>")])


async def test_a_word_that_slack_tells_twice_is_refused_once_and_never_becomes_a_message(desk: Desk) -> None:
    far = Far(Stopping.NOT_YOURS)
    asked = stops(desk, far)
    contexts: list[dict[str, Any]] = [{}, {}]
    assert all(await asyncio.gather(*(asked.by_word(said(desk, "stop"), each) for each in contexts)))
    assert sum(map(bool, contexts)) == 1, "both events may come at once"
    far.verdict = Stopping.OVER
    again = dict[str, Any]()
    assert await asked.by_word(said(desk, "stop"), again)
    assert again == {}


@pytest.mark.parametrize(("text", "verdict"), [(None, Stopping.STOPPED), (None, Stopping.OVER), ("b?", None)])
async def test_what_was_asked_is_deleted(desk: Desk, text: str | None, verdict: Stopping | None) -> None:
    far = Far(verdict)
    await stops(desk, far).by_deletion(Revision("T1", "C1", "5.5", "6.6", "", text))
    known = [] if verdict is None else ["message:T1:C1:5.5"]
    assert far.happened == known + (["halt 7"] if verdict is Stopping.STOPPED else [])


async def test_other_words_and_files_are_messages(desk: Desk) -> None:
    far = Far()
    file = SharedFile("F1", "stop.txt")
    assert not await stops(desk, far).by_word(said(desk, "stop the alarm"), {})
    assert not await stops(desk, far).by_word(said(desk, "stop", files=(file,)), {})
    assert far.happened == []


def event(desk: Desk, **more: Any) -> dict[str, Any]:
    told = {"type": "agent_session_stopped", "channel": desk.key.channel, "thread_ts": desk.key.thread}
    told |= {"user": desk.user, "event_ts": "9.9", "streaming_message_ts": "8.8"} | more
    return {"type": "event_callback", "team_id": desk.key.team, "event": told}


async def test_slacks_own_stop_is_kept_before_its_ack(desk: Desk) -> None:
    far, context = Far(), dict[str, Any]()
    await stops(desk, far).keep_event(event(desk), context, far.next)
    assert far.happened == [(desk.key, desk.user, None, "9.9"), "halt 7", "next"]
    await stops(desk, far).told(cast(Any, far.ack), context)
    assert (far.happened[-1], whispers(desk)) == ("ack", [])


async def test_who_may_not_is_told(desk: Desk) -> None:
    far = Far(Stopping.NOT_YOURS)
    context = {RULING: (Stop(Stopping.NOT_YOURS, 7, OTHER), desk.key, desk.user)}
    await stops(desk, far).told(cast(Any, far.ack), context)
    assert whispers(desk) == [WORDS("stop-not-yours", user=f"<@{OTHER}>")]


async def test_what_could_not_be_kept_is_not_acknowledged(desk: Desk) -> None:
    far = Far(None)
    with pytest.raises(StorageError):
        await stops(desk, far).keep_event(event(desk), {}, far.next)
    with pytest.raises(StorageError):
        await stops(desk, far).press(cast(Any, far.ack), pressed(desk, offer(desk)))
    assert far.happened == []


@pytest.mark.parametrize("name", ["channel", "thread_ts", "user"])
@pytest.mark.parametrize("value", [None, 5, "\ud800", ""])
async def test_an_event_that_names_no_thread_is_passed_over(desk: Desk, name: str, value: Any) -> None:
    far = Far()
    await stops(desk, far).keep_event(event(desk, **{name: value}), {}, far.next)
    await stops(desk, far).keep_event({"event": None}, {}, far.next)
    assert far.happened == ["next", "next"]


def offer(desk: Desk) -> Message:
    workspace, blocks = desk.slack.workspace, stop_blocks(7, WORDS)
    blocks[0]["block_id"] = "b"
    fields: dict[str, Any] = {"bot_id": workspace.bot_id, "thread_ts": desk.key.thread, "blocks": blocks}
    return workspace.post(Message(workspace.next_ts(), desk.key.channel, workspace.bot.id, **fields))


def pressed(desk: Desk, message: Message, value: str = "7") -> dict[str, Any]:
    workspace = desk.slack.workspace
    body = payloads.interaction(workspace, "block_actions", workspace.users[desk.user], "1.2.x")
    body |= payloads.message_click(workspace, message, {})
    body["actions"] = [{"type": "button", "action_id": STOP, "block_id": "b", "value": value}]
    return body


@pytest.mark.parametrize(
    ("verdict", "told", "stays"),
    [
        (Stopping.STOPPED, [], True),  # the turn's end takes it away
        (Stopping.NOT_YOURS, [WORDS("stop-not-yours", user=f"<@{OTHER}>")], True),
        (Stopping.OVER, [WORDS("stop-over")], False),
        (Stopping.ALREADY, [], False),  # pressed twice: that it stopped is to be seen
    ],
)
async def test_the_button(desk: Desk, verdict: Stopping, told: list[str], stays: bool) -> None:
    far, message = Far(verdict), offer(desk)
    await stops(desk, far).press(cast(Any, far.ack), pressed(desk, message))
    assert far.happened[0] == (desk.key, desk.user, 7, "")
    assert far.happened[-1] == "ack"
    assert whispers(desk) == told
    assert (desk.slack.workspace.message(desk.key.channel, message.ts) is not None) is stays


async def test_a_value_that_is_no_turn(desk: Desk) -> None:
    far = Far(Stopping.OVER)
    await stops(desk, far).press(cast(Any, far.ack), pressed(desk, offer(desk), "9" * 40))
    assert far.happened[0][2] == 0
