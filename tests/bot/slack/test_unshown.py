"""What cannot be shown yet is told so, and stands once when it is shown later."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.demo.unkind.calls import Broken, Dropped, Refused
from bot.demo.workspace.state import Message
from bot.slack import tries
from bot.slack.people import People
from bot.slack.reply import MARK, NOTE, SlackOutlets, ThreadReply
from bot.words.catalogue import words_for
from functions.context import Person
from storage.records import Claim, Conversation, ConversationKey, Delivery, DeliveryKind, InboxEntry
from tests.bot.slack.desk import Desk, hurry, open_desk

WRITING = ("chat.startStream", "chat.postMessage", "chat.update")
READING = "conversations.replies"
UNREACHABLE = [Broken(503), Dropped(), Refused("internal_error"), Refused("org_login_required")]
FINAL = ["not_in_channel", "channel_not_found", "is_archived"]


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    monkeypatch.setattr(tries, "WITHIN", 0.05)
    monkeypatch.setattr(tries, "SOON", 0.05)
    async with open_desk() as opened:
        yield opened


def reply(desk: Desk) -> ThreadReply:
    delivery = Delivery(DeliveryKind.MESSAGE, "message:x", desk.key, desk.user, "say it", desk.key.thread)
    claim = Claim(7, Conversation(1, desk.key), (InboxEntry(1, delivery, datetime.now(UTC)),))
    cards: Any = SimpleNamespace(bot=desk.place.bot)
    return ThreadReply(desk.client, claim, Person(desk.key.team, desk.user), cards)


def fail(desk: Desk, fault: Any, *methods: str) -> None:
    for method in methods:
        desk.slack.faults.add(fault, match=method, times=None)


def kinds(desk: Desk) -> list[str]:
    return [str((message.metadata or {}).get("event_type")) for message in desk.replies]


async def again(desk: Desk) -> None:
    """Show the answer as the next try does."""
    later = reply(desk)
    if not await later.stands():
        await later.pick_up()
        await later.text("All of it.")
    assert await later.finish()


@pytest.mark.parametrize("fault", UNREACHABLE, ids=lambda fault: fault.kind)
async def test_an_answer_that_slack_cannot_take_now(desk: Desk, fault: Any) -> None:
    outlet = reply(desk)
    fail(desk, fault, *WRITING)
    await outlet.text("All of it.")
    assert not await outlet.finish("A note.")
    assert desk.replies == [], "a note tells that the answer above it stands"
    desk.slack.faults.clear()
    await again(desk)
    assert kinds(desk) == [MARK]


async def test_a_limit_that_is_longer_than_its_patience(desk: Desk) -> None:
    outlet = reply(desk)
    desk.slack.disabled.add("chat.startStream")
    desk.slack.answer_next("chat.postMessage", Refused("ratelimited", retry_after=301, status=429))
    await outlet.text("All of it.")
    assert not await outlet.finish()


async def test_an_end_that_cannot_be_written(desk: Desk) -> None:
    outlet = reply(desk)
    await outlet.text("All ")
    fail(desk, Dropped(), "chat.stopStream", "chat.appendStream", "chat.update")
    await outlet.text("of it.")
    assert not await outlet.finish()
    desk.slack.faults.clear()
    await again(desk)
    assert kinds(desk)[-1] == MARK
    assert not any(message.streaming for message in desk.replies)


async def test_nothing_follows_a_part_that_is_missing(desk: Desk) -> None:
    outlet = reply(desk)
    desk.slack.disabled.add("chat.startStream")
    for _ in range(2):
        desk.slack.answer_next("chat.postMessage", Refused("ratelimited", retry_after=301, status=429))
    lines = "A line of a long answer.\n" * 600
    await outlet.text(lines)
    desk.slack.faults.clear()
    desk.client._pace._lanes.clear()  # the limit is over
    await outlet.text(lines)
    assert not await outlet.finish()
    assert MARK not in kinds(desk), "half an answer would pass for the whole"


@pytest.mark.parametrize("code", FINAL)
async def test_a_last_no_of_slacks_is_an_end(desk: Desk, code: str) -> None:
    fail(desk, Refused(code), *WRITING)
    outlet = reply(desk)
    await outlet.text("All of it.")
    assert await outlet.finish("A note.")
    assert await reply(desk).greet()


@pytest.mark.parametrize("greets", [True, False])
async def test_a_note_is_found_again(desk: Desk, greets: bool) -> None:
    fail(desk, Dropped(), "chat.postMessage")
    assert not await (reply(desk).greet() if greets else reply(desk).finish("A note."))
    desk.slack.faults.clear()
    assert not await reply(desk).noted()
    assert await (reply(desk).greet() if greets else reply(desk).finish("A note."))
    assert await reply(desk).noted()
    assert not await reply(desk).stands()
    assert kinds(desk) == [NOTE]


@pytest.mark.parametrize("fault", [Broken(500), Refused("missing_scope"), Refused(retry_after=61, status=429)])
async def test_nobody_can_say_what_stands(desk: Desk, fault: Any) -> None:
    outlet = reply(desk)
    await outlet.text("All of it.")
    assert await outlet.finish("A note.")
    fail(desk, fault, READING)
    with pytest.raises(LookupError):
        await reply(desk).stands()
    with pytest.raises(LookupError):
        await reply(desk).noted()


@pytest.mark.parametrize("code", ["thread_not_found", "channel_not_found", "not_in_channel"])
async def test_nothing_stands_in_a_place_that_is_gone(desk: Desk, code: str) -> None:
    fail(desk, Refused(code), READING)
    assert not await reply(desk).stands()
    assert not await reply(desk).noted()


@pytest.mark.parametrize("began", [True, False])
async def test_a_stream_of_which_nobody_can_tell_holds_the_answer_back(desk: Desk, began: bool) -> None:
    desk.slack.answer_next("chat.startStream", Broken(500, after_effect=began))
    fail(desk, Broken(503), READING)
    outlet = reply(desk)
    await outlet.text("First this, ")
    await outlet.text("then that.")
    assert not await outlet.finish()
    assert desk.called("chat.postMessage") == 0, "posted although nobody had looked"
    assert [message.markdown for message in desk.replies] == ["First this, "] * began


async def stands_once(desk: Desk, *pieces: str) -> None:
    """Write an answer piece by piece: it stands in one message, whole."""
    outlet = reply(desk)
    for piece in pieces:
        await outlet.text(piece)
    assert await outlet.finish()
    assert kinds(desk) == [MARK]
    assert "".join(pieces) in f"{desk.replies[0].markdown}{desk.replies[0].blocks}"


@pytest.mark.parametrize("began", [True, False])
async def test_it_goes_on_once_somebody_can_tell(desk: Desk, began: bool) -> None:
    desk.slack.answer_next("chat.startStream", Broken(500, after_effect=began))
    for _ in range(6):
        desk.slack.answer_next(READING, Broken(503))
    await stands_once(desk, "First this, ", "then that.")


@pytest.mark.parametrize(
    "fault", [Broken(500, after_effect=True), Dropped(after_effect=True)], ids=["500", "drop"]
)
@pytest.mark.parametrize("began", [True, False])
async def test_it_goes_on_where_ending_it_failed_after_the_effect(desk: Desk, began: bool, fault: Any) -> None:
    desk.slack.answer_next("chat.startStream", Broken(500, after_effect=began))
    desk.slack.answer_next("chat.stopStream", fault)
    await stands_once(desk, "First ", "this.")


def foreign(desk: Desk, text: str) -> Message:
    """Post with the app's token, as a deploy script does."""
    workspace = desk.slack.workspace
    return workspace.post(
        Message(
            workspace.next_ts(),
            desk.key.channel,
            workspace.bot.id,
            text=text,
            thread_ts=desk.key.thread,
            bot_id=workspace.bot_id,
        )
    )


@pytest.mark.parametrize("said", ["The answer, and a link. ", "The ", " *"])
@pytest.mark.parametrize("began", [True, False])
async def test_what_another_tool_posted_is_left_alone(desk: Desk, began: bool, said: str) -> None:
    before = foreign(desk, "The deploy of 1.2 is done.")
    desk.slack.answer_next("chat.startStream", Broken(500, after_effect=began))
    outlet = reply(desk)
    await outlet.text(said)
    await outlet.text("And the rest.")
    after = foreign(desk, "The deploy of 1.3 is done.")
    await outlet.finish()
    assert not await reply(desk).pick_up()
    assert [(each.text, each.blocks, each.metadata) for each in (before, after)] == [
        ("The deploy of 1.2 is done.", [], None),
        ("The deploy of 1.3 is done.", [], None),
    ]
    [own] = [message for message in desk.replies if message.ts not in (before.ts, after.ts)]
    assert (own.metadata or {})["event_type"] == MARK


async def test_a_stream_is_ended_beside_what_another_tool_posted(desk: Desk) -> None:
    outlet = reply(desk)
    await outlet.text("Half of it")
    tool = foreign(desk, "The deploy of 1.2 is done.")
    assert await reply(desk).pick_up()
    assert (tool.text, tool.blocks, tool.metadata) == ("The deploy of 1.2 is done.", [], None)
    assert words_for("en")("answer-interrupted") in str(desk.replies[0].blocks)


@pytest.mark.parametrize(("fault", "shown"), [(Dropped(), True), (Refused("is_archived"), True), (None, True)])
async def test_a_commands_answer_ends(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: Any, shown: bool
) -> None:
    await _command(desk, monkeypatch, fault, shown)


async def test_a_commands_answer_of_which_nothing_could_be_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _command(desk, monkeypatch, Refused("ratelimited", retry_after=200, status=429), shown=False)


async def _command(desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: Any, shown: bool) -> None:
    async def respond(*_: Any, **__: Any) -> bool:
        return False

    monkeypatch.setattr("bot.slack.private_reply.respond", respond)
    if fault is not None:
        fail(desk, fault, "chat.postEphemeral")
    key = ConversationKey(desk.key.team, desk.key.channel, "command:1")
    delivery = Delivery(DeliveryKind.COMMAND, "command:1", key, desk.user, "say it", response_url="https://x/1")
    own = Claim(7, Conversation(1, key), (InboxEntry(1, delivery, datetime.now(UTC)),))
    cards: Any = SimpleNamespace(bot=desk.place.bot)
    outlet = await SlackOutlets(desk.client, desk.session, People(desk.client), cards).open(own)
    await outlet.text("All of it.")
    assert await outlet.finish() is shown
