"""The message with the Stop button: it comes to a turn that takes a while, and never outlives it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.demo.unkind.calls import Broken, Refused
from bot.demo.workspace.state import Message
from bot.slack import stop_button
from bot.slack.stop_button import MARK, STOP, StopButton
from bot.words.catalogue import words_for
from storage.records import Claim, Conversation, Delivery, DeliveryKind, InboxEntry
from tests.bot.slack.desk import Desk, hurry, open_desk

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    monkeypatch.setattr(stop_button, "SHOW_AFTER", 0.0)
    async with open_desk() as opened:
        yield opened


def stop(desk: Desk, *, direct: bool = False) -> StopButton:
    asked = Delivery(DeliveryKind.MESSAGE, "message:1", desk.key, desk.user, "say it", desk.key.thread, direct)
    claim = Claim(7, Conversation(1, desk.key), (InboxEntry(1, asked, NOW),))
    return StopButton(desk.place, claim, words_for("en"))


def standing(desk: Desk) -> list[Message]:
    return [each for each in desk.replies if (each.metadata or {}).get("event_type") == MARK]


async def shown(desk: Desk) -> Message:
    found = await desk.slack.workspace.wait_for(lambda _: standing(desk))
    return found[0]


async def test_it_comes_and_goes(desk: Desk) -> None:
    button = stop(desk)
    button.show_soon()
    button.show_soon()
    message = await shown(desk)
    assert message.blocks[0]["accessory"]["action_id"] == STOP
    await button.take()
    button.show_soon()
    await asyncio.sleep(0)
    assert standing(desk) == []
    assert (desk.called("chat.postMessage"), desk.called("chat.delete")) == (1, 1)


async def test_a_quick_turn_has_none(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_button, "SHOW_AFTER", 60.0)
    button = stop(desk)
    button.show_soon()
    await button.take()
    assert desk.called("chat.postMessage") == desk.called("chat.delete") == 0


async def test_slack_has_its_own_in_direct_messages(desk: Desk) -> None:
    button = stop(desk, direct=True)
    button.show_soon()
    await button.look_back()
    await button.take()
    assert not desk.slack.calls


async def test_what_an_earlier_process_left_is_taken_away(desk: Desk) -> None:
    left = stop(desk)
    left.show_soon()
    await shown(desk)
    later = stop(desk)
    await later.look_back()
    assert standing(desk) == []
    await later.look_back()
    assert desk.called("conversations.replies") == 1


async def test_a_post_of_which_nobody_knows_is_looked_for(desk: Desk) -> None:
    desk.slack.answer_next("chat.postMessage", Broken(after_effect=True))
    button = stop(desk)
    button.show_soon()
    await shown(desk)
    await button.take()
    assert standing(desk) == []


async def test_one_that_slack_does_not_take_is_done_without(desk: Desk) -> None:
    desk.slack.answer_next("chat.postMessage", Refused("not_in_channel"))
    button = stop(desk)
    button.show_soon()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        if task.get_name().startswith("stop button"):
            await task
    await button.take()
    assert (standing(desk), desk.called("chat.delete")) == ([], 0)


async def test_a_failing_slack_is_asked_again_to_take_it_away(desk: Desk) -> None:
    button = stop(desk)
    button.show_soon()
    await shown(desk)
    desk.slack.answer_next("chat.delete", Broken())
    await button.take()
    assert standing(desk) == []


async def test_a_slack_that_goes_on_failing_keeps_no_thread_waiting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The turn ends, and the thread's next question is answered, while it is still asked."""
    monkeypatch.setattr(stop_button, "TAKING", 0.0)
    button = stop(desk)
    button.show_soon()
    await shown(desk)
    for _ in range(5):
        desk.slack.answer_next("chat.delete", Broken())
    await button.take()
    assert len(standing(desk)) == 1
    await desk.slack.workspace.wait_for(lambda _: not standing(desk))
