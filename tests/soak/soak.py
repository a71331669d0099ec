"""The soak: the real process, twenty conversations at once, and whatever may go wrong at random, by a seed."""

import asyncio
import contextlib
import random
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.demo.workspace.errors import NotThere
from bot.demo.workspace.state import Message, Workspace
from bot.demo.world import World, start_world
from tests.e2e.forged import ForgedOffice, open_forged
from tests.e2e.office import buttons
from tests.faults.books import Balance, Books
from tests.forge.opening import open_forge
from tests.soak.asking import Asking
from tests.soak.board import open_board
from tests.soak.regular import Regular
from tests.soak.storm import Storm

CONVERSATIONS = 20

RATE = 0.05
"""How likely each call, event and request meets a fault."""

CALM_WITHIN = 120.0
"""Seconds after the last fault in which everything has to be done: what fails is tried again at longer and longer
intervals."""

MORE_PEOPLE = {"Choi": "ko-KR", "Jung": "ko-KR", "Smith": "en-US"}
MORE_CHANNELS = ("sales", "ops", "lab", "support", "board")

THREADS = 30
"""The latest threads, which anybody may join."""


@dataclass
class Report:
    seed: int
    seconds: float
    rate: float
    settings: Mapping[str, str]
    balance: Balance
    did: Counter[str]
    faults: Counter[str]
    storm: Storm
    given_up: int
    """Events that Slack gave up on without an ack it saw."""
    took: float = 0.0
    wrong: list[str] = field(default_factory=list)


async def soak(
    seed: int, seconds: float, environment: Mapping[str, str], folder: Path, rate: float = RATE
) -> Report:
    """Run a soak in a folder, which then has the database, the log and what people saw (`transcript.txt`); nothing
    is raised for what is wrong, it stands in the report."""
    began = time.monotonic()
    with open_forge(environment) as door:
        async with (
            start_world(seed=seed, delta_seconds=0.001, ack_seconds=3.0, time_scale=0.02) as world,
            open_forged(world, folder, environment, door) as office,
        ):
            report = await _run(seed, seconds, rate, world, office)
    report.took = time.monotonic() - began
    return report


async def _run(seed: int, seconds: float, rate: float, world: World, office: ForgedOffice) -> Report:
    chance = random.Random(seed)  # noqa: S311  repeated by its seed
    _move_in(world.workspace)
    books = Books(office)
    world.sockets.delivered = deque()  # all of them: the books look at every ack
    office.rule(world.nod_toml())
    # fewer turns than conversations, so that people wait in line; by the seed one API or the other
    office.settings["NOD_CONCURRENCY"] = str(CONVERSATIONS // 2)
    office.settings["NOD_MODEL_API"] = chance.choice(("chat", "responses"))
    office.settings["NOD_MODEL"] = "nod-stand-in-reasoning"
    await office.start()
    storm = Storm(books, random.Random(f"{seed}/storm"))  # noqa: S311
    over = asyncio.Event()
    async with open_board(world.workspace) as board:
        asking, threads = Asking(chance), deque[tuple[str, str]](maxlen=THREADS)
        regulars = [
            Regular(books, board, asking, random.Random(f"{seed}/{number}"), threads)  # noqa: S311
            for number in range(CONVERSATIONS)
        ]
        world.unkind.random(seed, rate)
        talking = [asyncio.create_task(regular.live(over)) for regular in regulars]
        raging = asyncio.create_task(storm.rage(over))
        asyncio.get_running_loop().call_later(seconds, over.set)
        await asyncio.gather(*talking, raging)
    world.unkind.calm()
    wrong = [*storm.wrong, *await _settle(books)]
    if await office.stop():
        wrong.append("it did not end well when it was told to")
    balance = await books.balance()
    (office.folder / "transcript.txt").write_text(office.workspace.transcript())
    did = sum((regular.did for regular in regulars), Counter[str]())
    given_up = len({payload["event_id"] for payload in world.sockets.given_up})
    wrong += balance.wrong
    return Report(
        seed, seconds, rate, office.settings, balance, did, world.unkind.injected, storm, given_up, wrong=wrong
    )


def _move_in(workspace: Workspace) -> None:
    """Let more people live here, in more channels: Slack takes one message a second in each."""
    for name, locale in MORE_PEOPLE.items():
        workspace.add_user(name.lower(), name, locale=locale)
    everybody = [user.id for user in workspace.users.values() if user is not workspace.slackbot]
    for channel in workspace.channels.values():
        if channel.kind == "channel":
            channel.members[:] = everybody
    for name in MORE_CHANNELS:
        workspace.add_channel(name, everybody)


async def _settle(books: Books) -> list[str]:
    """Wait until everything is done, press what is left to press, and wait again. Says what is never done."""
    wrong = []
    with contextlib.suppress(TimeoutError):
        await books.office.world.sockets.wait_acked(within=30.0)
    wrong += await _idle(books)
    for card in _waiting(books):
        await _press(books, card)
    wrong += await _idle(books)
    wrong += [f"a card that nobody can end: {card.text}" for card in _waiting(books)]
    return wrong


async def _idle(books: Books) -> list[str]:
    """Ask the database until nothing is left to do: nobody tells of that."""
    deadline = time.monotonic() + CALM_WITHIN
    while left := books.read().restless + [f"a status: {text}" for text in books.workspace.statuses.values()]:
        if time.monotonic() > deadline:
            return [f"never done: {each}" for each in left]
        await asyncio.sleep(0.2)
    return []


def _waiting(books: Books) -> list[Message]:
    channels = books.workspace.channels
    every = [message for channel in channels for message in books.workspace.messages(channel)]
    return [message for message in every if "action_confirm" in buttons(message)]


async def _press(books: Books, card: Message) -> None:
    """Let everybody click: one of them may."""
    room = books.workspace.channels[card.channel]
    for user in room.members:
        with contextlib.suppress(NotThere):
            if user != books.workspace.bot.id and "action_confirm" in buttons(card):
                await books.office.world.people.click(user, card.channel, card.ts, "action_confirm")
