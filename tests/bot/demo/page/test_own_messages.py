"""What the page lets people do to their own messages, and to nobody else's."""

import re
from html import unescape

import pytest

from bot.demo.workspace.residents import talk
from tests.bot.demo.page.conftest import Stage
from tests.bot.demo.page.test_routes import page, post


async def test_one_changes_and_takes_back_what_one_said(stage: Stage) -> None:
    message = await stage.people.say("kim", "general", "@Nod a & b")
    html = await page(stage, "as=kim")
    assert [unescape(typed) for typed in re.findall(r'data-typed="([^"]*)"', html)] == ["@Nod a & b"]
    assert await post(stage, "/edit", "kim", channel=message.channel, ts=message.ts, text=" @Nod c\r\nd ") == (
        200,
        {},
    )
    assert message.text == f"<@{stage.workspace.bot.id}> c\nd"
    assert message.edited
    assert await post(stage, "/delete", "kim", channel=message.channel, ts=message.ts) == (200, {})
    assert stage.workspace.messages(message.channel) == []


@pytest.mark.parametrize("path", ["/edit", "/delete"])
async def test_others_messages_are_not_ones_own(stage: Stage, path: str) -> None:
    message = await stage.people.say("kim", "general", "mine")
    own = stage.nod_says("general", text="Nod's")
    assert "data-edit-message" not in await page(stage, "as=lee")
    for ts in (message.ts, own.ts, "1.1"):
        status, answer = await post(stage, path, "lee", channel=message.channel, ts=ts, text="x")
        assert (status, answer) == (404, {"error": "That is no longer there."})
    assert message.text == "mine"


@pytest.mark.parametrize(("text", "told"), [("  ", "Please fill this in."), ("x" * 12_001, "12,000")])
async def test_what_cannot_be_saved_is_said(stage: Stage, text: str, told: str) -> None:
    message = await stage.people.say("lee", "general", "mine")
    status, answer = await post(stage, "/edit", "lee", channel=message.channel, ts=message.ts, text=text)
    assert status == 400
    assert told in answer["error"]
    assert message.text == "mine"


async def test_a_deleted_root_stays_as_a_tombstone_that_nobody_changes(stage: Stage) -> None:
    root = talk(stage.workspace)
    assert (await post(stage, "/delete", "lee", channel=root.channel, ts=root.ts))[0] == 200
    html = await page(stage, f"as=lee&in=general&thread={root.ts}")
    assert html.count("This message was deleted.") == 2, "in the channel and in the thread"
    assert html.count("data-edit-message") == 1
    assert (await post(stage, "/edit", "lee", channel=root.channel, ts=root.ts, text="back"))[0] == 404


async def test_what_only_one_person_sees_is_closed_by_that_person_and_counts_as_no_reply(stage: Stage) -> None:
    root = await stage.people.say("kim", "general", "hi")
    stage.nod_says("general", text="an answer", thread_ts=root.ts)
    kim = stage.workspace.user("kim").id
    notice = stage.nod_says("general", text="for you alone", thread_ts=root.ts, ephemeral_to=kim)
    html = await page(stage, f"as=kim&in=general&thread={root.ts}")
    assert "for you alone" in html
    assert "답글 1개" in html
    assert html.count("data-dismiss") == 1
    for person, ts in (("lee", notice.ts), ("kim", root.ts), ("kim", "1.1")):
        assert (await post(stage, "/dismiss", person, channel=root.channel, ts=ts))[0] == 404
    assert await post(stage, "/dismiss", "kim", channel=root.channel, ts=notice.ts) == (200, {})
    assert "for you alone" not in await page(stage, f"as=kim&in=general&thread={root.ts}")


async def test_a_thread_without_nod_has_a_hint_what_to_ask(stage: Stage) -> None:
    root = talk(stage.workspace)
    place = f"as=lee&in=general&thread={root.ts}"
    assert 'data-prompt="@Nod what will the weather be there?"' in await page(stage, place)
    await stage.people.say("lee", "general", "@Nod sum it up", root.ts)
    assert "thread-suggestions" not in await page(stage, place)
