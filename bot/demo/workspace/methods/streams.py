"""chat.startStream, appendStream and stopStream: a message that is written while it is read."""

from typing import Literal

from bot.demo.workspace import payloads, posting
from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.blocks import MARKDOWN_TOTAL
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Channel, Json, Message

TASK_STATES = ("pending", "in_progress", "complete", "error")


async def start(slack: Slack, arguments: Arguments) -> Json:
    channel = slack.joined_channel(arguments.required("channel", "channel_not_found"))
    _check_recipient(slack, channel, arguments)
    thread_ts = posting.check_thread(slack, channel, arguments.text("thread_ts"))
    if channel.kind == "im" and thread_ts is None:
        raise SlackError("invalid_thread_ts")
    mode = arguments.text("task_display_mode", "timeline")
    if mode not in ("timeline", "plan", "dense"):
        raise SlackError("invalid_arguments")
    message = posting.bot_message(slack, channel, thread_ts=thread_ts, task_display_mode=mode)
    _write(slack, message, arguments)
    slack.workspace.start_stream(message)
    slack.events.posted(message)
    return {"channel": channel.id, "ts": message.ts}


async def append(slack: Slack, arguments: Arguments) -> Json:
    message = _streaming(slack, arguments)
    if not arguments.text("markdown_text") and not arguments.objects("chunks", "invalid_chunks"):
        raise SlackError("no_text")
    _write(slack, message, arguments)
    slack.workspace.touch(message)
    return {"channel": message.channel, "ts": message.ts}


async def stop(slack: Slack, arguments: Arguments) -> Json:
    """End the stream; `blocks` come under what was written."""
    message = _streaming(slack, arguments)
    blocks = posting.read_blocks(slack, arguments)
    metadata = arguments.object("metadata", "invalid_metadata_format")
    previous = payloads.message_json(slack.workspace, message)
    _write(slack, message, arguments)
    message.blocks = message.blocks + blocks
    message.metadata = metadata or message.metadata
    slack.workspace.stop_stream(message)
    if status := arguments.text("session_status"):
        slack.workspace.sessions[message.channel, message.thread_ts or message.ts] = status
    slack.events.changed(message, previous)
    shown = payloads.message_json(slack.workspace, message)
    return {"channel": message.channel, "ts": message.ts, "message": shown}


def _check_recipient(slack: Slack, channel: Channel, arguments: Arguments) -> None:
    if channel.kind == "im":
        return
    user = arguments.required("recipient_user_id", "missing_recipient_user_id")
    team = arguments.required("recipient_team_id", "missing_recipient_team_id")
    if team != slack.workspace.team_id:
        raise SlackError("team_not_found")
    if user not in slack.workspace.users:
        raise SlackError("user_not_found")


def _streaming(slack: Slack, arguments: Arguments) -> Message:
    channel = slack.channel(arguments.required("channel", "channel_not_found"))
    message = slack.workspace.message(channel.id, arguments.required("ts", "message_not_found"))
    if message is None or message.deleted:
        raise SlackError("message_not_found")
    if message.bot_id != slack.workspace.bot_id:
        raise SlackError("message_not_owned_by_app")
    if not message.streaming:
        raise SlackError("message_not_in_streaming_state")
    return message


def _write(slack: Slack, message: Message, arguments: Arguments) -> None:
    """Add markdown_text or chunks to the message; nothing is written when one of them is refused. A stream is
    written in one of the two ways, and takes so much text in all."""
    chunks = arguments.objects("chunks", "invalid_chunks")
    mode: Literal["text", "chunks"] | None = "chunks" if chunks else None
    if text := arguments.text("markdown_text"):
        if chunks:
            raise SlackError("cannot_provide_both_markdown_text_and_chunks")
        chunks, mode = [{"type": "markdown_text", "text": text}], "text"
    if message.stream_mode and mode and message.stream_mode != mode:
        raise SlackError("streaming_mode_mismatch")
    markdown, tasks, blocks = message.markdown, list(message.chunks), list(message.blocks)
    places = dict(message.places)
    for chunk in chunks:
        match chunk:
            case {"type": "markdown_text", "text": str(text)}:
                markdown += text
                if len(markdown) > MARKDOWN_TOTAL:
                    raise SlackError("msg_too_long")
            case {"type": "plan_update", "title": str()}:
                tasks = [chunk, *(each for each in tasks if each["type"] != "plan_update")]
            case {"type": "task_update", "id": str(), "title": str(), "status": status} if status in TASK_STATES:
                tasks = _with_task(tasks, chunk)
                places.setdefault(chunk["id"], len(markdown))
            case {"type": "blocks", "blocks": list(added)}:
                blocks += posting.checked_blocks(slack.workspace, added)
            case _:
                raise SlackError("invalid_chunks")
    message.markdown = message.text = markdown
    message.chunks, message.blocks, message.places = tasks, blocks, places
    message.stream_mode = message.stream_mode or mode


def _with_task(tasks: list[Json], update: Json) -> list[Json]:
    """Put a task's new state in the place of the old; `details` and `output` are added to, as Slack does."""
    known = next((each for each in tasks if each["type"] == "task_update" and each["id"] == update["id"]), None)
    if known is None:
        return [*tasks, dict(update)]
    merged = known | update
    for name in ("details", "output"):
        if known.get(name) and update.get(name):
            merged[name] = known[name] + update[name]
    return [merged if each is known else each for each in tasks]
