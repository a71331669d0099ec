"""conversations.*: what channels there are and what was said in them."""

import base64
from collections.abc import Sequence
from typing import TypeVar

from bot.demo.workspace import payloads
from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Channel, Json, Message

T = TypeVar("T")


async def info(slack: Slack, arguments: Arguments) -> Json:
    channel = slack.channel(arguments.required("channel", "channel_not_found"))
    shown = channel_json(slack, channel)
    if arguments.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


async def list_channels(slack: Slack, arguments: Arguments) -> Json:
    wanted = set(arguments.text("types", "public_channel").split(","))
    channels = [each for each in slack.workspace.channels.values() if _type(each) in wanted]
    page, more = _page(channels, arguments, 100)
    return {"channels": [channel_json(slack, each) for each in page]} | more


async def of_user(slack: Slack, arguments: Arguments) -> Json:
    """List the channels that somebody, or by default Nod itself, is in (users.conversations)."""
    wanted = set(arguments.text("types", "public_channel").split(","))
    user = arguments.text("user", slack.workspace.bot.id)
    every = slack.workspace.channels.values()
    channels = [each for each in every if _type(each) in wanted and user in each.members]
    page, more = _page(channels, arguments, 100)
    return {"channels": [channel_json(slack, each) for each in page]} | more


async def members(slack: Slack, arguments: Arguments) -> Json:
    channel = slack.channel(arguments.required("channel", "channel_not_found"))
    page, more = _page(channel.members, arguments, 100)
    return {"members": list(page)} | more


async def open_dm(slack: Slack, arguments: Arguments) -> Json:
    if channel_id := arguments.text("channel"):
        channel = slack.channel(channel_id)
    else:
        users = [each for each in arguments.required("users", "users_list_not_supplied").split(",") if each]
        if len(users) != 1 or users[0] not in slack.workspace.users:
            raise SlackError("user_not_found")
        channel = slack.workspace.dm(users[0])
    shown = channel_json(slack, channel) if arguments.flag("return_im") else {"id": channel.id}
    return {"channel": shown, "no_op": True, "already_open": True}


async def history(slack: Slack, arguments: Arguments) -> Json:
    """Show what stands in the channel itself, the newest first."""
    channel = slack.joined_channel(arguments.required("channel", "channel_not_found"))
    roots = [each for each in _public(slack, channel) if each.thread_ts is None and _within(each, arguments)]
    page, more = _page(roots[::-1], arguments, 100)
    return _told(slack, page, more) | {"pin_count": 0}


async def replies(slack: Slack, arguments: Arguments) -> Json:
    """Show a thread, the oldest first and its root before all, whichever of its messages `ts` names."""
    channel = slack.joined_channel(arguments.required("channel", "channel_not_found"))
    named = slack.workspace.message(channel.id, arguments.required("ts", "thread_not_found"))
    if named is None or named.ephemeral_to is not None:
        raise SlackError("thread_not_found")
    root = named.thread_ts or named.ts
    thread = [each for each in _public(slack, channel) if root in (each.ts, each.thread_ts)]
    page, more = _page([each for each in thread if each.ts == root or _within(each, arguments)], arguments, 1000)
    return _told(slack, page, more)


def channel_json(slack: Slack, channel: Channel) -> Json:
    joined = slack.workspace.bot.id in channel.members
    shown: Json = {
        "id": channel.id,
        "created": channel.created,
        "updated": channel.created * 1000,
        "context_team_id": slack.workspace.team_id,
        "is_archived": False,
        "is_org_shared": False,
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.private or channel.kind == "im",
    }
    if channel.kind == "im":
        person = next(each for each in channel.members if each != slack.workspace.bot.id)
        return shown | {"user": person, "is_user_deleted": slack.workspace.users[person].deleted, "is_open": True}
    return shown | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_general": channel.name == "general",
        "is_member": joined,
        "is_shared": False,
        "is_ext_shared": False,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def _type(channel: Channel) -> str:
    if channel.kind == "im":
        return "im"
    return "private_channel" if channel.private else "public_channel"


def _public(slack: Slack, channel: Channel) -> list[Message]:
    return [each for each in slack.workspace.messages(channel.id) if each.ephemeral_to is None]


def _within(message: Message, arguments: Arguments) -> bool:
    ts, oldest, latest = float(message.ts), float(arguments.text("oldest", "0")), arguments.text("latest")
    if arguments.flag("inclusive"):
        return oldest <= ts and (not latest or ts <= float(latest))
    return oldest < ts and (not latest or ts < float(latest))


def _told(slack: Slack, messages: Sequence[Message], more: Json) -> Json:
    shown = [payloads.message_json(slack.workspace, each) for each in messages]
    return {"messages": shown, "has_more": bool(more["response_metadata"]["next_cursor"])} | more


def _page(items: Sequence[T], arguments: Arguments, limit: int) -> tuple[Sequence[T], Json]:
    cursor = arguments.text("cursor")
    try:
        start = int(base64.b64decode(cursor, validate=True).removeprefix(b"next:")) if cursor else 0
    except ValueError:
        raise SlackError("invalid_cursor") from None
    end = start + max(1, min(arguments.number("limit", limit), 1000))
    following = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return items[start:end], {"response_metadata": {"next_cursor": following}}
