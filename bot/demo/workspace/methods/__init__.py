"""The Web API's methods by name: the only place that says which there are, and what scope each needs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.methods import (
    assistant,
    auth,
    blocks,
    chat,
    conversations,
    files,
    reactions,
    streams,
    users,
    views,
)
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Json

Handler = Callable[[Slack, Arguments], Awaitable[Json]]


@dataclass(frozen=True)
class Method:
    """A method's handler and what it asks of the token: `scopes` is any of these, empty for none."""

    handler: Handler
    scopes: tuple[str, ...] = ()
    token: str = "xoxb-"  # noqa: S105  the kind of token, not a token


READ_CHANNELS = ("channels:read", "groups:read", "im:read", "mpim:read")
READ_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
STATUS = ("assistant:write", "chat:write")

METHODS: Mapping[str, Method] = {
    "agents.sessions.setStatus": Method(assistant.set_session_status, STATUS),
    "api.test": Method(auth.api_test, token=""),
    "apps.connections.open": Method(auth.connections_open, ("connections:write",), token="xapp-"),  # noqa: S106
    "assistant.threads.setStatus": Method(assistant.set_status, STATUS),
    "assistant.threads.setSuggestedPrompts": Method(assistant.set_suggested_prompts, ("assistant:write",)),
    "assistant.threads.setTitle": Method(assistant.set_title, ("assistant:write",)),
    "auth.test": Method(auth.test),
    "blocks.validate": Method(blocks.validate),
    "bots.info": Method(users.bots_info, ("users:read",)),
    "chat.appendStream": Method(streams.append, ("chat:write",)),
    "chat.delete": Method(chat.delete, ("chat:write",)),
    "chat.getPermalink": Method(chat.get_permalink),
    "chat.postEphemeral": Method(chat.post_ephemeral, ("chat:write",)),
    "chat.postMessage": Method(chat.post_message, ("chat:write",)),
    "chat.startStream": Method(streams.start, ("chat:write",)),
    "chat.stopStream": Method(streams.stop, ("chat:write",)),
    "chat.update": Method(chat.update, ("chat:write",)),
    "conversations.history": Method(conversations.history, READ_HISTORY),
    "conversations.info": Method(conversations.info, READ_CHANNELS),
    "conversations.list": Method(conversations.list_channels, READ_CHANNELS),
    "conversations.members": Method(conversations.members, READ_CHANNELS),
    "conversations.open": Method(conversations.open_dm, ("im:write", "mpim:write")),
    "conversations.replies": Method(conversations.replies, READ_HISTORY),
    "files.info": Method(files.info, ("files:read",)),
    "reactions.add": Method(reactions.add, ("reactions:write",)),
    "reactions.remove": Method(reactions.remove, ("reactions:write",)),
    "team.info": Method(users.team_info, ("team:read",)),
    "usergroups.users.list": Method(users.usergroup_users, ("usergroups:read",)),
    "users.conversations": Method(conversations.of_user, READ_CHANNELS),
    "users.info": Method(users.info, ("users:read",)),
    "views.open": Method(views.open_modal),
    "views.publish": Method(views.publish),
    "views.push": Method(views.push),
    "views.update": Method(views.update),
}
