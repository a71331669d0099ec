"""What a thread shows of a turn's calls: a task each in the answer's own message, none in progress at its end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.demo.unkind.calls import Broken, CallFault, Dropped, Refused, StreamEnded
from bot.demo.workspace.state import Message
from bot.slack import open_message
from bot.slack.answer import PART
from bot.slack.marks import half_written
from bot.slack.private_reply import PrivateReply
from bot.slack.reply import MARK, ThreadReply
from bot.words.catalogue import words_for
from functions.context import Person
from functions.contract import Function
from functions.employees import get_employee, query_employees
from storage.records import Claim, Conversation, Delivery, DeliveryKind, InboxEntry
from tests.bot.slack.desk import Desk, hurry, open_desk

QUERY, GET = query_employees.title("en"), get_employee.title("en")


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    async with open_desk() as opened:
        yield opened


def claim(desk: Desk) -> Claim:
    delivery = Delivery(DeliveryKind.MESSAGE, "message:x", desk.key, desk.user, "say it", desk.key.thread)
    return Claim(7, Conversation(1, desk.key), (InboxEntry(1, delivery, datetime.now(UTC)),))


def open_reply(desk: Desk, locale: str = "en-US") -> ThreadReply:
    cards: Any = SimpleNamespace(bot=desk.place.bot)
    return ThreadReply(desk.client, claim(desk), Person(desk.key.team, desk.user, locale=locale), cards)


@pytest.fixture
def reply(desk: Desk) -> ThreadReply:
    return open_reply(desk)


async def shown(desk: Desk, ready: Callable[[list[Message]], bool]) -> list[Message]:
    return await desk.slack.workspace.wait_for(lambda _: desk.replies if ready(desk.replies) else None, 10)


def tasks(message: Message) -> list[tuple[str, str]]:
    """List the titles and states of a message's tasks, streamed or not."""
    cards = [block for block in message.blocks if block["type"] == "task_card"]
    return [(task["title"], task["status"]) for task in (*message.chunks, *cards)]


def said(message: Message) -> str:
    return message.markdown + "".join(block["text"] for block in message.blocks if block["type"] == "markdown")


def status(desk: Desk) -> str:
    return desk.slack.workspace.statuses.get((desk.key.channel, desk.key.thread), "")


async def begun(desk: Desk, reply: ThreadReply, *calls: tuple[str, Function]) -> None:
    for call, function in calls:
        await reply.working(function, call)
    await shown(desk, lambda replies: bool(replies) and len(tasks(replies[-1])) == len(calls))


async def test_a_call_is_a_task_above_the_answer(desk: Desk, reply: ThreadReply) -> None:
    await begun(desk, reply, ("c1", query_employees))
    assert tasks(desk.replies[0]) == [(QUERY, "in_progress")]
    await reply.worked("c1", ok=True)
    await shown(desk, lambda replies: tasks(replies[0]) == [(QUERY, "complete")])
    await reply.text("Paul Byrd.")
    assert await reply.finish()
    [message] = desk.replies
    assert (said(message), tasks(message), message.places.popitem()[1]) == (
        "Paul Byrd.",
        [(QUERY, "complete")],
        0,
    )
    assert (message.metadata or {})["event_type"] == MARK
    assert desk.called("chat.startStream") == 1
    assert desk.called("assistant.threads.setStatus") == 1, "only its end"


async def test_a_task_is_in_the_persons_language(desk: Desk) -> None:
    reply = open_reply(desk, "ko-KR")
    await begun(desk, reply, ("c1", query_employees))
    assert tasks(desk.replies[0]) == [(query_employees.title("ko"), "in_progress")]
    await reply.finish()


async def test_side_by_side_each_has_its_own(desk: Desk, reply: ThreadReply) -> None:
    await begun(desk, reply, ("c1", get_employee), ("c2", get_employee), ("c3", query_employees))
    await asyncio.gather(reply.worked("c2", ok=False), reply.worked("c3", ok=True), reply.worked("c1", ok=True))
    await reply.text("That is that.")
    await reply.finish()
    [message] = desk.replies
    assert tasks(message) == [(GET, "complete"), (GET, "error"), (QUERY, "complete")]
    assert len({task["id"] for task in message.chunks}) == 3


async def test_text_that_came_before_a_call_stands_above_its_task(desk: Desk, reply: ThreadReply) -> None:
    await reply.text("Let me look. ")
    await begun(desk, reply, ("c1", query_employees))
    await reply.worked("c1", ok=True)
    await reply.text("Paul Byrd.")
    await reply.finish()
    [message] = desk.replies
    assert said(message) == "Let me look. Paul Byrd."
    assert list(message.places.values()) == [len("Let me look. ")]


async def test_where_nothing_streams_the_status_says_it(desk: Desk, reply: ThreadReply) -> None:
    desk.slack.disabled.add("chat.startStream")
    await reply.working(query_employees, "c1")
    await desk.slack.workspace.wait_for(lambda _: status(desk), 10)
    assert status(desk) == words_for("en")("status-function", title=QUERY)
    assert desk.replies == []
    await reply.worked("c1", ok=True)
    await reply.text("Paul Byrd.")
    await reply.finish()
    [message] = desk.replies
    assert (said(message), tasks(message), status(desk)) == ("Paul Byrd.", [], "")


@pytest.mark.parametrize("note", ["", "That took too long."])
async def test_what_the_turn_leaves_in_progress_has_failed(desk: Desk, reply: ThreadReply, note: str) -> None:
    await begun(desk, reply, ("c1", query_employees))
    assert await reply.finish(note)
    await reply.worked("c1", ok=True)
    await reply.finish()
    first = desk.replies[0]
    assert tasks(first) == [(QUERY, "error")]
    assert not first.streaming
    assert (first.metadata or {})["event_type"] == PART, "tasks alone are no answer"
    assert not await reply.stands()
    assert await half_written(desk.client, desk.place.bot, desk.key, desk.place.began) == []
    assert len(desk.replies) == (2 if note else 1)


FAULTS: dict[str, Callable[[], CallFault]] = {
    "500 after": lambda: Broken(500, after_effect=True),
    "drop before": lambda: Dropped(),
    "internal_error": lambda: Refused("internal_error"),
    "429": lambda: Refused("ratelimited", retry_after=1),
    "the stream has ended": lambda: StreamEnded(),
    "too long": lambda: Refused("msg_too_long"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
async def test_a_stream_in_trouble_keeps_its_answer_and_no_open_task(
    desk: Desk, reply: ThreadReply, method: str, fault: str
) -> None:
    if method == "chat.startStream" and fault == "the stream has ended":
        pytest.skip("it has not begun")
    desk.slack.answer_next(method, FAULTS[fault]())
    await reply.working(query_employees, "c1")
    await reply.worked("c1", ok=True)
    await reply.working(get_employee, "c2")
    await reply.worked("c2", ok=False)
    await reply.text("Paul ")
    await reply.text("Byrd.")
    assert await reply.finish()
    assert "".join(map(said, desk.replies)) == "Paul Byrd."
    assert not any(message.streaming for message in desk.replies)
    assert not [task for message in desk.replies for task in tasks(message) if task[1] == "in_progress"]
    assert (desk.replies[-1].metadata or {})["event_type"] == MARK
    assert await half_written(desk.client, desk.place.bot, desk.key, desk.place.began) == []


async def test_a_broken_stream_goes_on_with_its_tasks_in_blocks(desk: Desk, reply: ThreadReply) -> None:
    await begun(desk, reply, ("c1", query_employees))
    desk.slack.answer_next("chat.appendStream", Refused("internal_error"))
    await reply.worked("c1", ok=True)
    await reply.text("Paul Byrd.")
    await reply.finish()
    [message] = desk.replies
    assert (said(message), tasks(message)) == ("Paul Byrd.", [(QUERY, "complete")])


async def test_without_blocks_for_tasks_the_answer_stands(desk: Desk, reply: ThreadReply) -> None:
    await begun(desk, reply, ("c1", query_employees))
    desk.slack.answer_next("chat.appendStream", Refused("internal_error"))
    desk.slack.answer_next("chat.update", Refused("invalid_blocks"))
    await reply.worked("c1", ok=True)
    await reply.text("Paul Byrd.")
    await reply.finish()
    [message] = desk.replies
    assert (said(message), tasks(message)) == ("Paul Byrd.", [])


async def test_tasks_that_somebody_deletes_cost_no_answer(desk: Desk, reply: ThreadReply) -> None:
    await begun(desk, reply, ("c1", query_employees))
    desk.slack.workspace.delete(desk.replies[0])
    await reply.worked("c1", ok=True)
    await reply.text("Paul Byrd.")
    await reply.finish()
    assert [said(message) for message in desk.replies] == ["Paul Byrd."]


async def test_a_task_begins_no_message_that_is_about_to_end(
    desk: Desk, reply: ThreadReply, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reply.text("Let me look.")
    monkeypatch.setattr(open_message, "STREAM_AGE", 0.0)
    await begun(desk, reply, ("c1", query_employees))
    assert [(said(message), len(tasks(message))) for message in desk.replies] == [("Let me look.", 0), ("", 1)]
    await reply.finish()


@pytest.mark.parametrize("streams", [True, False])
async def test_what_a_dead_process_left_in_progress_has_failed(
    desk: Desk, reply: ThreadReply, streams: bool
) -> None:
    await begun(desk, reply, ("c1", query_employees), ("c2", get_employee))
    await reply.worked("c2", ok=True)
    await shown(desk, lambda replies: (GET, "complete") in tasks(replies[0]))
    if not streams:
        desk.slack.answer_next("chat.appendStream", Refused("internal_error"))
        await reply.text("Paul")
        assert not desk.replies[0].streaming
    assert await open_reply(desk).pick_up()
    [message] = desk.replies
    assert tasks(message) == [(QUERY, "error"), (GET, "complete")]
    assert words_for("en")("answer-interrupted") in str(message.blocks)
    assert not message.streaming
    assert await half_written(desk.client, desk.place.bot, desk.key, desk.place.began) == []


async def test_a_commands_answer_shows_none(desk: Desk) -> None:
    cards: Any = SimpleNamespace(bot=desk.place.bot)
    person = Person(desk.key.team, desk.user)
    reply = PrivateReply(desk.client, desk.session, claim(desk), person, cards)
    await reply.working(query_employees, "c1")
    await reply.worked("c1", ok=True)
    assert not desk.slack.calls
