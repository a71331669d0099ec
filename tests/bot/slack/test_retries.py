"""*Try again*: kept before the ack, at the right person's click alone, and always answered."""

from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.demo.workspace import payloads
from bot.demo.workspace.state import Message
from bot.slack.marks import Mark
from bot.slack.notes import CONTINUE, REGENERATE, RETRY, note_blocks, offer_blocks, regenerate_row
from bot.slack.people import People
from bot.slack.reply import MARK
from bot.slack.retries import NOT_CONTINUED, NOT_REGENERATED, REFUSED, Retries
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

    async def go_on(
        self, turn: int, team: str, channel: str, user: str, at: datetime, response_url: str | None
    ) -> Retried:
        return await self.retry(turn, team, channel, user, at)

    async def regenerate(
        self, turn: int, team: str, channel: str, user: str, at: datetime, *, acting: Collection[str]
    ) -> Retried:
        assert "withdraw_action" in acting
        return await self.retry(turn, team, channel, user, at)

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


async def press(
    desk: Desk, message: Message, far: Far, value: str = "7", action_id: str = RETRY, chosen: Any = None
) -> None:
    whisper = Whisper(desk.client, desk.session, People(desk.client))
    retries = Retries(cast(Turns, far), lambda: NOW, whisper, desk.client, far.wake, desk.slack.workspace.bot_id)
    handlers = {RETRY: retries.again, CONTINUE: retries.go_on, REGENERATE: retries.regenerate}
    workspace = desk.slack.workspace
    user = workspace.users[desk.user]
    body = payloads.interaction(workspace, "block_actions", user, "1.2.x")
    body |= payloads.message_click(workspace, message, {})
    url = desk.slack.response_urls.issue(desk.slack.origin, desk.key.team, message.channel, desk.user, message.ts)
    body["response_url"] = url.url
    body["actions"] = [
        {"type": "button", "action_id": action_id, "block_id": "b", "value": value} | (chosen or {})
    ]
    await whisper.if_broken(handlers[action_id])(cast(Any, far.ack), body)


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


@pytest.mark.parametrize("retried", [Retried.AGAIN, *NOT_CONTINUED])
async def test_a_cut_answer_goes_on(desk: Desk, retried: Retried) -> None:
    message, far = note(desk), Far(retried)
    await press(desk, message, far, action_id=CONTINUE)
    assert far.happened[:2] == [(7, desk.key.team, desk.key.channel, desk.user, NOW), "ack"]
    assert ("wake" in far.happened) is (retried is Retried.AGAIN)
    assert whispers(desk) == ([WORDS(NOT_CONTINUED[retried])] if retried in NOT_CONTINUED else [])
    assert buttons(message) == (retried is Retried.NOT_YOURS)


@pytest.mark.parametrize("retried", [Retried.AGAIN, *NOT_REGENERATED])
async def test_an_answer_that_is_given_anew_says_so(desk: Desk, retried: Retried) -> None:
    """The menu names the turn in its choice; the text stays as it is."""
    workspace = desk.slack.workspace
    blocks = [{"type": "markdown", "text": "It is **42**."}, regenerate_row(7, WORDS)]
    fields: dict[str, Any] = {"bot_id": workspace.bot_id, "text": "It is **42**.", "thread_ts": desk.key.thread}
    message = Message(workspace.next_ts(), desk.key.channel, workspace.bot.id, blocks=blocks, **fields)
    far = Far(retried)
    choice = {"type": "overflow", "selected_option": {"value": "7"}, "value": None}
    await press(desk, workspace.post(message), far, "", REGENERATE, choice)
    assert far.happened[:2] == [(7, desk.key.team, desk.key.channel, desk.user, NOW), "ack"]
    assert whispers(desk) == ([WORDS(NOT_REGENERATED[retried])] if retried in NOT_REGENERATED else [])
    assert buttons(message) == (retried is Retried.NOT_YOURS)
    assert (WORDS("regenerate-begun") in str(message.blocks)) is (retried in (Retried.AGAIN, Retried.ALREADY))
    assert "It is **42**." in str(message.blocks)


def answer(desk: Desk, turn: int = 7) -> Message:
    """Post an answer as everybody sees it: marked, with its menu."""
    workspace = desk.slack.workspace
    blocks = [{"type": "markdown", "text": "It is **42**."}, regenerate_row(turn, WORDS)]
    fields: dict[str, Any] = {"bot_id": workspace.bot_id, "text": "It is **42**.", "thread_ts": desk.key.thread}
    fields["metadata"] = Mark(MARK, {"turn": str(turn)}).metadata
    return workspace.post(
        Message(workspace.next_ts(), desk.key.channel, workspace.bot.id, blocks=blocks, **fields)
    )


def offer(desk: Desk) -> tuple[Message, str]:
    """Post the offer that only who edited sees, with an address of its own; what its button names."""
    workspace = desk.slack.workspace
    blocks = offer_blocks(7, desk.key.thread, WORDS)
    fields: dict[str, Any] = {"bot_id": workspace.bot_id, "text": "Again?", "thread_ts": desk.key.thread}
    message = Message(
        workspace.next_ts(),
        desk.key.channel,
        workspace.bot.id,
        blocks=blocks,
        ephemeral_to=desk.user,
        **fields,
    )
    return workspace.post(message), str(blocks[1]["elements"][0]["value"])


@pytest.mark.parametrize("retried", [Retried.AGAIN, *NOT_REGENERATED])
async def test_a_private_offer_becomes_what_came_of_it(desk: Desk, retried: Retried) -> None:
    """It never says that anything was answered where nothing was, and the answer that everybody sees is marked."""
    before, other, (message, value) = answer(desk), answer(desk, 6), offer(desk)
    for _ in range(2):
        await press(desk, message, Far(retried), value, REGENERATE)
    if retried is Retried.NOT_YOURS:
        assert message.text == "Again?"
    else:
        assert message.text == WORDS(NOT_REGENERATED.get(retried, "regenerate-begun"))
        assert whispers(desk) == [message.text], "nothing is said outside of the thread"
        assert buttons(message) == 0
    marked = retried in (Retried.AGAIN, Retried.ALREADY)
    assert str(before.blocks).count(WORDS("regenerate-begun")) == marked, "once"
    assert buttons(before) == (not marked)
    assert "It is **42**." in str(before.blocks)
    assert (buttons(other), "Answered again" in str(other.blocks)) == (1, False)


@pytest.mark.parametrize("action_id", [RETRY, CONTINUE])
@pytest.mark.parametrize("retried", [Retried.AGAIN, Retried.UNKNOWN, Retried.MOVED_ON])
async def test_a_private_note_says_that_it_was_refused(desk: Desk, action_id: str, retried: Retried) -> None:
    before, message = answer(desk), note(desk, ephemeral_to=desk.user)
    await press(desk, message, Far(retried), action_id=action_id)
    begun, refused = ("retry-begun", REFUSED) if action_id == RETRY else ("continue-begun", NOT_CONTINUED)
    assert message.text == WORDS(refused.get(retried, begun))
    assert whispers(desk) == [message.text]
    assert buttons(before) == 1
