"""Which events the app is told of, and when: only what happens in channels that Nod is in."""

from typing import Literal

from bot.demo.workspace import payloads
from bot.demo.workspace.socket import SocketMode
from bot.demo.workspace.state import Channel, Json, Message, User, Workspace


class Events:
    """Tell the app what happened in the workspace."""

    def __init__(self, workspace: Workspace, sockets: SocketMode) -> None:
        self._workspace = workspace
        self._sockets = sockets

    def posted(self, message: Message) -> None:
        """Tell of a new message: a mention in a channel comes twice, under two event_ids and in either order."""
        if (channel := self._heard_channel(message)) is None:
            return
        told = [payloads.message_event(self._workspace, message, channel)]
        if self._mentions_bot(message, channel):
            told.append(payloads.mention_event(self._workspace, message, channel))
            self._workspace.random.shuffle(told)
        for event in told:
            self._send(event)

    def changed(self, message: Message, previous: Json) -> None:
        if channel := self._heard_channel(message):
            ts = self._workspace.next_ts()
            self._send(payloads.changed_event(self._workspace, message, previous, channel, ts))

    def deleted(self, message: Message, previous: Json) -> None:
        """Tell of a deletion. A thread's root that has replies stays as a tombstone, and is told as a change."""
        if self._workspace.message(message.channel, message.ts) is message:
            self.changed(message, previous)
        elif channel := self._heard_channel(message):
            self._send(payloads.deleted_event(previous, channel, self._workspace.next_ts()))

    def home_opened(self, user: User, channel: Channel, tab: Literal["home", "messages"]) -> None:
        event: Json = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": channel.id,
            "tab": tab,
            "event_ts": self._workspace.next_ts(),
        }
        if tab == "home" and (view := self._workspace.homes.get(user.id)):
            event["view"] = payloads.view_json(self._workspace, view)
        self._send(event)

    def stopped(self, user: User, message: Message) -> None:
        self._send(
            {
                "type": "agent_session_stopped",
                "channel": message.channel,
                "thread_ts": message.thread_ts or message.ts,
                "user": user.id,
                "streaming_message_ts": message.ts,
                "event_ts": self._workspace.next_ts(),
            }
        )

    def _heard_channel(self, message: Message) -> Channel | None:
        channel = self._workspace.channels[message.channel]
        heard = message.ephemeral_to is None and self._workspace.bot.id in channel.members
        return channel if heard else None

    def _mentions_bot(self, message: Message, channel: Channel) -> bool:
        mentioned = f"<@{self._workspace.bot.id}" in message.text
        return mentioned and channel.kind == "channel" and message.bot_id is None

    def _send(self, event: Json) -> None:
        self._sockets.send_event(payloads.event_callback(self._workspace, event))
