"""A try that is over in the middle of a write: the next one looks only when that is over, too."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.demo.unkind.calls import Hang, Refused
from bot.slack import reply, stop_button
from bot.slack.answer import PART
from bot.slack.marks import half_written
from bot.slack.people import People
from bot.slack.reply import MARK, SlackOutlets
from bot.slack.writes import Writes
from bot.turns.outlet import Outlet
from functions.employees import get_employee, query_employees
from storage.records import Claim, Conversation, ConversationKey, Delivery, DeliveryKind, InboxEntry
from tests.bot.slack.desk import Desk, hurry, open_desk

READING = "conversations.replies"

ROUNDS = 5
"""Calls one after another, before the last of which one that was begun earlier has been answered."""


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    monkeypatch.setattr(reply, "LEAVING", 0.0)
    async with open_desk() as opened:
        yield opened


@pytest.fixture
def outlets(desk: Desk) -> SlackOutlets:
    cards: Any = SimpleNamespace(bot=desk.place.bot)
    return SlackOutlets(desk.client, desk.session, People(desk.client), cards)


async def opened(
    desk: Desk, outlets: SlackOutlets, key: ConversationKey | None = None, *, direct: bool = True
) -> Outlet:
    """Open the outlet of one try in a thread: the desk's own, if no other is named."""
    key = key or desk.key
    delivery = Delivery(DeliveryKind.MESSAGE, "message:x", key, desk.user, "say it", key.thread, direct)
    return await outlets.open(Claim(7, Conversation(1, key), (InboxEntry(1, delivery, datetime.now(UTC)),)))


async def answers(outlet: Outlet) -> None:
    await outlet.text("The whole answer.")
    assert await outlet.finish()


async def begun(desk: Desk, outlets: SlackOutlets) -> tuple[Outlet, Hang]:
    """Begin a try whose message Slack takes its time to begin: one task is on its way, another one waits."""
    hang = Hang()
    desk.slack.answer_next("chat.startStream", hang)
    first = await opened(desk, outlets)
    await first.working(query_employees, "c1")
    await first.working(get_employee, "c2")
    await hang.arrived.wait()
    return first, hang


async def left(desk: Desk, outlets: SlackOutlets) -> tuple[Outlet, Hang]:
    """Leave it so."""
    first, hang = await begun(desk, outlets)
    await first.leave()
    return first, hang


def read(desk: Desk) -> int:
    return desk.called(READING)


async def elsewhere(desk: Desk, outlets: SlackOutlets) -> None:
    """Look back in other threads, which nothing holds: whoever may look, and began to before, has by now."""
    before = read(desk)
    for _ in range(ROUNDS):
        key = replace(desk.key, thread=desk.slack.workspace.next_ts())
        await (await opened(desk, outlets, key)).pick_up()
    assert read(desk) == before + ROUNDS, "only the other threads are looked at"


async def test_a_stream_that_begins_after_its_try_is_found_by_the_next(desk: Desk, outlets: SlackOutlets) -> None:
    _, hang = await left(desk, outlets)
    later = await opened(desk, outlets)
    looking = asyncio.create_task(later.pick_up())
    await elsewhere(desk, outlets)
    hang.released.set()
    assert await looking
    await answers(later)
    first, second = desk.replies
    assert not first.streaming, "no stream stays open"
    assert not [chunk for chunk in first.chunks if chunk["status"] == "in_progress"]
    assert (second.metadata or {})["event_type"] == MARK
    assert await half_written(desk.client, desk.place.bot, desk.key, desk.place.began) == []


@pytest.mark.parametrize("looks", ["stands", "noted"])
async def test_nothing_else_is_looked_for_before(desk: Desk, outlets: SlackOutlets, looks: str) -> None:
    _, hang = await left(desk, outlets)
    looking = asyncio.create_task(getattr(await opened(desk, outlets), looks)())
    await elsewhere(desk, outlets)
    hang.released.set()
    assert not await looking


async def test_the_end_of_a_try_waits_for_what_it_writes(
    desk: Desk, outlets: SlackOutlets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply, "LEAVING", 60.0)
    first, hang = await begun(desk, outlets)
    leaving = asyncio.create_task(first.leave())
    await elsewhere(desk, outlets)
    assert not leaving.done()
    hang.released.set()
    await leaving
    assert await (await opened(desk, outlets)).pick_up()


async def test_an_end_that_is_cut_short_cuts_no_write_short(
    desk: Desk, outlets: SlackOutlets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply, "LEAVING", 60.0)
    first, hang = await begun(desk, outlets)
    for ending in (asyncio.create_task(first.finish()), asyncio.create_task(first.leave())):
        await elsewhere(desk, outlets)
        ending.cancel()
        await asyncio.wait({ending})
    looking = asyncio.create_task((await opened(desk, outlets)).pick_up())
    await elsewhere(desk, outlets)
    hang.released.set()
    assert await looking


async def test_nor_a_status(desk: Desk, outlets: SlackOutlets) -> None:
    hang = Hang()
    desk.slack.answer_next("assistant.threads.setStatus", hang)
    first = await opened(desk, outlets)
    await first.working()
    await hang.arrived.wait()
    ending = asyncio.create_task(first.finish())
    await elsewhere(desk, outlets)
    ending.cancel()
    await asyncio.wait({ending})
    later = await opened(desk, outlets)
    looking = asyncio.create_task(later.pick_up())
    await elsewhere(desk, outlets)
    hang.released.set()
    assert not await looking
    await answers(later)
    assert not any(desk.slack.workspace.statuses.values()), "the end of a status comes last"


async def test_a_try_that_is_over_begins_nothing(desk: Desk, outlets: SlackOutlets) -> None:
    first, hang = await left(desk, outlets)
    hang.released.set()
    later = await opened(desk, outlets)
    assert await later.pick_up()
    await first.worked("c1", ok=True)  # what was asked side by side goes on where one of them ended the try
    await first.working(get_employee, "c3")
    await first.worked("c2", ok=True)
    await answers(later)
    assert await (await opened(desk, outlets)).pick_up() is False
    assert [(message.metadata or {})["event_type"] for message in desk.replies] == [PART, MARK]
    assert (desk.called("chat.startStream"), desk.called("chat.appendStream")) == (2, 0)
    assert desk.called("chat.update") == 0


async def test_a_write_that_failed_is_over(desk: Desk, outlets: SlackOutlets) -> None:
    fault = Hang()
    desk.slack.answer_next("chat.startStream", fault)
    desk.slack.answer_next("chat.startStream", Refused("internal_error"))
    first = await opened(desk, outlets)
    await first.working(query_employees, "c1")
    await fault.arrived.wait()
    await first.leave()
    fault.released.set()
    later = await opened(desk, outlets)
    await later.pick_up()
    await answers(later)
    assert not any(message.streaming for message in desk.replies)


async def test_a_stop_button_that_comes_after_its_try_is_taken_away(
    desk: Desk, outlets: SlackOutlets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stop_button, "SHOW_AFTER", 0.0)
    hang = Hang()
    desk.slack.answer_next("chat.postMessage", hang)
    first = await opened(desk, outlets, direct=False)
    await first.working()
    await hang.arrived.wait()
    await first.leave()
    later = await opened(desk, outlets, direct=False)
    looking = asyncio.create_task(later.pick_up())
    await elsewhere(desk, outlets)
    hang.released.set()
    assert not await looking
    await answers(later)
    assert [(message.metadata or {})["event_type"] for message in desk.replies] == [MARK]


async def test_writes_are_known_until_they_are_over() -> None:
    writes, key, go_on = Writes(), ConversationKey("T1", "C1", "1.1"), asyncio.Event()

    async def write() -> None:
        await go_on.wait()
        raise RuntimeError("Session is closed")

    tasks = [writes.begin(key, write()) for _ in range(2)]
    await writes.over(replace(key, thread="2.2"))
    over = asyncio.create_task(writes.over(key))
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.wait({tasks[0]})
    assert not over.done()
    go_on.set()
    await over
    assert [task.cancelled() for task in tasks] == [True, False]
    assert tasks[1].exception() is None, "a session that is closed is no defect"
