"""The parts of the demo's Slack together, with what its tokens may do."""

import secrets
from collections import deque
from dataclasses import dataclass, field

from bot.demo.unkind.calls import CallFault, Refused
from bot.demo.unkind.limits import Limits
from bot.demo.unkind.rules import Rules
from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.events import Events
from bot.demo.workspace.interactivity import ResponseUrls, Triggers
from bot.demo.workspace.socket import SocketMode
from bot.demo.workspace.state import Channel, Workspace

BOT_SCOPES = frozenset(
    (
        *(
            "app_mentions:read",
            "assistant:write",
            "chat:write",
            "commands",
            "files:read",
            "reactions:write",
            "team:read",
        ),
        *("usergroups:read", "users:read"),
        *("channels:history", "groups:history", "im:history", "mpim:history"),
        *("channels:read", "groups:read", "im:read", "mpim:read", "im:write"),
    )
)


@dataclass(frozen=True)
class Call:
    """One call of a Web API method and how it was answered: `error` is None for `ok: true`."""

    method: str
    arguments: Arguments
    error: str | None


Fault = Refused
"""What a method answers instead of doing its work, by its shortest name; other faults are in `unkind/calls.py`."""


@dataclass
class Slack:
    """Hold what the Web API, Socket Mode and the persons share.

    `origin` is where it is served, such as `http://127.0.0.1:9000`. `faults` go wrong with calls, by the name of
    their method; a method in `disabled` is `unknown_method`; `auth_error` (such as `token_revoked`) refuses every
    token.
    """

    workspace: Workspace
    sockets: SocketMode
    bot_token: str
    app_token: str
    origin: str = ""
    scopes: set[str] = field(default_factory=lambda: set(BOT_SCOPES))
    app_scopes: set[str] = field(default_factory=lambda: {"connections:write"})
    auth_error: str | None = None
    disabled: set[str] = field(default_factory=set)
    faults: Rules[CallFault] = field(default_factory=lambda: Rules("call"))
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=5000))

    def __post_init__(self) -> None:
        self.limits = Limits(self.workspace.clock)
        self.events = Events(self.workspace, self.sockets)
        self.triggers = Triggers(self.workspace.clock)
        self.response_urls = ResponseUrls(self.workspace.clock)

    def answer_next(self, method: str, fault: CallFault) -> None:
        """Make the next call of a method fail so; several faults are met in turn."""
        self.faults.add(fault, match=method)

    def channel(self, id: str) -> Channel:
        """Find a channel that Nod can see by its id; SlackError `channel_not_found`."""
        channel = self.workspace.channels.get(id)
        if channel is None or (channel.kind == "im" and self.workspace.bot.id not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def joined_channel(self, id: str) -> Channel:
        """Find a channel that Nod is in; SlackError `channel_not_found` or `not_in_channel`."""
        channel = self.channel(id)
        if self.workspace.bot.id not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def writable_channel(self, name: str) -> Channel:
        """Find where a message goes: a channel's id or name, or a person's id (their direct channel)."""
        if name in self.workspace.users:
            return self.workspace.dm(name)
        try:
            return self.joined_channel(self.workspace.channel(name).id)
        except KeyError:
            raise SlackError("channel_not_found") from None


def make_slack(
    workspace: Workspace,
    *,
    bot_token: str = "",
    app_token: str = "",
    time_scale: float = 1.0,
    ack_seconds: float = 3.0,
) -> Slack:
    """Put a Slack together around a workspace; tokens that are not given are made at random."""
    sockets = SocketMode(app_id=workspace.app_id, time_scale=time_scale, ack_seconds=ack_seconds)
    return Slack(
        workspace,
        sockets,
        bot_token or f"xoxb-{secrets.randbelow(10**12)}-{secrets.randbelow(10**12)}-{secrets.token_hex(12)}",
        app_token or f"xapp-1-{workspace.app_id}-{secrets.randbelow(10**12)}-{secrets.token_hex(32)}",
    )
