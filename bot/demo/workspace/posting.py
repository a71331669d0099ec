"""What the app may write, and how it gets into a channel: chat.*, streams and response_urls share this."""

from typing import Any

from bot.demo.workspace import payloads
from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.blocks import (
    MARKDOWN_TOTAL,
    TABLES_PER_MESSAGE,
    check_blocks,
    markdown_length,
    tables,
)
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.problems import refusal
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Channel, Json, Message, Workspace

POST_TEXT = 40_000
UPDATE_TEXT = 4_000


def read_blocks(slack: Slack, arguments: Arguments) -> list[Json]:
    """Read and check `blocks`; each gets the block_id and its elements the action_id that they lack."""
    return checked_blocks(slack.workspace, arguments.objects("blocks", "invalid_blocks_format"))


def checked_blocks(workspace: Workspace, blocks: list[Json]) -> list[Json]:
    if problems := check_blocks(blocks):
        raise SlackError("invalid_blocks", **refusal(problems))
    if tables(blocks) > TABLES_PER_MESSAGE:
        raise SlackError("invalid_attachments", response_metadata={"messages": ["[ERROR] only_one_table_allowed"]})
    if markdown_length(blocks) > MARKDOWN_TOTAL:
        raise SlackError("msg_blocks_too_long")
    return [with_ids(workspace, block) for block in blocks]


def with_ids(workspace: Workspace, value: Any) -> Any:
    """Copy blocks with the ids that Slack makes up: a block's block_id, an element's action_id."""
    if isinstance(value, list):
        return [with_ids(workspace, each) for each in value]
    if not isinstance(value, dict):
        return value
    copy = {name: _children_with_ids(workspace, name, child) for name, child in value.items()}
    if "block_id" not in copy:
        copy["block_id"] = workspace.new_id("")[1:6]
    return copy


def _children_with_ids(workspace: Workspace, name: str, child: Any) -> Any:
    if name == "child_blocks":
        return with_ids(workspace, child)
    if name in ("elements", "actions") and isinstance(child, list):
        return [_element_with_id(workspace, each) for each in child]
    if name in ("accessory", "element"):
        return _element_with_id(workspace, child)
    return child


def _element_with_id(workspace: Workspace, element: Any) -> Any:
    if not isinstance(element, dict):
        return element
    if element.get("type") == "card":
        return with_ids(workspace, element)
    passive = ("image", "mrkdwn", "plain_text")
    kind = str(element.get("type"))
    if "action_id" in element or kind in passive or kind.startswith("rich_text_"):
        return element
    return element | {"action_id": workspace.new_id("")[1:6]}


def read_text(arguments: Arguments, blocks: list[Json], limit: int) -> tuple[str, str]:
    """Read `text` and `markdown_text`, of which at the most one may be there; `no_text` without any content."""
    text, markdown = arguments.text("text"), arguments.text("markdown_text")
    if markdown and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if not (text.strip() or markdown.strip() or blocks or arguments.objects("attachments")):
        raise SlackError("no_text")
    if len(text) > limit or len(markdown) > MARKDOWN_TOTAL:
        raise SlackError("msg_too_long")
    return markdown or text, markdown


def check_thread(slack: Slack, channel: Channel, thread_ts: str) -> str | None:
    """Refuse a thread_ts that is no message which stands in the channel itself."""
    if not thread_ts:
        return None
    root = slack.workspace.message(channel.id, thread_ts)
    if root is None or root.thread_ts is not None or root.ephemeral_to is not None:
        raise SlackError("thread_not_found")
    return thread_ts


def bot_message(slack: Slack, channel: Channel, **fields: Any) -> Message:
    """Build a message of Nod's."""
    workspace = slack.workspace
    return Message(workspace.next_ts(), channel.id, workspace.bot.id, bot_id=workspace.bot_id, **fields)


def post(slack: Slack, message: Message) -> Message:
    """Put a message in and tell the app of it."""
    slack.workspace.post(message)
    slack.events.posted(message)
    return message


def rewrite(slack: Slack, message: Message, text: str, markdown: str, blocks: list[Json]) -> None:
    """Replace a message's content and tell of it; with blocks Slack shows no "(edited)" (chat.update)."""
    previous = payloads.message_json(slack.workspace, message)
    message.text, message.markdown, message.blocks = text, markdown, blocks
    message.chunks, message.places = [], {}
    message.edited = not blocks
    message.edited_ts = slack.workspace.next_ts()
    slack.workspace.touch(message)
    slack.events.changed(message, previous)


def remove(slack: Slack, message: Message) -> None:
    previous = payloads.message_json(slack.workspace, message)
    slack.workspace.delete(message)
    slack.events.deleted(message, previous)
