from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace.people import People
from bot.demo.workspace.state import Message, Workspace


@pytest.fixture
async def asked(people: People) -> Message:
    return await people.say("kim", "general", "@Nod?")


@pytest.fixture
def recipient(workspace: Workspace) -> dict[str, Any]:
    return {"recipient_team_id": workspace.team_id, "recipient_user_id": workspace.user("kim").id}


async def test_a_stream_in_a_channel_needs_its_recipient(
    client: AsyncWebClient, asked: Message, recipient: dict[str, Any]
) -> None:
    for left_out in recipient:
        given = {name: value for name, value in recipient.items() if name != left_out}
        with pytest.raises(SlackApiError, match=f"missing_{left_out}"):
            await client.chat_startStream(channel=asked.channel, thread_ts=asked.ts, **given)
    with pytest.raises(SlackApiError, match="team_not_found"):
        await client.chat_startStream(
            channel=asked.channel, thread_ts=asked.ts, **recipient | {"recipient_team_id": "T1"}
        )


async def test_chunks_build_the_message(
    client: AsyncWebClient, workspace: Workspace, asked: Message, recipient: dict[str, Any]
) -> None:
    started = await client.chat_startStream(channel=asked.channel, thread_ts=asked.ts, **recipient)
    where = {"channel": asked.channel, "ts": started["ts"]}
    task = {"type": "task_update", "id": "1", "title": "Look"}
    await client.chat_appendStream(
        **where,
        chunks=[
            {"type": "markdown_text", "text": "Hello "},
            {"type": "plan_update", "title": "Plan"},
            task | {"status": "in_progress", "details": "a"},
            {"type": "blocks", "blocks": [{"type": "divider"}]},
        ],
    )
    with pytest.raises(SlackApiError, match="streaming_state_conflict"):
        await client.chat_update(**where, text="x")
    await client.chat_appendStream(**where, chunks=[task | {"status": "complete", "details": "b", "output": "c"}])
    await client.chat_stopStream(
        **where,
        chunks=[{"type": "markdown_text", "text": "you"}],
        blocks=[{"type": "divider"}],
        metadata={"event_type": "x", "event_payload": {}},
    )
    message = workspace.message(asked.channel, started["ts"])
    assert message is not None
    assert (message.markdown, message.streaming, len(message.blocks)) == ("Hello you", False, 2)
    assert message.chunks == [
        {"type": "plan_update", "title": "Plan"},
        task | {"status": "complete", "details": "ab", "output": "c"},
    ]
    assert message.metadata == {"event_type": "x", "event_payload": {}}
    shown = (await client.conversations_replies(channel=asked.channel, ts=asked.ts))["messages"][-1]["blocks"]
    assert [block["type"] for block in shown] == ["markdown", "task_card", "markdown", "divider", "divider"]
    assert (shown[1]["task_id"], shown[1]["status"]) == ("1", "complete")
    with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
        await client.chat_appendStream(**where, markdown_text="x")
    await client.chat_update(**where, text="now it can be changed")


async def test_a_dead_stream_takes_no_more(client: AsyncWebClient, workspace: Workspace, people: People) -> None:
    workspace.stream_seconds = 0.01
    asked = await people.say("lee", workspace.dm("lee").id, "hi")
    started = await client.chat_startStream(channel=asked.channel, thread_ts=asked.ts, markdown_text="Well")
    await workspace.wait_for(lambda w: not any(m.streaming for m in w.messages(asked.channel)))
    for method in (client.chat_appendStream, client.chat_stopStream):
        with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
            await method(channel=asked.channel, ts=started["ts"], markdown_text="x")


@pytest.mark.parametrize(
    ("chunk", "error"),
    [
        ({"type": "dance"}, "invalid_chunks"),
        ({"type": "task_update", "id": "1", "title": "x", "status": "done"}, "invalid_chunks"),
        ({"type": "markdown_text", "text": "x" * 12_001}, "msg_too_long"),
        ({"type": "blocks", "blocks": [{"type": "x"}]}, "invalid_blocks"),
    ],
)
async def test_a_refused_chunk_writes_nothing(
    client: AsyncWebClient, workspace: Workspace, people: People, chunk: dict[str, Any], error: str
) -> None:
    asked = await people.say("lee", workspace.dm("lee").id, "hi")
    well = {"type": "markdown_text", "text": "Well"}
    started = await client.chat_startStream(channel=asked.channel, thread_ts=asked.ts, chunks=[well])
    with pytest.raises(SlackApiError, match=error):
        await client.chat_appendStream(
            channel=asked.channel, ts=started["ts"], chunks=[{"type": "markdown_text", "text": "more"}, chunk]
        )
    message = workspace.message(asked.channel, started["ts"])
    assert message is not None
    assert message.markdown == "Well"


async def test_a_stream_is_written_in_text_or_in_chunks(
    client: AsyncWebClient, asked: Message, recipient: dict[str, Any]
) -> None:
    chunk = {"type": "markdown_text", "text": "x"}
    text, chunks = {"markdown_text": "a"}, {"chunks": [chunk]}
    for first, second in (text, chunks), (chunks, text):
        started = await client.chat_startStream(channel=asked.channel, thread_ts=asked.ts, **recipient, **first)
        where = {"channel": asked.channel, "ts": started["ts"]}
        with pytest.raises(SlackApiError, match="streaming_mode_mismatch"):
            await client.chat_appendStream(**where, **second)
        with pytest.raises(SlackApiError, match="cannot_provide_both_markdown_text_and_chunks"):
            await client.chat_appendStream(**where, **first, **second)


async def test_a_stream_takes_so_much_text_in_all(
    client: AsyncWebClient, workspace: Workspace, asked: Message, recipient: dict[str, Any]
) -> None:
    started = await client.chat_startStream(
        channel=asked.channel, thread_ts=asked.ts, **recipient, markdown_text="x" * 12_000
    )
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_appendStream(channel=asked.channel, ts=started["ts"], markdown_text="x")
    message = workspace.message(asked.channel, started["ts"])
    assert message is not None
    assert len(message.markdown) == 12_000


async def test_what_is_in_progress_when_the_stream_ends_has_failed(
    client: AsyncWebClient, workspace: Workspace, asked: Message, recipient: dict[str, Any]
) -> None:
    tasks = [
        {"type": "task_update", "id": status, "title": "Look", "status": status}
        for status in ("pending", "in_progress", "complete", "error")
    ]
    started = await client.chat_startStream(channel=asked.channel, thread_ts=asked.ts, **recipient, chunks=tasks)
    await client.chat_stopStream(channel=asked.channel, ts=started["ts"])
    message = workspace.message(asked.channel, started["ts"])
    assert message is not None
    assert [task["status"] for task in message.chunks] == ["error", "error", "complete", "error"]
