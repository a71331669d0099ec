"""How a turn's outlet ends: what was half-written before, notes with a button, and the status."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.demo.unkind.calls import Broken, Dropped, Refused
from bot.files.contents import LeftOut, Unit
from bot.slack import tries
from bot.slack.answer import PART, Answer
from bot.slack.file_words import unread_note
from bot.slack.marks import Mark, half_written
from bot.slack.notes import RETRY
from bot.slack.once import NotYet
from bot.slack.people import People
from bot.slack.reply import MARK, NOTE, SlackOutlets, ThreadReply
from bot.turns.attachments import MOST_FILES, Unfetched, Unread
from bot.words.catalogue import words_for
from functions.context import Person
from storage.records import Claim, Conversation, ConversationKey, Delivery, DeliveryKind, InboxEntry
from tests.bot.slack.desk import Desk, hurry, open_desk

WORDS = words_for("en")


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    async with open_desk() as opened:
        yield opened


def claim(desk: Desk, ts: str | None = None, turn: int = 7) -> Claim:
    delivery = Delivery(
        DeliveryKind.MESSAGE, "message:x", desk.key, desk.user, "say it", desk.key.thread if ts is None else ts
    )
    return Claim(turn, Conversation(1, desk.key), (InboxEntry(1, delivery, datetime.now(UTC)),))


def reply(desk: Desk, **more: Any) -> ThreadReply:
    cards: Any = SimpleNamespace(bot=desk.place.bot)
    return ThreadReply(desk.client, claim(desk, **more), Person(desk.key.team, desk.user), cards)


async def leave(desk: Desk, *, streams: bool = True, text: str = "Half of it") -> None:
    """Write the beginning of an answer, as a process does that is killed then."""
    desk.slack.disabled |= set() if streams else {"chat.startStream"}
    await Answer(desk.place, 6).write(text)
    desk.slack.disabled.clear()


def status(desk: Desk) -> str:
    return desk.slack.workspace.statuses.get((desk.key.channel, desk.key.thread), "")


@pytest.mark.parametrize("ts", [None, ""])
@pytest.mark.parametrize("how", ["stream", "posted"])
async def test_what_was_left_half_written_is_ended(desk: Desk, how: str, ts: str | None) -> None:
    await leave(desk, streams=how != "posted")
    assert await reply(desk, ts=ts).pick_up()
    [message] = desk.replies
    shown = f"{message.markdown}{message.blocks}"
    assert not message.streaming
    assert shown.count("Half of it") == 1
    assert shown.count(WORDS("answer-interrupted")) == 1
    assert (message.metadata or {})["event_type"] == PART
    assert not await reply(desk, ts=ts).pick_up()


async def test_what_stands_as_it_should_is_left_alone(desk: Desk) -> None:
    before = reply(desk, turn=6)
    await before.text("All of it.")
    await before.finish("And a note.")
    shown = [(message.text, message.blocks, message.metadata) for message in desk.replies]
    assert [marked["event_type"] for _, _, marked in shown if marked] == [MARK, NOTE]
    after = reply(desk, turn=6)
    assert not await after.pick_up()
    assert await after.stands()
    assert not await reply(desk, turn=7).stands()
    assert [(message.text, message.blocks, message.metadata) for message in desk.replies] == shown


async def test_a_message_from_before_the_turn_is_not_its_own(desk: Desk) -> None:
    await leave(desk)
    asked = desk.slack.workspace.next_ts()
    assert not await reply(desk, ts=asked).pick_up()
    assert desk.replies[0].streaming


@pytest.mark.parametrize("fault", [Broken(500, after_effect=True), Dropped(), Refused("internal_error")])
async def test_ending_it_survives_faults(desk: Desk, fault: Any) -> None:
    await leave(desk)
    desk.slack.answer_next("chat.stopStream", fault)
    desk.slack.answer_next("conversations.replies", fault)
    assert await reply(desk).pick_up()
    assert await half_written(desk.client, desk.place.bot, desk.key, desk.place.began) == []
    assert f"{desk.replies[0].blocks}".count(WORDS("answer-interrupted")) == 1


PASSING = [
    Refused("streaming_state_conflict"),
    Broken(503, html=True),
    Broken(500, after_effect=True),
    Dropped(),
    Refused("internal_error"),
]


@pytest.mark.parametrize("how", ["stream", "posted"])
@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: fault.kind)
async def test_ending_it_is_tried_until_slack_takes_it(desk: Desk, fault: Any, how: str) -> None:
    await leave(desk, streams=how == "stream")
    for method in ("chat.stopStream", "chat.update", "conversations.replies"):
        desk.slack.faults.add(fault, match=method, times=9)
    assert await reply(desk).pick_up()
    [message] = desk.replies
    assert not message.streaming
    assert await half_written(desk.client, desk.place.bot, desk.key, desk.place.began) == []
    assert f"{message.blocks}".count(WORDS("answer-interrupted")) == 1


async def test_a_slack_that_never_lets_it_end_does_not_keep_the_turn(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tries, "SOON", 0.05)
    await leave(desk)
    desk.slack.faults.add(Refused("streaming_state_conflict"), match="chat.stopStream", times=None)
    assert await reply(desk).pick_up()
    assert "streaming_state_conflict" in caplog.text


@pytest.mark.parametrize("fault", [Refused("missing_scope"), Broken(503)], ids=lambda fault: fault.kind)
async def test_a_thread_that_cannot_be_read_is_left_as_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    monkeypatch.setattr(tries, "SOON", 0.05)
    await leave(desk)
    desk.slack.faults.add(fault, match="conversations.replies", times=None)
    assert not await reply(desk).pick_up()


async def test_a_note_offers_to_try_again(desk: Desk) -> None:
    outlet = reply(desk)
    await outlet.finish("It did not work.", retry=True)
    [note] = desk.replies
    [button] = [each for block in note.blocks if block["type"] == "actions" for each in block["elements"]]
    assert (button["action_id"], button["value"]) == (RETRY, "7")
    assert (note.metadata or {})["event_type"] == NOTE
    other = reply(desk, turn=8)
    await other.finish("Nor did this.")
    assert "actions" not in [block["type"] for block in desk.replies[1].blocks]


@pytest.mark.parametrize("fault", [None, Broken(500, after_effect=True), Dropped(), Refused("internal_error")])
async def test_the_status_is_cleared(desk: Desk, fault: Any) -> None:
    outlet = reply(desk)
    await outlet.working()
    await desk.slack.workspace.wait_for(lambda _: status(desk) == WORDS("status-thinking"))
    if fault is not None:
        desk.slack.answer_next("assistant.threads.setStatus", fault)
    await outlet.finish()
    assert status(desk) == ""


async def test_a_status_that_another_process_left_is_cleared(desk: Desk) -> None:
    desk.slack.workspace.set_status(desk.key.channel, desk.key.thread, "is thinking…")
    await reply(desk).finish()
    assert status(desk) == ""


async def test_the_end_of_a_status_waits_for_a_limit(desk: Desk) -> None:
    outlet = reply(desk)
    await outlet.working()
    await desk.slack.workspace.wait_for(lambda _: status(desk))
    desk.slack.answer_next("assistant.threads.setStatus", Refused("ratelimited", retry_after=2))
    await outlet.finish()
    assert status(desk) == ""
    assert desk.limited == ["assistant.threads.setStatus"]


async def test_an_aside_that_slack_does_not_take_is_let_go(desk: Desk) -> None:
    desk.slack.answer_next("chat.postMessage", Refused("ratelimited", retry_after=301, status=429))
    await reply(desk).aside("By the way.")
    assert desk.replies == []


async def test_who_waits_is_told_their_place(desk: Desk) -> None:
    cards: Any = SimpleNamespace(bot=desk.place.bot)
    outlets = SlackOutlets(desk.client, desk.session, People(desk.client), cards)
    delivery = claim(desk).entries[0].delivery
    await outlets.in_line(delivery, 3)
    assert "3" in status(desk)
    await outlets.in_line(delivery, 1)
    assert "next" in status(desk)
    await outlets.in_line(delivery, 0)
    assert status(desk) == ""
    alone = ConversationKey(desk.key.team, desk.key.channel, "command:1")
    calls = len(desk.slack.calls)
    await outlets.in_line(Delivery(DeliveryKind.COMMAND, "command:1", alone, desk.user, "x"), 3)
    assert len(desk.slack.calls) == calls


async def test_a_mark_is_one_messages_own(desk: Desk) -> None:
    outlet = reply(desk)
    await outlet.text("One.")
    await outlet.finish("Two.")
    await reply(desk, turn=8).finish("Three.")
    marks = [
        Mark(str(m["event_type"]), m["event_payload"]) for m in (each.metadata or {} for each in desk.replies)
    ]
    assert len(marks) == 3
    assert all(marks.count(mark) == 1 for mark in marks)


@pytest.mark.parametrize("taken", [True, False, None])
async def test_a_commands_answer_is_not_sent_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, taken: bool | None
) -> None:
    """Nobody can look for an ephemeral message: where it is not known whether it arrived, the asker is told so."""
    sent: list[str] = []

    async def respond(session: Any, url: str, what: str, **message: Any) -> bool | None:
        sent.append(message["text"])
        return taken

    monkeypatch.setattr("bot.slack.private_reply.respond", respond)
    key = ConversationKey(desk.key.team, desk.key.channel, "command:1")
    delivery = Delivery(DeliveryKind.COMMAND, "command:1", key, desk.user, "say it", response_url="https://x/1")
    own = Claim(7, Conversation(1, key), (InboxEntry(1, delivery, datetime.now(UTC)),))
    cards: Any = SimpleNamespace(bot=desk.place.bot)
    outlets = SlackOutlets(desk.client, desk.session, People(desk.client), cards)
    outlet = await outlets.open(own)
    await outlet.text("All of it.")
    assert not await outlet.pick_up()
    await outlet.finish()
    found = desk.slack.workspace.messages(desk.key.channel)
    otherwise = [message.text for message in found if message.ephemeral_to == desk.user]
    assert sent == ["All of it."]
    assert otherwise == {True: [], False: ["All of it."], None: [WORDS("answer-unsure")]}[taken]


async def test_what_cannot_be_said_beside_an_answer_does_not_end_the_turn(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def limited(*_: Any, **__: Any) -> str:
        raise NotYet("posting")

    monkeypatch.setattr("bot.slack.reply.post_once", limited)
    outlet = reply(desk)
    await outlet.tell_unread([Unread("a.txt", Unfetched.GONE)], 1)
    await outlet.aside("By the way.")
    assert desk.replies == []


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_a_long_note_about_files_is_taken_by_slack(desk: Desk, language: str) -> None:
    gaps = (LeftOut(Unit.ROWS, 3_001, 20_000, "R&D " * 30), LeftOut(Unit.SHEETS, 2, 9, "<&>" * 40)) * 2
    unread = [Unread(f"{number} " + "R&D " * 20 + ".xlsx", gaps) for number in range(MOST_FILES)]
    outlet = ThreadReply(
        desk.client,
        claim(desk),
        Person(desk.key.team, desk.user, locale=language),
        SimpleNamespace(bot=desk.place.bot),  # type: ignore[arg-type]
    )
    await outlet.tell_unread(unread, 1)
    [message] = desk.replies
    assert len(message.blocks or ()) > 1
    shown = "\n".join(block["text"]["text"] for block in message.blocks or ())
    assert shown == unread_note(unread, words_for(language))
