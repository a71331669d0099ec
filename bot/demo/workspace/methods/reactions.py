"""reactions.add and reactions.remove."""

from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Json, Message


async def add(slack: Slack, arguments: Arguments) -> Json:
    message, name = _find(slack, arguments)
    users = message.reactions.setdefault(name, [])
    if slack.workspace.bot.id in users:
        raise SlackError("already_reacted")
    users.append(slack.workspace.bot.id)
    slack.workspace.touch(message)
    return {}


async def remove(slack: Slack, arguments: Arguments) -> Json:
    message, name = _find(slack, arguments)
    users = message.reactions.get(name, [])
    if slack.workspace.bot.id not in users:
        raise SlackError("no_reaction")
    users.remove(slack.workspace.bot.id)
    if not users:
        del message.reactions[name]
    slack.workspace.touch(message)
    return {}


def _find(slack: Slack, arguments: Arguments) -> tuple[Message, str]:
    name = arguments.required("name", "invalid_name").strip(":")
    channel = slack.joined_channel(arguments.required("channel", "channel_not_found"))
    message = slack.workspace.message(channel.id, arguments.required("timestamp", "bad_timestamp"))
    if message is None or message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    return message, name
