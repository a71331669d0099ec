"""A post is made until it stands there, and never twice."""

from collections.abc import AsyncIterator

import pytest

from bot.demo.unkind.calls import Broken, Dropped, Refused
from bot.slack import once
from bot.slack.marks import Mark, find_marked
from bot.slack.once import NotYet, post_once
from tests.bot.slack.desk import Desk, hurry, open_desk

MARK = Mark("nod_note", {"turn": "1", "note": "a1"})


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    async with open_desk() as opened:
        yield opened


async def post(desk: Desk, text: str = "Hello.") -> str | None:
    return await post_once(desk.client, desk.place.bot, desk.key, MARK, "posting a note", text=text)


async def test_it_is_posted_with_its_mark(desk: Desk) -> None:
    ts = await post(desk)
    [reply] = desk.replies
    assert (reply.ts, reply.metadata) == (ts, MARK.metadata)
    assert desk.called("conversations.replies") == 0


@pytest.mark.parametrize("html", [True, False])
@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_5xx_after_the_effect(desk: Desk, status: int, html: bool) -> None:
    desk.slack.answer_next("chat.postMessage", Broken(status, after_effect=True, html=html))
    ts = await post(desk)
    assert [reply.ts for reply in desk.replies] == [ts]
    assert desk.called("chat.postMessage") == 1


async def test_a_search_that_fails_posts_nothing(desk: Desk) -> None:
    desk.slack.answer_next("chat.postMessage", Dropped(after_effect=True))
    for _ in range(9):
        desk.slack.answer_next("conversations.replies", Dropped())
    ts = await post(desk)
    assert [reply.ts for reply in desk.replies] == [ts]
    assert desk.called("chat.postMessage") == 1


async def test_what_slack_refuses_is_not_tried_again(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.slack.answer_next("chat.postMessage", Refused("is_archived"))
    assert await post(desk) is None
    assert desk.called("chat.postMessage") == 1
    assert f"chat.postMessage in {desk.key.channel}: is_archived" in caplog.text


async def test_it_is_given_up_in_the_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(once, "pauses", lambda: iter([0.0, 0.0]))
    desk.slack.faults.add(Dropped(), match="*", times=None)
    with pytest.raises(NotYet):
        await post(desk)
    assert "posting a note is given up" in caplog.text
    assert desk.called("chat.postMessage") <= 1, "posted again although nobody had looked"


async def test_another_apps_mark_is_not_ours(desk: Desk) -> None:
    ts = await post(desk)
    bot = desk.place.bot
    assert await find_marked(desk.client, bot, desk.key, desk.place.began, MARK) == ts
    assert await find_marked(desk.client, "B0OTHER", desk.key, desk.place.began, MARK) is None
    other = Mark(MARK.event_type, {"turn": "1", "note": "b2"})
    assert await find_marked(desk.client, bot, desk.key, desk.place.began, other) is None
