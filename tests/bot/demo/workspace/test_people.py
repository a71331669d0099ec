from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace.errors import NotThere
from bot.demo.workspace.people import People
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Json, Workspace


class App:
    """The app's end of a socket, that acks whatever comes."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def payloads(self, count: int) -> list[Json]:
        """Return the next `count` payloads."""
        heard: list[Json] = []
        while len(heard) < count:
            envelope = await self._socket.receive_json(timeout=5)
            await self._socket.send_json({"envelope_id": envelope["envelope_id"]})
            heard.append(envelope["payload"])
        return heard

    async def events(self, count: int) -> list[Json]:
        return [payload["event"] for payload in await self.payloads(count)]


@pytest.fixture
async def app(slack: Slack) -> AsyncIterator[App]:
    address = f"{slack.origin}/link/?ticket={slack.sockets.open_ticket()}"
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
        await socket.receive_json()
        yield App(socket)


async def test_a_message_is_told_as_slack_tells_it(app: App, people: People, workspace: Workspace) -> None:
    said = await people.say("kim", "general", "hi & bye")
    [payload] = await app.payloads(1)
    assert payload["event"] == {
        "type": "message",
        "user": workspace.user("kim").id,
        "text": "hi &amp; bye",
        "ts": said.ts,
        "event_ts": said.ts,
        "client_msg_id": said.client_msg_id,
        "team": workspace.team_id,
        "blocks": said.blocks,
        "channel": said.channel,
        "channel_type": "channel",
    }
    assert payload["api_app_id"] == workspace.app_id
    assert payload["authorizations"][0]["user_id"] == workspace.bot.id


async def test_a_mention_in_a_thread_and_one_in_a_direct_channel(
    app: App, people: People, workspace: Workspace
) -> None:
    root = await people.say("kim", "general", "look")
    reply = await people.say("lee", "general", f"<@{workspace.bot.id}> well?", root.ts)
    direct = await people.say("lee", workspace.dm("lee").id, "@Nod hello")
    heard = await app.events(4)
    mention = next(event for event in heard if event["type"] == "app_mention")
    assert (mention["ts"], mention["thread_ts"], mention["parent_user_id"]) == (reply.ts, root.ts, root.user)
    assert "channel_type" not in mention
    assert heard[-1]["channel_type"] == "im"
    assert [event["type"] for event in heard if event["ts"] == direct.ts] == ["message"]


async def test_the_app_hears_nothing_where_it_is_not(app: App, people: People, workspace: Workspace) -> None:
    workspace.channel("hr").members.remove(workspace.bot.id)
    await people.say("kim", "hr", "@Nod?")
    await people.say("kim", "general", "here")
    [event] = await app.events(1)
    assert event["text"] == "here"


async def test_edits_and_deletions_are_told_with_what_was_before(
    app: App, people: People, workspace: Workspace
) -> None:
    said = await people.say("kim", "general", "one")
    await people.edit("kim", "general", said.ts, "two")
    await people.delete("kim", "general", said.ts)
    _, changed, deleted = await app.events(3)
    assert changed["subtype"] == "message_changed"
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("one", "two")
    assert changed["message"]["edited"]["user"] == said.user
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", said.ts)
    assert workspace.messages(said.channel) == []
    with pytest.raises(NotThere):
        await people.edit("kim", "general", said.ts, "three")


async def test_opening_the_direct_channel_and_pressing_stop(
    app: App, people: People, workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = await people.open_dm("park")
    asked = await people.say("park", channel.id, "tell me")
    stream = await client.chat_startStream(channel=channel.id, thread_ts=asked.ts, markdown_text="Well")
    await people.stop("park", channel.id, asked.ts)
    opened, _, _, stopped = await app.events(4)
    assert (opened["type"], opened["tab"], opened["channel"]) == ("app_home_opened", "messages", channel.id)
    assert stopped["type"] == "agent_session_stopped"
    assert (stopped["thread_ts"], stopped["streaming_message_ts"]) == (asked.ts, stream["ts"])
    await client.chat_stopStream(channel=channel.id, ts=stream["ts"])
    with pytest.raises(NotThere, match="nothing is being written"):
        await people.stop("park", channel.id, asked.ts)


async def test_nobody_clicks_or_answers_what_only_another_sees(
    people: People, workspace: Workspace, client: AsyncWebClient
) -> None:
    channel = workspace.channel("general").id
    posted = await client.chat_postEphemeral(channel=channel, user=workspace.user("kim").id, text="psst")
    with pytest.raises(NotThere, match="lee sees no message"):
        await people.click("lee", channel, posted["message_ts"], "go")
    with pytest.raises(NotThere, match="nothing to click"):
        await people.click("kim", channel, posted["message_ts"], "go")
    with pytest.raises(NotThere, match="is not in"):
        await people.say("kim", workspace.dm("lee").id, "hello")


async def test_a_deleted_root_with_replies_is_told_as_a_change(
    app: App, people: People, workspace: Workspace
) -> None:
    root = await people.say("kim", "general", "root")
    reply = await people.say("lee", "general", "reply", root.ts)
    await people.delete("kim", "general", root.ts)
    await people.delete("lee", "general", reply.ts)
    *_, changed, deleted = await app.events(4)
    assert (changed["subtype"], changed["message"]["subtype"]) == ("message_changed", "tombstone")
    assert (changed["message"]["user"], changed["message"]["text"]) == ("USLACKBOT", "This message was deleted.")
    assert changed["previous_message"]["text"] == "root"
    assert "edited" not in changed["message"]
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", reply.ts)
    with pytest.raises(NotThere):
        await people.edit("kim", "general", root.ts, "back")
