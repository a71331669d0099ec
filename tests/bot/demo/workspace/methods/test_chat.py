from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace.people import People
from bot.demo.workspace.state import Workspace

SECTION = {"type": "section", "text": {"type": "plain_text", "text": "x"}}
BUTTONS = {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Go"}}]}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE1", "text": "x"}, "channel_not_found"),
        ({"text": " "}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"markdown_text": "x", "text": "y"}, "markdown_text_conflict"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"text": "x", "blocks": "not JSON"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [{"type": "sectoin"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "markdown", "text": "x" * 7000}] * 2}, "msg_blocks_too_long"),
    ],
)
async def test_what_cannot_be_posted(
    client: AsyncWebClient, workspace: Workspace, arguments: dict[str, Any], error: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.api_call("chat.postMessage", json={"channel": workspace.channel("general").id} | arguments)
    assert refused.value.response["error"] == error
    if error == "invalid_blocks":
        [message] = refused.value.response["response_metadata"]["messages"]
        assert message == "[ERROR] unsupported type: sectoin [json-pointer:/blocks/0/type]"


async def test_ids_that_are_left_out_are_made_up(client: AsyncWebClient, workspace: Workspace) -> None:
    posted = await client.chat_postMessage(channel="#general", text="x", blocks=[SECTION, BUTTONS])
    section, buttons = posted["message"]["blocks"]
    assert section["block_id"] != buttons["block_id"]
    assert buttons["elements"][0]["action_id"]
    assert posted["channel"] == workspace.channel("general").id


async def test_an_update_replaces_the_content_and_only_of_ones_own(
    client: AsyncWebClient, workspace: Workspace, people: People
) -> None:
    channel = workspace.channel("general").id
    posted = await client.chat_postMessage(channel=channel, text="x", blocks=[SECTION])
    await client.chat_update(channel=channel, ts=posted["ts"], text="y")
    message = workspace.message(channel, posted["ts"])
    assert message is not None
    assert (message.text, message.blocks, message.edited) == ("y", [], True)
    await client.chat_update(channel=channel, ts=posted["ts"], text="z", blocks=[SECTION])
    assert (message.text, len(message.blocks), message.edited) == ("z", 1, False)
    said = await people.say("kim", channel, "mine")
    for ts, text, error in (
        (said.ts, "x", "cant_update_message"),
        ("1.000001", "x", "message_not_found"),
        (posted["ts"], "x" * 4001, "msg_too_long"),
    ):
        with pytest.raises(SlackApiError, match=error):
            await client.chat_update(channel=channel, ts=ts, text=text)
    with pytest.raises(SlackApiError, match="cant_delete_message"):
        await client.chat_delete(channel=channel, ts=said.ts)
    await client.chat_delete(channel=channel, ts=posted["ts"])
    assert workspace.messages(channel) == [said]


async def test_a_person_gets_a_direct_message_by_id(client: AsyncWebClient, workspace: Workspace) -> None:
    posted = await client.chat_postMessage(channel=workspace.user("park").id, markdown_text="**hi**")
    assert posted["channel"] == workspace.dm("park").id
    [message] = workspace.messages(posted["channel"])
    assert (message.text, message.markdown) == ("**hi**", "**hi**")


async def test_an_ephemeral_message_is_out_of_reach_of_other_methods(
    client: AsyncWebClient, workspace: Workspace
) -> None:
    channel, kim = workspace.channel("general").id, workspace.user("kim").id
    ts = (await client.chat_postEphemeral(channel=channel, user=kim, text="psst"))["message_ts"]
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel=channel, ts=ts, text="x")
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_getPermalink(channel=channel, message_ts=ts)
    with pytest.raises(SlackApiError, match="user_not_in_channel"):
        await client.chat_postEphemeral(channel=workspace.dm("lee").id, user=kim, text="psst")
    assert (await client.conversations_history(channel=channel))["messages"] == []


async def test_nod_writes_only_where_it_is(client: AsyncWebClient, workspace: Workspace) -> None:
    channel = workspace.channel("hr")
    channel.members.remove(workspace.bot.id)
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client.chat_postMessage(channel=channel.id, text="x")


async def test_a_permalink_leads_into_the_thread(
    client: AsyncWebClient, workspace: Workspace, people: People
) -> None:
    root = await people.say("kim", "general", "hi")
    reply = await people.say("lee", "general", "hello", root.ts)
    link = (await client.chat_getPermalink(channel=root.channel, message_ts=reply.ts))["permalink"]
    name = f"p{reply.ts.replace('.', '')}"
    assert link.endswith(f"/archives/{root.channel}/{name}?thread_ts={root.ts}&cid={root.channel}")
