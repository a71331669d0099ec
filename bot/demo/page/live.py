"""What a browser is told as the workspace changes: one stream of server-sent events for a person at a place.

Each event carries rendered fragments, so that the script only puts them where they belong:

    sync         {"list": [fragment…], "thread": [fragment…]}   everything that the place shows, on connecting
    message      fragment                                        new or changed, by "ts"; "thread_ts" for a reply
    gone         {"channel", "ts"}
    status       {"channel", "thread_ts", "html"}
    suggestions | view | home | employees | process | unkind  {"html"}
    unread       {"channel"}
    titled       {"channel", "thread_ts", "title"}

A fragment is {"channel", "ts", "thread_ts", "html", "mine"}.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment

from bot.demo.page import screen
from bot.demo.workspace.state import Change, Message, Workspace

Event = tuple[str, dict[str, Any]]

GATHER_SECONDS = 0.04  # a streamed answer changes faster than anybody can read: its steps are sent together


@dataclass
class Reading:
    """Up to which message each person has read each channel: {(user, channel): ts}."""

    until: dict[tuple[str, str], str] = field(default_factory=dict)

    def read(self, workspace: Workspace, person: str, channel: str) -> None:
        """Note that a person has seen all of a channel."""
        newest = max((message.ts for message in workspace.messages(channel, person)), default="")
        self.until[person, channel] = max(newest, self.until.get((person, channel), ""))

    def is_unread(self, message: Message, person: str) -> bool:
        """Tell whether a message of somebody else is newer than what the person has read."""
        return message.user != person and message.ts > self.until.get((person, message.channel), "")

    def unread(self, workspace: Workspace, person: str) -> list[str]:
        """List the channels in which something waits to be read."""
        return [
            channel
            for channel in workspace.channels
            if any(self.is_unread(message, person) for message in workspace.messages(channel, person))
        ]


@dataclass(frozen=True)
class Live:
    """Renders changes for one person at one place."""

    workspace: Workspace
    templates: Environment
    place: screen.Place
    reading: Reading

    def render(self, template: str, **values: Any) -> str:
        reader = screen.reader_of(self.workspace, self.place.person)
        return self.templates.get_template(template).render(
            say=reader.say, bot=self.workspace.bot, place=self.place, **values
        )

    def fragment(self, message: Message) -> dict[str, Any]:
        """Render one message."""
        person = self.place.person
        values = screen.message_values(self.workspace, message, person)
        return {
            "channel": message.channel,
            "ts": message.ts,
            "thread_ts": message.thread_ts,
            "html": self.render("message.html", message=values),
            "mine": message.user == person.id,
        }

    def sync(self) -> Event:
        """Render all that the place shows, for a browser that has just connected or was away."""
        channel, person, thread_ts = self.place.channel.id, self.place.person.id, self.place.thread_ts
        roots = [each for each in self.workspace.messages(channel, person) if each.thread_ts is None]
        thread = self.workspace.thread(channel, thread_ts, person) if thread_ts else []
        return "sync", {
            "channel": channel,
            "thread_ts": thread_ts,
            "list": [self.fragment(each) for each in roots],
            "thread": [self.fragment(each) for each in thread],
        }

    def standing(self) -> list[Event]:
        """Render what stands beside the messages: status, modal, Home tab, suggestions."""
        events = [self._suggestions(), self._view(), self._home()]
        if thread_ts := self.place.thread_ts:
            events.append(self._status(self.place.channel.id, thread_ts))
        return events

    def changes(self, changes: list[Change]) -> Iterator[Event]:
        """Render the changes that the person may see, each thing once however often it has changed."""
        person = self.place.person.id
        mine = {channel.id for channel in screen.channels_of(self.workspace, self.place.person)}
        for change in dict.fromkeys(changes):
            if change.user not in (None, person) or (change.channel is not None and change.channel not in mine):
                continue
            if change.kind in ("message", "ephemeral") and change.channel and change.ts:
                yield from self._message(change.channel, change.ts)
            elif change.kind == "deleted" and change.channel and change.ts:
                yield from self._deleted(change)
            elif change.kind == "status" and change.channel and change.thread_ts:
                yield from self._root(change.channel, change.thread_ts)
                yield self._status(change.channel, change.thread_ts)
            elif change.kind == "title" and change.channel and change.thread_ts:
                title = self.workspace.titles.get((change.channel, change.thread_ts), "")
                yield "titled", {"channel": change.channel, "thread_ts": change.thread_ts, "title": title}
            elif change.kind == "prompts" and change.channel == self.place.channel.id:
                yield self._suggestions()
            elif change.kind == "view":
                yield self._view()
            elif change.kind == "home":
                yield self._home()

    def _message(self, channel: str, ts: str) -> Iterator[Event]:
        message = self.workspace.message(channel, ts)
        if message is None:
            return
        yield "message", self.fragment(message)
        if message.thread_ts:
            yield from self._root(channel, message.thread_ts)
            if message.bot_id and self.workspace.channels[channel].kind == "im":
                yield self._status(channel, message.thread_ts)
        if channel == self.place.channel.id:
            self.reading.read(self.workspace, self.place.person.id, channel)
        elif self.reading.is_unread(message, self.place.person.id):
            yield "unread", {"channel": channel}

    def _deleted(self, change: Change) -> Iterator[Event]:
        tombstone = self.workspace.message(change.channel or "", change.ts or "")
        if tombstone is not None:
            yield "message", self.fragment(tombstone)
        else:
            yield "gone", {"channel": change.channel, "ts": change.ts}
        if change.thread_ts:
            yield from self._root(change.channel or "", change.thread_ts)

    def _root(self, channel: str, thread_ts: str) -> Iterator[Event]:
        root = self.workspace.message(channel, thread_ts)
        if root is not None and root.ephemeral_to in (None, self.place.person.id):
            yield "message", self.fragment(root)

    def _status(self, channel: str, thread_ts: str) -> Event:
        text = screen.status_text(self.workspace, channel, thread_ts)
        stop = screen.stoppable(self.workspace, channel, thread_ts)
        html = self.render("status.html", status=text, stop=stop)
        return "status", {"channel": channel, "thread_ts": thread_ts, "html": html}

    def _suggestions(self) -> Event:
        shown = screen.suggestions(self.workspace, self.place)
        return "suggestions", {"html": self.render("suggestions.html", suggestions=shown)}

    def _view(self) -> Event:
        return "view", {
            "html": self.render("view.html", view=screen.view_values(self.workspace, self.place.person))
        }

    def _home(self) -> Event:
        return "home", {
            "html": self.render("home.html", home=screen.home_values(self.workspace, self.place.person))
        }


async def events(live: Live, polled: Callable[[], Iterable[Event]], poll_seconds: float) -> AsyncIterator[Event]:
    """Yield events for as long as the browser listens; `polled` gives those of what tells nobody of its changes,
    the employee service's rows, Nod's process and the faults, and is asked every `poll_seconds`.
    """
    with live.workspace.subscribe() as subscription:
        yield live.sync()
        for event in live.standing():
            yield event
        while True:
            changes: list[Change] = []
            try:
                async with asyncio.timeout(poll_seconds):
                    changes.append(await subscription.get())
            except TimeoutError:
                pass
            if changes:
                changes += await _gather(subscription.get, GATHER_SECONDS)
                for event in live.changes(changes):
                    yield event
            for event in polled():
                yield event


async def _gather(get: Callable[[], Awaitable[Change]], seconds: float) -> list[Change]:
    gathered: list[Change] = []
    try:
        async with asyncio.timeout(seconds):
            while True:
                gathered.append(await get())
    except TimeoutError:
        return gathered


def encode(event: Event) -> bytes:
    """Write an event as text/event-stream; JSON keeps it on one data line."""
    name, data = event
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
