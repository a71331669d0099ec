import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace.people import People
from bot.demo.workspace.state import Workspace


async def test_status_title_and_session_of_a_thread(
    client: AsyncWebClient, workspace: Workspace, people: People
) -> None:
    asked = await people.say("kim", workspace.dm("kim").id, "hi")
    key = (asked.channel, asked.ts)
    await client.assistant_threads_setStatus(
        channel_id=asked.channel, thread_ts=asked.ts, status="is thinking…", loading_messages=["Looking"]
    )
    assert (workspace.statuses[key], workspace.loading_messages[key]) == ("is thinking…", ["Looking"])
    await client.assistant_threads_setStatus(channel_id=asked.channel, thread_ts=asked.ts, status="")
    assert workspace.statuses == {}
    await client.assistant_threads_setTitle(channel_id=asked.channel, thread_ts=asked.ts, title="Pay")
    assert workspace.titles[key] == "Pay"
    await client.agents_sessions_setStatus(channel_id=asked.channel, thread_ts=asked.ts, status="processing")
    assert workspace.sessions[key] == "processing"
    with pytest.raises(SlackApiError, match="invalid_thread_ts"):
        await client.assistant_threads_setStatus(channel_id=asked.channel, thread_ts="1.000001", status="x")


async def test_prompts_are_offered_without_a_thread(client: AsyncWebClient, workspace: Workspace) -> None:
    channel = workspace.dm("kim").id
    prompts = [{"title": "Weather", "message": "오늘 서울의 날씨는?"}]
    await client.assistant_threads_setSuggestedPrompts(channel_id=channel, prompts=prompts, title="Try")
    assert (workspace.prompts[channel], workspace.prompts_title[channel]) == (prompts, "Try")
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.assistant_threads_setSuggestedPrompts(channel_id=channel, prompts=prompts * 5)


async def test_reactions(client: AsyncWebClient, workspace: Workspace, people: People) -> None:
    said = await people.say("kim", "general", "hi")
    where = {"channel": said.channel, "timestamp": said.ts, "name": "eyes"}
    await client.reactions_add(**where)
    await people.react("lee", "general", said.ts, "eyes")
    assert said.reactions == {"eyes": [workspace.bot.id, workspace.user("lee").id]}
    with pytest.raises(SlackApiError, match="already_reacted"):
        await client.reactions_add(**where)
    await client.reactions_remove(**where)
    with pytest.raises(SlackApiError, match="no_reaction"):
        await client.reactions_remove(**where)


async def test_blocks_are_validated_without_being_posted(client: AsyncWebClient, workspace: Workspace) -> None:
    assert (await client.blocks_validate(blocks=[{"type": "divider"}]))["ok"]
    with pytest.raises(SlackApiError) as refused:
        await client.blocks_validate(blocks=[{"type": "x"}])
    assert refused.value.response["error"] == "invalid_blocks"
    assert refused.value.response["errors"][0]["pointer"] == "/0/type"
    with pytest.raises(SlackApiError, match="invalid_message"):
        await client.blocks_validate(message={"blocks": [{"type": "x"}]})
    with pytest.raises(SlackApiError, match="invalid_view"):
        await client.blocks_validate(view={"type": "modal"})
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.blocks_validate()
