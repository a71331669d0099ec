"""The page over real HTTP: what each person sees, what they can do, and who is refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.demo.workspace.state import View
from tests.bot.demo.page.conftest import Stage

BUTTON = {
    "type": "button",
    "action_id": "action_confirm",
    "text": {"type": "plain_text", "text": "Confirm"},
    "value": "v",
}
POSTS = [
    *("/say", "/edit", "/delete", "/click", "/stop", "/open", "/restart"),
    *("/views/V1/submit", "/views/V1/close"),
]


async def page(stage: Stage, query: str) -> str:
    response = await stage.client.get(f"/?{query}")
    assert response.status == 200
    return await response.text()


async def post(stage: Stage, path: str, person: str, **fields: str) -> tuple[int, dict[str, Any]]:
    response = await stage.client.post(f"{path}?as={person}", data=fields, headers=stage.origin)
    return response.status, await response.json()


class Listener:
    """Reads a page's event stream."""

    def __init__(self, lines: AsyncIterator[bytes]) -> None:
        self._lines = lines

    async def next(self, *names: str) -> dict[str, Any]:
        """Wait for the next event of one of these names."""
        async with asyncio.timeout(5):
            name = ""
            async for line in self._lines:
                key, _, value = line.decode().rstrip("\n").partition(": ")
                if key == "event":
                    name = value
                elif key == "data" and name in names:
                    return {"event": name, **json.loads(value)}
        raise AssertionError("the stream ended")


@asynccontextmanager
async def listening(stage: Stage, query: str) -> AsyncIterator[Listener]:
    async with stage.client.get(f"/events?{query}") as response:
        assert response.content_type == "text/event-stream"
        yield Listener(aiter(response.content))


async def test_the_page_is_in_the_persons_language(stage: Stage) -> None:
    korean, english = await page(stage, "as=kim"), await page(stage, "as=lee")
    assert '<html lang="ko">' in korean
    assert "이렇게 물어보세요" in korean
    assert '<html lang="en">' in english
    assert "Try one of these" in english


async def test_what_a_newcomer_can_click(stage: Stage) -> None:
    html = await page(stage, "as=kim")
    assert 'data-prompt="@Nod 직원들 중에 제일 많은 연봉을 받는 사람은?"' in html
    assert 'data-prompt="@Nod Tiger Nixon의 연봉을 330000으로 올려줘"' in html
    assert 'data-prompt="오늘 서울의 날씨는?"' in await page(stage, "as=kim&in=nod")


async def test_nods_own_prompts_take_their_place_in_the_dm(stage: Stage) -> None:
    stage.workspace.set_prompts(stage.workspace.dm("lee").id, [{"title": "Ages", "message": "average age?"}])
    html = await page(stage, "as=lee&in=nod")
    assert 'data-prompt="average age?" title="average age?">Ages</button>' in html


async def test_an_unknown_place_falls_back_to_the_first(stage: Stage) -> None:
    html = await page(stage, "as=nobody&in=nowhere&thread=x&tab=home")
    assert '<body data-person="kim"' in html
    assert 'data-channel-kind="channel" data-tab="messages" data-thread-ts=""' in html


async def test_the_policy_forbids_inline_script_and_the_page_has_none(stage: Stage) -> None:
    response = await stage.client.get("/?as=kim")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    html = await response.text()
    assert "<script>" not in html
    assert " style=" not in html
    assert " onclick=" not in html
    static = await stage.client.get("/static/page.js")
    assert static.status == 200
    assert static.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
)
async def test_a_post_from_another_site_is_refused(stage: Stage, path: str, headers: dict[str, str]) -> None:
    channel = stage.workspace.channel("general").id
    fields = {
        "channel": channel,
        "text": "@Nod delete everybody",
        "ts": "1.1",
        "action_id": "a",
        "thread_ts": "1.1",
    }
    response = await stage.client.post(f"{path}?as=kim", data=fields, headers=headers)
    assert response.status == 403
    assert stage.workspace.messages(channel) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_foreign_host_is_refused(stage: Stage, method: str) -> None:
    headers = {"Host": "rebound.example", "Origin": "http://rebound.example", "Sec-Fetch-Site": "same-origin"}
    response = await stage.client.request(method, "/say?as=kim" if method == "POST" else "/", headers=headers)
    assert response.status == 421


async def test_saying_something(stage: Stage) -> None:
    channel = stage.workspace.channel("general")
    status, answer = await post(stage, "/say", "lee", channel=channel.id, text="@Nod <b>hi</b>")
    assert status == 200
    message = stage.workspace.message(channel.id, answer["ts"])
    assert message is not None
    assert message.text == f"<@{stage.workspace.bot.id}> &lt;b&gt;hi&lt;/b&gt;"
    html = await page(stage, "as=kim")
    assert "@Nod</span> &lt;b&gt;hi&lt;/b&gt;" in html
    status, reply = await post(stage, "/say", "kim", channel=channel.id, text="네", thread_ts=answer["ts"])
    assert stage.workspace.replies(channel.id, answer["ts"])[0].ts == reply["ts"]
    assert "1 reply" in await page(stage, "as=lee")


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"text": "/weather Seoul"}, "Only /nod works here."),
        ({"text": "/nod hi", "thread_ts": "1.1"}, "no slash commands in threads"),
        ({"text": "x" * 12_001}, "longer than 12,000"),
    ],
)
async def test_what_is_refused_says_why(stage: Stage, fields: dict[str, str], key: str) -> None:
    channel = stage.workspace.channel("general").id
    status, answer = await post(stage, "/say", "lee", channel=channel, **fields)
    assert status == 400
    assert key in answer["error"]


async def test_a_slash_command_without_a_bot_tells_the_person_alone(stage: Stage) -> None:
    channel = stage.workspace.channel("general").id
    status, _ = await post(stage, "/say", "lee", channel=channel, text="/nod what is the average age?")
    assert status == 200
    assert "Only visible to you" in await page(stage, "as=lee")
    assert "data-ephemeral" not in await page(stage, "as=kim")


async def test_nobody_speaks_in_anothers_dm_or_for_a_stranger(stage: Stage) -> None:
    dm = stage.workspace.dm("kim").id
    assert (await post(stage, "/say", "lee", channel=dm, text="hi"))[0] == 404
    assert (await post(stage, "/say", "mallory", channel=dm, text="hi"))[0] == 404
    assert stage.workspace.messages(dm) == []


async def test_a_click_that_nobody_takes_or_on_what_is_gone(stage: Stage) -> None:
    channel = stage.workspace.channel("general").id
    card = stage.nod_says("general", blocks=[{"type": "actions", "block_id": "b", "elements": [BUTTON]}])
    fields = {
        "channel": channel,
        "ts": card.ts,
        "action_id": "action_confirm",
        "block_id": "b",
        "value": "v",
        "type": "button",
    }
    status, answer = await post(stage, "/click", "lee", **fields)
    assert (status, answer["error"]) == (200, "This didn't work. Try again?")
    status, answer = await post(stage, "/click", "kim", **(fields | {"action_id": "gone"}))
    assert (status, answer["error"]) == (404, "이미 사라진 항목입니다.")


async def test_an_ephemeral_message_is_another_persons_secret(stage: Stage) -> None:
    kim = stage.workspace.user("kim").id
    secret = stage.nod_says("general", text="for Kim", ephemeral_to=kim)
    assert "for Kim" in await page(stage, "as=kim")
    assert "for Kim" not in await page(stage, "as=lee")
    fields = {"channel": secret.channel, "ts": secret.ts, "action_id": "a"}
    assert (await post(stage, "/click", "lee", **fields))[0] == 404


def modal(stage: Stage, person: str) -> View:
    element = {"type": "number_input", "action_id": "v", "is_decimal_allowed": False, "max_value": "9"}
    block = {
        "type": "input",
        "block_id": "pay",
        "label": {"type": "plain_text", "text": "Pay"},
        "element": element,
    }
    user = stage.workspace.user(person).id
    return stage.workspace.put_view(
        View("V1", "", "modal", user, title="Edit <it>", submit="Save", blocks=[block])
    )


async def test_a_modal_is_its_persons_and_refuses_in_their_language(stage: Stage) -> None:
    view = modal(stage, "kim")
    html = await page(stage, "as=kim")
    assert 'id="view" data-view-id="V1"' in html
    assert "Edit &lt;it&gt;" in html
    assert 'name="pay:v"' in html
    assert 'id="view"' not in await page(stage, "as=lee")
    assert (await post(stage, "/views/V1/submit", "lee", **{"pay:v": "1"}))[0] == 404
    _, answer = await post(stage, "/views/V1/submit", "kim", **{"pay:v": "10"})
    assert answer == {"errors": {"pay": "9 이하로 입력해 주세요."}}
    assert view.id in stage.workspace.views
    assert (await post(stage, "/views/V1/close", "kim"))[0] == 200
    assert stage.workspace.views == {}
    assert (await post(stage, "/views/V1/close", "kim"))[0] == 404


async def test_a_submission_that_nobody_takes_says_so(stage: Stage) -> None:
    modal(stage, "lee")
    _, answer = await post(stage, "/views/V1/submit", "lee", **{"pay:v": "5"})
    assert list(answer["errors"]) == [""]
    assert answer["errors"][""] in await page(stage, "as=lee")


async def test_home(stage: Stage) -> None:
    assert "no Home tab" in await page(stage, "as=lee&in=nod&tab=home")
    lee = stage.workspace.user("lee").id
    stage.workspace.put_view(
        View("V9", "", "home", lee, blocks=[{"type": "header", "text": {"type": "plain_text", "text": "Hi"}}])
    )
    html = await page(stage, "as=lee&in=nod&tab=home")
    assert 'data-view-id="V9"' in html
    assert "<h3>Hi</h3>" in html


async def test_unread_until_it_is_looked_at(stage: Stage) -> None:
    hr = stage.workspace.channel("hr").id
    await page(stage, "as=lee")
    stage.nod_says("hr", text="news")
    mark = f'data-channel="{hr}" data-channel-key="hr" data-unread'
    assert mark in await page(stage, "as=lee")
    await page(stage, "as=lee&in=hr")
    assert mark not in await page(stage, "as=lee")
    assert mark in await page(stage, "as=park")


async def test_changes_arrive_as_fragments(stage: Stage) -> None:
    question = await stage.people.say("lee", "general", "@Nod hi")
    async with listening(stage, f"as=kim&in=general&thread={question.ts}") as events:
        sync = await events.next("sync")
        assert [fragment["ts"] for fragment in sync["list"]] == [question.ts]
        assert (await events.next("status"))["html"].strip() == ""
        stage.workspace.set_status(question.channel, question.ts, "is thinking…")
        assert "Nod is thinking…" in (await events.next("message"))["html"]
        assert "Nod is thinking…" in (await events.next("status"))["html"]
        answer = stage.nod_says("general", thread_ts=question.ts, markdown="**so", text="**so", streaming=True)
        arrived = await events.next("message")
        while arrived["ts"] != answer.ts:
            arrived = await events.next("message")
        assert arrived["thread_ts"] == question.ts
        assert "data-streaming" in arrived["html"]
        root = await events.next("message")
        assert root["ts"] == question.ts
        assert "답글 1개" in root["html"]
        stage.workspace.delete(answer)
        assert (await events.next("gone"))["ts"] == answer.ts


async def test_what_happens_elsewhere_is_a_dot_and_anothers_secret_is_nothing(stage: Stage) -> None:
    async with listening(stage, "as=lee&in=general") as events:
        await events.next("sync")
        stage.nod_says("hr", text="secret", ephemeral_to=stage.workspace.user("kim").id)
        await stage.people.say("kim", stage.workspace.dm("kim").id, "private")
        stage.nod_says("hr", text="news")
        first = await events.next("message", "unread")
        assert "news" in first["html"]
        assert (await events.next("message", "unread")) == {
            "event": "unread",
            "channel": stage.workspace.channel("hr").id,
        }


async def test_a_modal_opens_and_closes_by_itself(stage: Stage) -> None:
    async with listening(stage, "as=lee") as events:
        assert (await events.next("view"))["html"].strip() == ""
        view = modal(stage, "lee")
        assert "<dialog" in (await events.next("view"))["html"]
        stage.workspace.drop_views([view])
        assert (await events.next("view"))["html"].strip() == ""


async def test_behind_the_scenes_a_change_arrives(stage: Stage) -> None:
    assert 'data-employee="1" data-change=""' in await page(stage, "as=lee")
    async with listening(stage, "as=lee") as events:
        assert 'data-change="changed"' not in (await events.next("employees"))["html"]
        stage.employees.update(1, {"salary": 330_000})
        html = (await events.next("employees"))["html"]
    assert 'data-employee="1" data-change="changed"' in html
    assert "<s>320,800</s>" in html
    assert "<strong>330,000</strong>" in html
    assert "1 changed since the demo started" in html


async def test_what_stands_in_a_modals_inputs_goes_with_a_click_in_it(stage: Stage) -> None:
    view = modal(stage, "lee")
    view.blocks.append({"type": "actions", "block_id": "row", "elements": [BUTTON]})
    fields = {"view_id": "V1", "action_id": "action_confirm", "block_id": "row", "type": "button", "value": "v"}
    status, answer = await post(stage, "/click", "lee", **fields, **{"pay:v": "7"})
    assert (status, answer["error"]) == (200, "This didn't work. Try again?")
    assert view.state["pay"]["v"]["value"] == "7"


async def test_slacks_own_stop_stands_in_a_direct_thread_while_it_is_written(stage: Stage) -> None:
    dm = stage.workspace.dm("lee")
    asked = await stage.people.say("lee", dm.id, "count")
    place = f"as=lee&in=nod&thread={asked.ts}"
    message = stage.nod_says(dm.id, thread_ts=asked.ts, streaming=True, markdown="1 2")
    async with listening(stage, place) as listener:
        assert "data-stop" in (await listener.next("status"))["html"]
        assert "data-stop" in await page(stage, place)
        assert (await post(stage, "/stop", "lee", channel=dm.id, thread_ts=asked.ts))[0] == 200
        stage.workspace.stop_stream(message)
        assert "data-stop" not in (await listener.next("status"))["html"]
    assert (await post(stage, "/stop", "lee", channel=dm.id, thread_ts=asked.ts))[0] == 404


async def test_it_does_not_stand_in_a_channel(stage: Stage) -> None:
    general = stage.workspace.channel("general")
    asked = await stage.people.say("lee", general.id, "@Nod count")
    stage.nod_says("general", thread_ts=asked.ts, streaming=True, markdown="1 2")
    assert "data-stop" not in await page(stage, f"as=lee&in=general&thread={asked.ts}")


async def test_what_can_be_asked_of_an_answer_is_listed(stage: Stage) -> None:
    stage_of = {"kim": "900까지 세어 줘", "lee": "count to 900"}
    for person, prompt in stage_of.items():
        html = await page(stage, f"as={person}&in=nod")
        assert 'data-try="stop"' in html
        assert f'data-prompt="{prompt}"' in html
