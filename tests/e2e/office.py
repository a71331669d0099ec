"""Drive the demo workspace as people do, and wait for what they would see."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import bot
from bot.demo.workspace import payloads
from bot.demo.workspace.state import Json, Message, View, Workspace
from bot.demo.world import World
from bot.slack.notes import REGENERATE
from bot.slack.stop_button import MARK

T = TypeVar("T")

RUN = ("-m", "bot", "run")

WITHIN = 15.0
"""Seconds that anything may take; a test waits for the event and never for the time."""


@dataclass
class Office:
    """A world, and the real `nod run` process in it."""

    world: World
    folder: Path
    guarded: Mapping[str, str]
    settings: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    killed: int = 0
    """How often the process ended by itself while something was waited for."""
    dropped_in: bool = False
    """Whether what runs is a copy of Nod's packages."""

    @property
    def workspace(self) -> Workspace:
        return self.world.workspace

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "NOD_DATABASE": str(self.folder / "nod.db"),
            "NOD_LOG_LEVEL": "INFO",
            "NOD_LOG_FORMAT": "text",
            "NOD_MONITOR": "127.0.0.1:0",
        }
        return {**self.guarded, **self.world.environment(), **own, **self.settings}

    async def start(self, *command: str) -> None:
        """Start `nod run`, or another command that runs it, and wait until its socket is open."""
        self.process = await self.begin(command or RUN)
        connected = asyncio.create_task(self.world.sockets.wait_connected(within=WITHIN * 2))
        ended = asyncio.create_task(self.process.wait())
        await asyncio.wait({connected, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not connected.done():
            connected.cancel()
            raise AssertionError(f"it did not start:\n{self.log}")
        await connected

    async def begin(self, command: tuple[str, ...]) -> asyncio.subprocess.Process:
        """Start what stands behind `python`."""
        with (self.folder / "nod.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, *command, env=self.environment, cwd=self.folder, stderr=log
            )

    def drop_in(self, name: str, source: str) -> None:
        """Run from now on a copy of Nod's packages that has one more file of functions."""
        root = Path(bot.__file__).parent.parent
        for package in ("bot", "functions", "storage"):
            shutil.copytree(root / package, self.folder / package, dirs_exist_ok=True)
        (self.folder / "functions" / f"{name}.py").write_text(source)
        self.dropped_in = True

    def rule(self, text: str) -> None:
        """Write nod.toml, which the next start reads."""
        (self.folder / "nod.toml").write_text(text)

    async def nod(self, *arguments: str) -> tuple[int, str]:
        """Run another command of `nod`; its exit status and what it said."""
        return await run_nod(arguments, self.environment, self.folder)

    async def through_kills(self, wanted: Callable[[], Awaitable[T]]) -> T:
        """Wait for something while the process may be killed; start a plain one in its place."""
        while True:
            assert self.process is not None
            seeing, dying = asyncio.create_task(_task(wanted)), asyncio.create_task(self.process.wait())
            await asyncio.wait({seeing, dying}, return_when=asyncio.FIRST_COMPLETED)
            if seeing.done():
                dying.cancel()
                return seeing.result()
            seeing.cancel()
            await asyncio.wait({seeing})
            await self._gone()
            self.killed += 1
            await self.start()

    async def stop(self) -> int:
        """End the process as an operator does; its exit status."""
        assert self.process is not None
        self.process.terminate()
        return await self._gone()

    async def kill(self) -> None:
        """End the process as a power cut does."""
        assert self.process is not None
        self.process.kill()
        await self._gone()

    async def _gone(self) -> int:
        assert self.process is not None
        status = await self.process.wait()
        self.process = None
        await self.world.sockets.wait_disconnected(within=WITHIN)
        return status

    @property
    def log(self) -> str:
        return (self.folder / "nod.log").read_text()

    async def ask(self, person: str, channel: str, text: str, thread_ts: str | None = None) -> "Thread":
        """Say something; the thread that it stands in."""
        message = await self.world.people.say(person, channel, text, thread_ts)
        return Thread(self, message.channel, thread_ts or message.ts, message.ts)

    async def dm(self, person: str, text: str) -> "Thread":
        user = self.workspace.user(person)
        return await self.ask(person, self.workspace.dm(user.id).id, text)

    async def private(self, person: str, after: int = 0) -> Message:
        """Wait for the ephemeral message of a person that is number `after`, from 0."""

        def seen(workspace: Workspace) -> Message | None:
            found = self.privates(person)
            return found[after] if len(found) > after else None

        return await self.workspace.wait_for(seen, WITHIN)

    async def whisper(self, person: str, words: str) -> Message:
        """Wait for an ephemeral message of a person's that says these words."""

        def seen(workspace: Workspace) -> Message | None:
            return next((message for message in self.privates(person) if words in shown(message)), None)

        return await self.workspace.wait_for(seen, WITHIN)

    async def modal(self, person: str, words: str = "") -> View:
        """Wait for an open modal of a person's that says these words."""
        user = self.workspace.user(person).id

        def seen(workspace: Workspace) -> View | None:
            stack = workspace.view_stack(user)
            return stack[-1] if stack and words in text_of(stack[-1].blocks) else None

        return await self.workspace.wait_for(seen, WITHIN)

    async def press(
        self, person: str, message: Message, action_id: str, value: str, team: str | None = None
    ) -> bool:
        """Click a button that the message does not show (any more), or as somebody of another workspace."""
        user, triggers = self.workspace.user(person), self.world.slack.triggers
        told = payloads.interaction(self.workspace, "block_actions", user, triggers.issue(user.id))
        told["user"]["team_id"] = team or self.workspace.team_id
        told |= payloads.message_click(self.workspace, message, {})
        told["actions"] = [{"type": "button", "action_id": action_id, "block_id": "b", "value": value}]
        return await self.world.sockets.request("interactive", told) is not None

    def privates(self, person: str) -> list[Message]:
        user = self.workspace.user(person).id
        return [
            message
            for channel in self.workspace.channels
            for message in self.workspace.messages(channel, user)
            if message.ephemeral_to == user
        ]


AnOffice = TypeVar("AnOffice", bound=Office)


@dataclass
class Thread:
    office: Office
    channel: str
    ts: str
    asked: str

    @property
    def replies(self) -> list[Message]:
        """What Nod said in the thread so far."""
        messages = self.office.workspace.thread(self.channel, self.ts)
        return [each for each in messages if each.bot_id and each.ephemeral_to is None and not is_stop(each)]

    async def stop_button(self) -> Message:
        """Wait for the message with the Stop button."""

        def seen(workspace: Workspace) -> Message | None:
            found = workspace.thread(self.channel, self.ts)
            return next((message for message in found if is_stop(message)), None)

        return await self.office.workspace.wait_for(seen, WITHIN)

    async def answer(self) -> str:
        """Wait for the end of what Nod says after the last question; its text."""
        return (await self.answers(1))[0].text

    async def answers(self, count: int) -> list[Message]:
        def said(workspace: Workspace) -> list[Message] | None:
            found = [message for message in self.replies if message.ts > self.asked]
            busy = workspace.statuses.get((self.channel, self.ts)) or any(m.streaming for m in found)
            return found if len(found) >= count and not busy else None

        return await self.office.workspace.wait_for(said, WITHIN)

    async def then(self, person: str, text: str) -> "Thread":
        """Go on in the thread, without a mention."""
        return await self.office.ask(person, self.channel, text, self.ts)

    async def card(self) -> Message:
        """Wait for a card with buttons."""

        def seen(workspace: Workspace) -> Message | None:
            cards = [message for message in self.replies if buttons(message)]
            return cards[-1] if cards else None

        return await self.office.workspace.wait_for(seen, WITHIN)

    async def changed(self, card: Message, words: str) -> Message:
        """Wait until a card with buttons says these words."""

        def seen(workspace: Workspace) -> Message | None:
            now = workspace.message(self.channel, card.ts)
            return now if now and buttons(now) and words in shown(now) else None

        return await self.office.workspace.wait_for(seen, WITHIN)

    async def cards(self, count: int) -> list[Message]:
        """Wait for so many cards with buttons."""

        def seen(workspace: Workspace) -> list[Message] | None:
            found = [message for message in self.replies if buttons(message)]
            return found if len(found) >= count else None

        return await self.office.workspace.wait_for(seen, WITHIN)

    async def click(self, person: str, card: Message, action_id: str) -> bool:
        self.asked = self.office.workspace.next_ts()
        return await self.office.world.people.click(person, self.channel, card.ts, action_id)

    async def settled(self, card: Message, words: str) -> Message:
        """Wait until a card has no buttons and says these words."""

        def seen(workspace: Workspace) -> Message | None:
            now = workspace.message(self.channel, card.ts)
            return now if now and not buttons(now) and words in shown(now) else None

        return await self.office.workspace.wait_for(seen, WITHIN)


async def _task(wanted: Callable[[], Awaitable[T]]) -> T:
    return await wanted()


def buttons(message: Message) -> dict[str, dict[str, Any]]:
    """Return a message's buttons by their action ids; the menu below an answer is none."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return {each["action_id"]: each for row in rows for each in row if each["type"] == "button"}


def menu(message: Message) -> str | None:
    """Return what the menu below an answer names: the turn that can be answered again."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    found = [each for row in rows for each in row if (each["action_id"], each["type"]) == (REGENERATE, "overflow")]
    return str(found[0]["options"][0]["value"]) if found else None


def is_stop(message: Message) -> bool:
    """Tell the message with the Stop button, which comes and goes with a turn."""
    return (message.metadata or {}).get("event_type") == MARK


def shown(message: Message) -> str:
    """Return all that a message shows, as one text."""
    return f"{message.text}\n{text_of(message.blocks)}"


def text_of(blocks: list[Json]) -> str:
    """Return all that blocks show, as one text."""
    texts = []
    for block in blocks:
        texts += [part["text"] for part in block.get("fields", ())]
        texts += [part["text"] for part in block.get("elements", ()) if isinstance(part.get("text"), str)]
        text = block.get("text")
        texts.append(text["text"] if isinstance(text, dict) else text or "")
    return "\n".join(texts)


@asynccontextmanager
async def open_office(world: World, folder: Path, guarded: Mapping[str, str]) -> AsyncIterator[Office]:
    """Make an office, not started yet; whatever runs in it at the end is ended."""
    async with ended_with(Office(world, folder, guarded)) as office:
        yield office


@asynccontextmanager
async def ended_with(office: AnOffice) -> AsyncIterator[AnOffice]:
    """Lend an office; whatever runs in it at the end is ended."""
    try:
        yield office
    finally:
        if office.process is not None and office.process.returncode is None:
            office.process.kill()
            await office.process.wait()


async def refuse_to_start(environment: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Run `nod run` where it cannot start; its exit status and what it said."""
    return await run_nod(["run"], environment, folder)


async def run_nod(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Run a command of `nod` to its end; its exit status and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env=environment,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(WITHIN * 2):
        said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()
