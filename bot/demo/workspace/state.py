"""What is true in the demo workspace, and the feed of its changes. Nothing here knows HTTP or Socket Mode.

`Workspace` is the one named place of the demo's state. The Web API methods, the persons and the page read it
and change it through its methods, and each change is told to every subscriber.
"""

import asyncio
import random
import time
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self, TypeVar

from bot.demo.workspace.records import Change, ChangeKind, Channel, File, Json, Message, User, View
from bot.demo.workspace.transcript import transcript

__all__ = [
    "Change",
    "ChangeKind",
    "Channel",
    "File",
    "Json",
    "Message",
    "Subscription",
    "User",
    "View",
    "Workspace",
]

T = TypeVar("T")

STATUS_SECONDS = 120.0  # Slack clears "is thinking…" itself after two minutes
STREAM_SECONDS = 300.0  # a stream dies after five minutes, even while it is appended to


class Subscription:
    """Iterate over the changes from now on: `with workspace.subscribe() as changes: async for each in changes`."""

    def __init__(self, subscribers: set["Subscription"]) -> None:
        self._subscribers = subscribers
        self._queue: asyncio.Queue[Change] = asyncio.Queue()
        subscribers.add(self)

    def put(self, change: Change) -> None:
        self._queue.put_nowait(change)

    async def get(self) -> Change:
        """Wait for the next change."""
        return await self._queue.get()

    def close(self) -> None:
        self._subscribers.discard(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        return await self.get()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Workspace:
    """Hold users, channels, messages, views and statuses, and tell each change.

    `clock` gives seconds since the epoch; `status_seconds` and `stream_seconds` can be shortened by tests.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        seed: int | None = None,
        status_seconds: float = STATUS_SECONDS,
        stream_seconds: float = STREAM_SECONDS,
    ) -> None:
        self.clock = clock
        self.random = random.Random(seed)  # noqa: S311  ids for show, not secrets
        self.status_seconds = status_seconds
        self.stream_seconds = stream_seconds
        self.team_id = self.new_id("T")
        self.team_name = "Nod demo"
        self.team_domain = "nod-demo"
        self.app_id = self.new_id("A")
        self.verification_token = self.new_id("v")
        self.bot_id = self.new_id("B")
        self.bot = User(self.new_id("U"), "nod", "Nod", is_bot=True)
        self.slackbot = User("USLACKBOT", "slackbot", "Slackbot", is_bot=True)
        self.users: dict[str, User] = {each.id: each for each in (self.bot, self.slackbot)}
        self.channels: dict[str, Channel] = {}
        self.views: dict[str, View] = {}
        self.files: dict[str, File] = {}
        self.homes: dict[str, View] = {}
        self.statuses: dict[tuple[str, str], str] = {}
        self.loading_messages: dict[tuple[str, str], list[str]] = {}
        self.titles: dict[tuple[str, str], str] = {}
        self.sessions: dict[tuple[str, str], str] = {}
        self.prompts: dict[str, list[dict[str, str]]] = {}
        self.prompts_title: dict[str, str] = {}
        self.usergroups: dict[str, list[str]] = {}
        self._messages: dict[str, dict[str, Message]] = {}
        self._subscribers: set[Subscription] = set()
        self._timers: dict[tuple[str, str, str], asyncio.TimerHandle] = {}
        self._last_ts = 0

    # identifiers and look-ups

    def new_id(self, prefix: str) -> str:
        """Make an id such as `U07Q2ZK41BN`: the prefix and ten characters."""
        return prefix + "0" + "".join(self.random.choices("123456789ABCDEFGHJKLMNPQRSTUVWXYZ", k=9))

    def next_ts(self) -> str:
        """Make a timestamp, unique and increasing in the whole workspace, such as `1719823200.000123`."""
        self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_user(
        self, name: str, real_name: str, *, locale: str = "en-US", tz: str = "UTC", **traits: bool
    ) -> User:
        user = User(self.new_id("U"), name, real_name, locale, tz, **traits)
        self.users[user.id] = user
        return user

    def add_channel(self, name: str, members: list[str], *, kind: Literal["channel", "im"] = "channel") -> Channel:
        prefix = "C" if kind == "channel" else "D"
        channel = Channel(self.new_id(prefix), name, kind, list(members), created=int(self.clock()))
        self.channels[channel.id] = channel
        return channel

    def user(self, name: str) -> User:
        """Find a user by id or by name; KeyError when there is none."""
        if name in self.users:
            return self.users[name]
        return next((user for user in self.users.values() if user.name == name.lower()), None) or self.users[name]

    def channel(self, name: str) -> Channel:
        """Find a channel by id or by name (`general`, `#general`); KeyError when there is none."""
        if name in self.channels:
            return self.channels[name]
        wanted = name.removeprefix("#")
        named = (c for c in self.channels.values() if c.kind == "channel" and c.name == wanted)
        return next(named, None) or self.channels[name]

    def dm(self, user: str) -> Channel:
        """Find a person's direct channel with Nod, made on first use."""
        person = self.user(user)
        for channel in self.channels.values():
            if channel.kind == "im" and person.id in channel.members:
                return channel
        return self.add_channel(person.name, [person.id, self.bot.id], kind="im")

    def message(self, channel: str, ts: str) -> Message | None:
        return self._messages.get(channel, {}).get(ts)

    def messages(self, channel: str, viewer: str | None = None) -> list[Message]:
        """List a channel's messages and replies by ts: all of them, or those that `viewer` may see.

        A deleted message is gone, save a thread's root that has replies: it stays as a tombstone
        with `deleted` set, as Slack shows it.
        """
        return [m for m in self._messages.get(channel, {}).values() if _visible(m, viewer)]

    def thread(self, channel: str, thread_ts: str, viewer: str | None = None) -> list[Message]:
        """List a thread: its root and then its replies by ts."""
        return [m for m in self.messages(channel, viewer) if thread_ts in (m.ts, m.thread_ts)]

    def replies(self, channel: str, thread_ts: str, viewer: str | None = None) -> list[Message]:
        return [m for m in self.messages(channel, viewer) if m.thread_ts == thread_ts]

    def view_stack(self, user: str) -> list[View]:
        """List a person's open modals, the one on top last."""
        return [view for view in self.views.values() if view.user == user]

    # changes

    def subscribe(self) -> Subscription:
        return Subscription(self._subscribers)

    def tell(self, change: Change) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber.put(change)

    async def wait_for(
        self,
        predicate: Callable[["Workspace"], T | Literal[False] | None],
        timeout: float = 10.0,  # noqa: ASYNC109  its error shows the transcript
    ) -> T:
        """Wait until `predicate(workspace)` is truthy and return its value; it is asked anew at each change.

        Raises TimeoutError, whose text shows the transcript of the whole workspace.
        """
        with self.subscribe() as changes:
            try:
                async with asyncio.timeout(timeout):
                    while not (value := predicate(self)):
                        await changes.get()
                    return value
            except TimeoutError:
                raise TimeoutError(f"not seen within {timeout:g} s:\n{self.transcript()}") from None

    def post(self, message: Message) -> Message:
        """Put a message in; a message of Nod clears its thread's status."""
        self._messages.setdefault(message.channel, {})[message.ts] = message
        if message.bot_id and message.ephemeral_to is None:
            self.set_status(message.channel, message.thread_ts or message.ts, "")
        self.touch(message)
        return message

    def touch(self, message: Message) -> None:
        """Tell that a message is new or has changed."""
        kind: ChangeKind = "message" if message.ephemeral_to is None else "ephemeral"
        self.tell(Change(kind, message.channel, message.ts, message.thread_ts, message.ephemeral_to))

    def delete(self, message: Message) -> None:
        message.deleted = True
        message.streaming = False
        self._cancel("stream", message.channel, message.ts)
        if message.thread_ts is None and self.replies(message.channel, message.ts):
            message.text, message.markdown, message.blocks, message.chunks = (
                "This message was deleted.",
                "",
                [],
                [],
            )
            message.reactions, message.files = {}, []
        else:
            del self._messages[message.channel][message.ts]
        self.tell(Change("deleted", message.channel, message.ts, message.thread_ts, message.ephemeral_to))

    def start_stream(self, message: Message) -> Message:
        """Post a message that is being streamed; it leaves the streaming state after `stream_seconds`."""
        message.streaming = True
        self.post(message)
        self._later("stream", message.channel, message.ts, self.stream_seconds, lambda: self.stop_stream(message))
        return message

    def stop_stream(self, message: Message) -> None:
        """End the streaming state. A task that is not done by then is shown as failed, as Slack does."""
        message.streaming = False
        message.chunks = [
            task | {"status": "error"} if task.get("status") in ("pending", "in_progress") else task
            for task in message.chunks
        ]
        self._cancel("stream", message.channel, message.ts)
        self.touch(message)

    def set_status(
        self, channel: str, thread_ts: str, status: str, loading_messages: list[str] | None = None
    ) -> None:
        """Show "Nod {status}" in a thread; an empty status clears it, and so does time."""
        key = (channel, thread_ts)
        self._cancel("status", *key)
        if not status and key not in self.statuses:
            return
        if status:
            self.statuses[key] = status
            self.loading_messages[key] = loading_messages or []
            self._later("status", channel, thread_ts, self.status_seconds, lambda: self.set_status(*key, ""))
        else:
            del self.statuses[key]
            self.loading_messages.pop(key, None)
        self.tell(Change("status", channel, thread_ts=thread_ts))

    def set_title(self, channel: str, thread_ts: str, title: str) -> None:
        self.titles[channel, thread_ts] = title
        self.tell(Change("title", channel, thread_ts=thread_ts))

    def set_prompts(self, channel: str, prompts: list[dict[str, str]], title: str = "") -> None:
        self.prompts[channel] = prompts
        self.prompts_title[channel] = title
        self.tell(Change("prompts", channel))

    def put_view(self, view: View) -> View:
        """Open or change a modal, or publish a Home tab."""
        view.hash = f"{int(self.clock())}.{self.new_id('')}"
        if view.type == "home":
            self.homes[view.user] = view
            self.tell(Change("home", user=view.user))
        else:
            self.views[view.id] = view
            self.tell(Change("view", user=view.user))
        return view

    def drop_views(self, views: list[View]) -> None:
        for view in views:
            self.views.pop(view.id, None)
            self.tell(Change("view", user=view.user))

    def close(self) -> None:
        """Cancel the timers of streams and statuses."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    # for people who read a failure

    def transcript(self, channel: str | None = None) -> str:
        """Write what a channel (or every channel) shows as plain text."""
        channels = [self.channel(channel)] if channel else list(self.channels.values())
        said = [(each, self.messages(each.id)) for each in channels]
        return transcript(self.users, said, self.statuses, list(self.views.values()))

    # timers

    def _later(self, kind: str, channel: str, ts: str, seconds: float, callback: Callable[[], None]) -> None:
        self._timers[kind, channel, ts] = asyncio.get_running_loop().call_later(seconds, callback)

    def _cancel(self, kind: str, channel: str, ts: str) -> None:
        if timer := self._timers.pop((kind, channel, ts), None):
            timer.cancel()


def _visible(message: Message, viewer: str | None) -> bool:
    return viewer is None or message.ephemeral_to in (None, viewer)
