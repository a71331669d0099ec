"""The far end of a measurement: the demo's Slack and its stand-in model in this process, watched from inside.

Every mention is a turn with times of its own, read off the demo's state as it changes: nothing is asked, and
nothing is waited for by looking again.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.demo.model.conversation import Reply
from bot.demo.model.script import Script, Step
from bot.demo.workspace.envelopes import Envelope
from bot.demo.workspace.state import Change, Message, Subscription, Workspace
from bot.demo.world import World, start_world

ANSWER = (
    "The short answer is yes, and there are three things to keep in mind. First, the numbers above are those of "
    "last month, so ask again before you rely on them. Second, two of the five people are away until Thursday. "
    "Third, whatever changes something waits for a click of yours."
)
"""What the model says to everything, in about seventy pieces."""

ONE_LINE = "Yes: it was done this morning."
"""A shorter answer, in seven: with it more of a turn is what goes on around the answer."""

PEOPLE, CHANNELS = 40, 10

PATIENCE = 60.0
"""Seconds after which a turn counts as lost."""

_NUMBER = re.compile(r"\bq(\d+)\b")


@dataclass(eq=False)
class Turn:
    """One mention and its answer, on the monotonic clock."""

    asked: float
    first_piece: float = 0.0
    """When the model's first piece went out."""
    first_word: float = 0.0
    """When Slack had the first word."""
    ended: float = 0.0
    over: asyncio.Event = field(default_factory=asyncio.Event)


class SameAnswer(Script):
    """Says `answer` to everything, and keeps no requests. `pause` is the time between two pieces, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = ANSWER
        self.pause = 0.0
        self.turns: dict[int, Turn] = {}

    def take(self, body: dict[str, Any]) -> Step | None:
        turn = self.turns.get(_number(body))
        return Step(Reply(self.answer), delta_seconds=self.pause, on_text=lambda: _piece(turn))


def _number(body: dict[str, Any]) -> int:
    """Read which question a request asks, from the last of its texts that names one."""
    for item in reversed(body.get("messages") or body.get("input") or []):
        if found := _NUMBER.findall(str(item.get("content"))):
            return int(found[-1])
    return 0


def _piece(turn: Turn | None) -> None:
    if turn is not None and not turn.first_piece:
        turn.first_piece = time.monotonic()


class _Watch(Subscription):
    """Hears each change in the very moment."""

    def __init__(self, workspace: Workspace, script: SameAnswer, open_turns: dict[tuple[str, str], Turn]) -> None:
        # the workspace hands out only subscriptions with a queue
        super().__init__(workspace._subscribers)
        self._workspace = workspace
        self._script = script
        self._open = open_turns

    def put(self, change: Change) -> None:
        channel, ts = change.channel or "", change.ts or ""
        turn = self._open.get((channel, change.thread_ts or "")) if change.kind == "message" else None
        message = self._workspace.message(channel, ts)
        if turn is None or message is None or not message.bot_id:
            return
        turn.first_word = turn.first_word or time.monotonic()
        if not message.streaming and message.text == self._script.answer:
            turn.ended = time.monotonic()
            turn.over.set()


class FarEnd:
    """The world, with people who ask. `acks` are the seconds that each ack took, oldest first."""

    def __init__(self, world: World, script: SameAnswer) -> None:
        self.world = world
        self.script = script
        self.acks: list[float] = []
        self.lost = 0
        self._open: dict[tuple[str, str], Turn] = {}
        self._asked = 0
        workspace = world.workspace
        self.people = [workspace.add_user(f"person{n}", f"Person {n}").id for n in range(PEOPLE)]
        members = [*self.people, workspace.bot.id]
        self.channels = [workspace.add_channel(f"room{n}", members).id for n in range(CHANNELS)]
        _Watch(workspace, script, self._open)
        world.sockets.on_ack = self._acked

    async def ask(self, thread: tuple[str, str] | None = None) -> Turn:
        """Mention Nod as the next person, in a thread of its own or in this one; return when it is answered."""
        self._asked += 1
        number = self._asked
        person = self.people[number % PEOPLE]
        channel, root = thread or (self.channels[number % CHANNELS], None)
        turn = self.script.turns[number] = Turn(time.monotonic())
        message = await self.world.people.say(person, channel, f"@Nod q{number}: may we go on with it?", root)
        key = (channel, root or message.ts)
        self._open[key] = turn
        try:
            async with asyncio.timeout(PATIENCE):
                await turn.over.wait()
        except TimeoutError:
            self.lost += 1
        finally:
            del self._open[key], self.script.turns[number]
        return turn

    @property
    def team(self) -> str:
        return self.world.workspace.team_id

    def thread(self, number: int) -> tuple[str, str]:
        """Make the root of a thread that somebody began long ago; its channel and ts. Nobody is told."""
        workspace = self.world.workspace
        root = Message(workspace.next_ts(), self.channels[number % CHANNELS], self.people[0], text="A long list")
        workspace.post(root)
        return root.channel, root.ts

    def _acked(self, envelope: Envelope) -> None:
        self.acks.append(time.monotonic() - envelope.made)


@asynccontextmanager
async def open_far_end() -> AsyncIterator[FarEnd]:
    script = SameAnswer()
    async with start_world(delta_seconds=0, script=script) as world:
        yield FarEnd(world, script)
