"""A turn that is taken up again, in Slack: what the try before still writes is found, and nothing stays open."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from bot.demo.unkind.calls import Hang
from bot.slack import reply
from bot.slack.people import People
from bot.slack.reply import MARK, SlackOutlets
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.turns.worker import Worker
from storage.ports import StorageError
from storage.records import Claim
from tests.bot.slack.desk import hurry, open_desk
from tests.bot.turns.conftest import Desk, ScriptedModel
from tests.bot.turns.test_worker import at_work

ROUNDS = 5
"""Calls one after another, before the last of which one that was begun earlier has been answered."""


async def test_a_step_that_cannot_be_kept_while_its_task_is_on_its_way_to_slack(
    parts: Parts, desk: Desk, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch)
    monkeypatch.setattr("bot.turns.worker.STORAGE_PAUSE", 0.0)
    monkeypatch.setattr(reply, "LEAVING", 0.0)
    record, hang, tries, again = parts.storage.turns.record, Hang(), 0, asyncio.Event()

    async def failing(turn: int, items: Any, *more: Any, **named: Any) -> Any:
        if items and tries == 1 and len(model.shown) == 1:
            await hang.arrived.wait()
            raise StorageError("The database is locked.")
        return await record(turn, items, *more, **named)

    monkeypatch.setattr(parts.storage.turns, "record", failing)
    model.calls(("look", '{"what": "a price"}'))
    model.says("The whole answer.")
    async with open_desk() as thread:
        slack, client = thread.slack, thread.client
        slack.answer_next("chat.startStream", hang)
        cards: Any = SimpleNamespace(bot=thread.place.bot)
        outlets = SlackOutlets(client, thread.session, People(client), cards)
        opened = outlets.open

        async def opening(claim: Claim) -> Outlet:
            nonlocal tries
            tries += 1
            again.set() if tries == 2 else None
            return await opened(claim)

        monkeypatch.setattr(outlets, "open", opening)
        await desk.message("hi", thread.user, thread.key, direct=True)
        async with at_work(Worker(parts, outlets, 2)):
            async with asyncio.timeout(10):
                await again.wait()
            for _ in range(ROUNDS):
                await client.auth_test()
            assert not thread.called("conversations.replies"), "the next try does not look yet"
            hang.released.set()
            await slack.workspace.wait_for(
                lambda _: [each for each in thread.replies if (each.metadata or {}).get("event_type") == MARK], 10
            )
        assert [each.streaming for each in thread.replies] == [False, False]
        assert [each.markdown.strip() for each in thread.replies] == ["", "The whole answer."]
    assert (await parts.storage.counts()).taken == 0
