"""Drive the demo's Slack with the real slack-bolt and slack-sdk, over real HTTP and a real websocket."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.demo.workspace.people import People
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Workspace

MODAL = {
    "type": "modal",
    "callback_id": "edit",
    "title": {"type": "plain_text", "text": "Edit"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "salary",
            "label": {"type": "plain_text", "text": "Salary"},
            "element": {"type": "number_input", "action_id": "value", "is_decimal_allowed": False},
        }
    ],
}
CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "plain_text", "text": "Raise?"}},
    {
        "type": "actions",
        "block_id": "decision",
        "elements": [
            {"type": "button", "action_id": "yes", "value": "7", "text": {"type": "plain_text", "text": "Yes"}},
            {"type": "button", "action_id": "edit", "text": {"type": "plain_text", "text": "Edit"}},
        ],
    },
]


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client)


@pytest.fixture
async def handler(app: AsyncApp, slack: Slack) -> AsyncIterator[AsyncSocketModeHandler]:
    """Connect the app as it was when the fixture was asked for; listeners may be added later."""
    connected = AsyncSocketModeHandler(app, slack.app_token)
    await connected.connect_async()
    await slack.sockets.wait_connected()
    yield connected
    await connected.close_async()


@pytest.mark.usefixtures("handler")
async def test_a_mention_comes_twice_and_is_answered_by_a_stream(
    app: AsyncApp, people: People, workspace: Workspace
) -> None:
    heard: list[tuple[str, str, str]] = []

    @app.event("message")
    async def on_message(body: dict[str, Any], event: dict[str, Any]) -> None:
        heard.append((event["type"], body["event_id"], event["ts"]))

    @app.event("app_mention")
    async def on_mention(body: dict[str, Any], event: dict[str, Any], client: AsyncWebClient) -> None:
        heard.append((event["type"], body["event_id"], event["ts"]))
        assert event["text"] == f"<@{workspace.bot.id}> hi &amp; bye"
        await client.assistant_threads_setStatus(
            channel_id=event["channel"], thread_ts=event["ts"], status="is thinking…"
        )
        assert workspace.statuses == {(event["channel"], event["ts"]): "is thinking…"}
        stream = await client.chat_stream(
            channel=event["channel"],
            thread_ts=event["ts"],
            recipient_team_id=body["team_id"],
            recipient_user_id=event["user"],
            buffer_size=4,
        )
        await stream.append(markdown_text="**Hello** ")
        assert workspace.statuses == {}
        await stream.append(chunks=[{"type": "task_update", "id": "1", "title": "Look", "status": "in_progress"}])
        await stream.append(
            markdown_text="there",
            chunks=[{"type": "task_update", "id": "1", "title": "Look", "status": "complete"}],
        )
        await stream.stop(blocks=CARD)

    asked = await people.say("kim", "general", "@Nod hi & bye")
    answer = await workspace.wait_for(
        lambda w: next((m for m in w.replies(asked.channel, asked.ts) if m.blocks and not m.streaming), None)
    )
    assert answer.markdown == answer.text == "**Hello** there"
    assert [(task["id"], task["status"]) for task in answer.chunks] == [("1", "complete")]
    assert {kind for kind, _, _ in heard} == {"message", "app_mention"}
    assert len({event_id for _, event_id, _ in heard}) == 2
    assert {ts for _, _, ts in heard} == {asked.ts}


@pytest.mark.usefixtures("handler")
async def test_bolt_knows_the_bot_as_itself(
    app: AsyncApp, people: People, workspace: Workspace, client: AsyncWebClient, slack: Slack
) -> None:
    heard: list[str] = []

    @app.event("message")
    async def on_message(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    channel = workspace.dm("lee").id
    posted = await client.chat_postMessage(channel=channel, text="from Nod")
    await client.chat_update(channel=channel, ts=posted["ts"], text="from Nod, again")
    await slack.sockets.wait_acked()
    await people.say("lee", channel, "from Lee")
    await slack.sockets.wait_acked()
    assert heard == ["from Lee"]


@pytest.mark.usefixtures("handler")
async def test_a_command_is_answered_in_its_ack_and_at_its_response_url(
    app: AsyncApp, people: People, workspace: Workspace
) -> None:
    responds: list[Any] = []

    @app.command("/nod")
    async def on_command(ack: Any, respond: Any, command: dict[str, Any]) -> None:
        responds.append(respond)
        await ack(text=f"You asked: {command['text']}", blocks=CARD)

    general = workspace.channel("general").id
    assert await people.command("lee", "general", "who earns most?")
    [mine] = workspace.messages(general)
    assert (mine.text, len(mine.blocks)) == ("You asked: who earns most?", 2)
    await responds[0]("more", replace_original=True)
    assert (mine.text, mine.blocks) == ("more", [])
    await responds[0]("for all", response_type="in_channel")
    last = workspace.messages(general)[-1]
    assert (last.text, last.bot_id, last.ephemeral_to) == ("for all", workspace.bot_id, None)
    assert mine.command == "/nod who earns most?"
    assert mine.ephemeral_to == workspace.user("lee").id
    assert mine in workspace.messages(general, workspace.user("lee").id)
    assert mine not in workspace.messages(general, workspace.user("kim").id)


@pytest.mark.usefixtures("handler")
async def test_a_command_that_nobody_acks_is_told_to_the_person(
    slack: Slack, people: People, workspace: Workspace
) -> None:
    slack.sockets.ack_seconds = 0.05
    assert not await people.command("lee", "general", "hello")
    [note] = workspace.messages(workspace.channel("general").id)
    assert note.text == '/nod failed with the error "operation_timeout"'
    assert note.ephemeral_to == workspace.user("lee").id


@pytest.mark.usefixtures("handler")
async def test_a_click_opens_a_modal_whose_submission_is_refused_and_then_taken(
    app: AsyncApp, people: People, workspace: Workspace, client: AsyncWebClient
) -> None:
    clicks: list[dict[str, Any]] = []

    @app.action("edit")
    async def on_edit(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        clicks.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("edit")
    async def on_view(ack: Any, view: dict[str, Any]) -> None:
        if int(view["state"]["values"]["salary"]["value"]["value"]) > 1000:
            await ack(response_action="errors", errors={"salary": "Too much"})
        else:
            await ack()

    channel = workspace.channel("hr").id
    posted = await client.chat_postMessage(channel=channel, text="Raise?", blocks=CARD)
    assert await people.click("kim", channel, posted["ts"], "edit")
    view = await workspace.wait_for(lambda w: next(iter(w.view_stack(w.user("kim").id)), None))
    assert clicks[0]["container"] == {
        "type": "message",
        "message_ts": posted["ts"],
        "channel_id": channel,
        "is_ephemeral": False,
    }
    assert clicks[0]["message"]["ts"] == posted["ts"]
    assert (view.title, view.submit, view.callback_id) == ("Edit", "Save", "edit")

    assert not await people.submit_view("kim", view.id, {})
    assert view.errors == {"salary": "Please complete this required field."}
    assert not await people.submit_view("kim", view.id, {"salary": {"value": "5000"}})
    assert view.errors == {"salary": "Too much"}
    assert await people.submit_view("kim", view.id, {"salary": {"value": "900"}})
    assert workspace.views == {}


@pytest.mark.usefixtures("handler")
async def test_a_click_on_what_only_one_person_sees_is_answered_at_its_response_url(
    app: AsyncApp, people: People, workspace: Workspace, client: AsyncWebClient
) -> None:
    urls: list[str] = []

    @app.action("yes")
    async def on_yes(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        urls.append(body["response_url"])
        assert body["container"]["is_ephemeral"] is True
        assert body["actions"][0]["value"] == "7"
        await respond(text="Done", replace_original=True)

    channel, kim = workspace.channel("hr").id, workspace.user("kim").id
    posted = await client.chat_postEphemeral(channel=channel, user=kim, text="Raise?", blocks=CARD)
    assert await people.click("kim", channel, posted["message_ts"], "yes")
    message = await workspace.wait_for(lambda w: next((m for m in w.messages(channel) if m.text == "Done"), None))
    assert (message.ts, message.blocks) == (posted["message_ts"], [])

    hook = AsyncWebhookClient(urls[0])
    for _ in range(3):
        assert (await hook.send(text="again", replace_original=True)).body == "ok"
    assert (await hook.send(delete_original=True)).body == "ok"
    used = await hook.send(text="once too often")
    assert (used.status_code, "used_url" in used.body) == (404, True)
    assert workspace.messages(channel) == []


async def test_what_is_said_while_nobody_listens_is_delivered_at_the_next_connect(
    app: AsyncApp, slack: Slack, people: People, workspace: Workspace
) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()

    @app.event("message")
    async def on_message(event: dict[str, Any]) -> None:
        heard.put_nowait(event["text"])

    await people.say("lee", workspace.dm("lee").id, "are you there?")
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()
    assert await asyncio.wait_for(heard.get(), 5) == "are you there?"
    await slack.sockets.wait_acked()
    await handler.close_async()


async def test_two_sockets_share_the_envelopes_and_come_back_after_a_disconnect(
    app: AsyncApp, slack: Slack, people: People, workspace: Workspace
) -> None:
    heard: list[str] = []

    @app.event("message")
    async def on_message(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    handlers = [AsyncSocketModeHandler(app, slack.app_token) for _ in range(2)]
    for handler in handlers:
        await handler.connect_async()
    await slack.sockets.wait_connected(2)
    channel = workspace.dm("lee").id
    for number in range(4):
        await people.say("lee", channel, str(number))
    await slack.sockets.wait_acked()
    assert sorted(heard) == ["0", "1", "2", "3"]

    await slack.sockets.disconnect("refresh_requested")
    await slack.sockets.wait_connected(2)
    await people.say("lee", channel, "4")
    await slack.sockets.wait_acked()
    assert sorted(heard) == ["0", "1", "2", "3", "4"]
    for handler in handlers:
        await handler.close_async()


@pytest.mark.usefixtures("handler")
async def test_an_event_that_is_not_acked_comes_again_three_times_with_one_event_id(
    app: AsyncApp, slack: Slack, people: People, workspace: Workspace
) -> None:
    slack.sockets.ack_seconds = 0.05
    seen: list[tuple[str, str | None]] = []

    @app.middleware
    async def refuse(req: Any, resp: Any) -> Any:
        seen.append((req.body["event_id"], req.headers.get("x-slack-retry-num", [None])[0]))
        resp.status = 500
        return resp

    await people.say("lee", workspace.dm("lee").id, "hello?")
    await slack.sockets.wait_acked()
    assert len({event_id for event_id, _ in seen}) == 1
    assert [envelope.retry_attempt for envelope in slack.sockets.delivered] == [0, 1, 2, 3]
    assert len({envelope.id for envelope in slack.sockets.delivered}) == 4
    assert [retry for _, retry in seen][1:] == ["1", "2", "3"]
