"""chat.postMessage, postEphemeral, update, delete and getPermalink."""

from bot.demo.workspace import payloads, posting
from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Json, Message


async def post_message(slack: Slack, arguments: Arguments) -> Json:
    channel = slack.writable_channel(arguments.required("channel", "channel_not_found"))
    blocks = posting.read_blocks(slack, arguments)
    text, markdown = posting.read_text(arguments, blocks, posting.POST_TEXT)
    message = posting.bot_message(
        slack,
        channel,
        text=text,
        markdown=markdown,
        blocks=blocks,
        thread_ts=posting.check_thread(slack, channel, arguments.text("thread_ts")),
        metadata=arguments.object("metadata", "invalid_metadata_format"),
    )
    posting.post(slack, message)
    return {"channel": channel.id, "ts": message.ts, "message": payloads.message_json(slack.workspace, message)}


async def post_ephemeral(slack: Slack, arguments: Arguments) -> Json:
    channel = slack.joined_channel(arguments.required("channel", "channel_not_found"))
    user = arguments.required("user", "user_not_found")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    blocks = posting.read_blocks(slack, arguments)
    text, markdown = posting.read_text(arguments, blocks, posting.POST_TEXT)
    message = posting.bot_message(
        slack,
        channel,
        text=text,
        markdown=markdown,
        blocks=blocks,
        thread_ts=posting.check_thread(slack, channel, arguments.text("thread_ts")),
        ephemeral_to=user,
    )
    posting.post(slack, message)
    return {"message_ts": message.ts}


async def update(slack: Slack, arguments: Arguments) -> Json:
    """Change a message of Nod's. Without `blocks` in the call, its blocks go when there is a text."""
    message = _own(slack, arguments, "cant_update_message")
    if message.streaming:
        raise SlackError("streaming_state_conflict")
    blocks = posting.read_blocks(slack, arguments)
    text, markdown = posting.read_text(arguments, blocks, posting.UPDATE_TEXT)
    if arguments.has("metadata"):
        message.metadata = arguments.object("metadata", "invalid_metadata_format")
    posting.rewrite(slack, message, text, markdown, blocks)
    shown = payloads.message_json(slack.workspace, message)
    return {"channel": message.channel, "ts": message.ts, "text": text, "message": shown}


async def delete(slack: Slack, arguments: Arguments) -> Json:
    message = _own(slack, arguments, "cant_delete_message")
    posting.remove(slack, message)
    return {"channel": message.channel, "ts": message.ts}


async def get_permalink(slack: Slack, arguments: Arguments) -> Json:
    channel = slack.channel(arguments.required("channel", "channel_not_found"))
    message = slack.workspace.message(channel.id, arguments.text("message_ts"))
    if message is None or message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    link = f"https://{slack.workspace.team_domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _own(slack: Slack, arguments: Arguments, error: str) -> Message:
    channel = slack.channel(arguments.required("channel", "channel_not_found"))
    message = slack.workspace.message(channel.id, arguments.required("ts", "message_not_found"))
    if message is None or message.ephemeral_to is not None or message.deleted:
        raise SlackError("message_not_found")
    if message.bot_id != slack.workspace.bot_id:
        raise SlackError(error)
    return message
