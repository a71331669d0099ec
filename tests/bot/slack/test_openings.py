"""`/nod new`: one opening in the direct message for one command, and its asker is told what came of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.demo.unkind.calls import Broken, Dropped, Refused
from bot.demo.workspace.state import Message
from bot.slack import openings, tries
from bot.slack.openings import Openings
from bot.words.catalogue import words_for
from storage.records import COMMAND_THREAD, ConversationKey, Delivery, DeliveryKind
from tests.bot.slack.desk import Desk, hurry, open_desk

WORDS = words_for("en")


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    async with open_desk() as opened:
        yield opened


def command(desk: Desk, trigger: str = "1.2.x", response_url: str = "") -> Delivery:
    key = ConversationKey(desk.key.team, desk.key.channel, f"{COMMAND_THREAD}{trigger}")
    return Delivery(
        DeliveryKind.COMMAND, f"command:{key.team}:{trigger}", key, desk.user, "new", response_url=response_url
    )


def openings_of(desk: Desk) -> Openings:
    return Openings(desk.client, desk.session, desk.slack.workspace.bot_id)


def opened(desk: Desk) -> list[Message]:
    workspace = desk.slack.workspace
    return [message for message in workspace.messages(workspace.dm(desk.user).id) if message.bot_id]


async def test_it_is_opened_with_a_link(desk: Desk) -> None:
    told = await openings_of(desk).begin(command(desk), WORDS)
    [opening] = opened(desk)
    assert (opening.text, opening.thread_ts) == (WORDS("new-opening"), None)
    assert f"/archives/{opening.channel}/p{opening.ts.replace('.', '')}|" in told
    assert desk.called("conversations.history") == 0


@pytest.mark.parametrize("fault", [Broken(500, after_effect=True), Dropped(after_effect=True)])
async def test_one_whose_receipt_was_lost_is_found(desk: Desk, fault: Any) -> None:
    desk.slack.answer_next("chat.postMessage", fault)
    told = await openings_of(desk).begin(command(desk), WORDS)
    [opening] = opened(desk)
    assert opening.ts.replace(".", "") in told
    assert desk.called("chat.postMessage") == 1


async def test_two_commands_open_two_and_one_that_comes_twice_opens_one(desk: Desk) -> None:
    doing = openings_of(desk)
    first, again = await asyncio.gather(*(doing.begin(command(desk), WORDS) for _ in range(2)))
    assert (first, len(opened(desk))) == (again, 1)
    assert await doing.begin(command(desk), WORDS) == first
    assert len(opened(desk)) == 1
    assert await doing.begin(command(desk, "1.3.x"), WORDS) != first
    assert len(opened(desk)) == 2


async def test_without_a_link_it_says_where(desk: Desk) -> None:
    desk.slack.answer_next("chat.getPermalink", Refused("message_not_found"))
    assert await openings_of(desk).begin(command(desk), WORDS) == WORDS("new-opened-plain")
    assert len(opened(desk)) == 1


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("conversations.open", "missing_scope"),
        ("conversations.open", "user_not_found"),
        ("chat.postMessage", "no"),
    ],
)
async def test_where_slack_does_not_take_it_that_is_said(desk: Desk, method: str, code: str) -> None:
    desk.slack.answer_next(method, Refused(code))
    assert await openings_of(desk).begin(command(desk), WORDS) == WORDS("new-failed")
    assert opened(desk) == []


async def test_what_takes_long_is_told_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openings, "WITHIN", 0.0)
    workspace = desk.slack.workspace
    url = desk.slack.response_urls.issue(
        desk.slack.origin, workspace.team_id, desk.key.channel, desk.user, command="/nod new"
    )
    assert await openings_of(desk).begin(command(desk, response_url=url.url), WORDS) == WORDS("new-coming")
    told = await workspace.wait_for(
        lambda _: [m for m in workspace.messages(desk.key.channel) if m.ephemeral_to == desk.user]
    )
    assert opened(desk)[0].ts.replace(".", "") in told[0].text


async def test_when_nobody_can_say_it_is_not_posted_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "WITHIN", 0.05)
    desk.slack.answer_next("chat.postMessage", Dropped(after_effect=True))
    for _ in range(50):
        desk.slack.answer_next("conversations.history", Refused("internal_error"))
    assert await openings_of(desk).begin(command(desk), WORDS) == WORDS("new-failed")
    assert len(opened(desk)) == 1
