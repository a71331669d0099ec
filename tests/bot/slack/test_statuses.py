"""A status that Slack did not take away when its turn ended is taken away later, and none that says the truth."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.demo.unkind.calls import Refused
from bot.slack.pace import patience
from bot.slack.statuses import Statuses
from tests.bot.slack.desk import Desk, hurry, open_desk

SET = "assistant.threads.setStatus"


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    async with open_desk() as opened:
        yield opened


def status(desk: Desk) -> str:
    return desk.slack.workspace.statuses.get((desk.key.channel, desk.key.thread), "")


async def stuck(desk: Desk) -> Statuses:
    """Leave a status that could not be cleared: Slack wanted a longer wait than anybody has."""
    statuses = Statuses(desk.client)
    await statuses.set(desk.key, "is thinking…")
    desk.slack.answer_next(SET, Refused("ratelimited", retry_after=1, status=429))
    with patience(0.0):
        await statuses.set(desk.key, "")
    assert status(desk) == "is thinking…"
    return statuses


async def test_one_that_stayed_is_cleared_by_the_clock_once(desk: Desk) -> None:
    statuses = await stuck(desk)
    await statuses.clear_stale()
    assert status(desk) == ""
    called = desk.called(SET)
    await statuses.clear_stale()
    assert desk.called(SET) == called


async def test_one_of_a_turn_that_has_begun_since_stays(desk: Desk) -> None:
    statuses = await stuck(desk)
    await statuses.set(desk.key, "is looking up the weather…")
    await statuses.clear_stale()
    assert status(desk) == "is looking up the weather…"


@pytest.mark.parametrize("what", ["is thinking…", ""])
async def test_what_slack_will_never_take_is_let_go(desk: Desk, what: str) -> None:
    statuses = Statuses(desk.client)
    refused: Any = Refused("channel_not_found")
    desk.slack.answer_next(SET, refused)
    await statuses.set(desk.key, what)
    called = desk.called(SET)
    await statuses.clear_stale()
    assert desk.called(SET) == called
