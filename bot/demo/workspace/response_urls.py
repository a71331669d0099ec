"""What the app says at a response_url or in the ack of a command."""

from bot.demo.workspace import posting
from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.interactivity import ResponseUrl
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Json, Message


def answer(slack: Slack, url: ResponseUrl, payload: Json) -> Message | None:
    """Delete or replace the original, or post: to the person alone unless the answer says `in_channel`."""
    arguments = Arguments(payload)
    original = slack.workspace.message(url.channel, url.message_ts) if url.message_ts else None
    if arguments.flag("delete_original"):
        if original is None:
            raise SlackError("message_not_found")
        posting.remove(slack, original)
        return None
    blocks = posting.read_blocks(slack, arguments)
    text, markdown = posting.read_text(arguments, blocks, posting.POST_TEXT)
    if arguments.flag("replace_original") and original is not None:
        posting.rewrite(slack, original, text, markdown, blocks)
        return original
    channel = slack.workspace.channels[url.channel]
    kind = arguments.text("response_type", "ephemeral")
    message = posting.bot_message(
        slack,
        channel,
        text=text,
        markdown=markdown,
        blocks=blocks,
        thread_ts=posting.check_thread(slack, channel, arguments.text("thread_ts")),
        ephemeral_to=None if kind == "in_channel" else url.user,
        command=url.command,
        response_url=url.url,
        metadata=arguments.object("metadata"),
    )
    posting.post(slack, message)
    if url.command and url.message_ts is None:
        url.message_ts = message.ts
    return message
