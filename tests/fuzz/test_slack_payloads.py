"""Whatever Slack delivers, Nod goes on, and nothing of a defect reaches anybody."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from slack_bolt.listener.async_listener import AsyncCustomListener
from slack_sdk.socket_mode.request import SocketModeRequest

from bot import app
from bot.demo.workspace.state import Json
from bot.demo.world import start_world
from bot.settings import load
from bot.slack.connection import Bolt, build_bolt
from bot.slack.envelopes import dispatched
from tests.e2e.office import Office
from tests.fuzz.json_mutations import PLANTED, changed
from tests.fuzz.payloads import fresh, samples

pytestmark = pytest.mark.fuzz

BATCH, BATCHES = 250, 8
"""Payloads that come at once, and how often: 2,000 mutated payloads in all. Before each batch the cards that are
clicked on are made anew: at its end all are decided."""

ACK_WITHIN = 1
"""Seconds for which Bolt waits for the ack of what is not acknowledged, at least: three in earnest."""

WITHIN = 90.0
"""Seconds that a batch may take before it counts as stuck; a start and an answer too."""

SAID = ("text", "message", "blocks", "state")
"""What a person wrote, or read already, stands below these names: Nod may repeat it."""

LISTENER = "run_ack_function_asynchronously"
"""Bolt's task in which a listener goes on after its ack."""


class Defects(logging.Handler):
    """Collects errors and whatever is logged with a traceback: nothing that Slack sends is a reason for one."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # the demo's own servers, which Nod's calls reach, log as aiohttp
        if (record.exc_info or record.levelno >= logging.ERROR) and not record.name.startswith("aiohttp"):
            self.seen.append(logging.Formatter().format(record)[-3_000:])


@dataclass
class Bench:
    """All of Nod, in this process, in the demo workspace; payloads go right into Bolt, as its socket does it."""

    loop: asyncio.Runner
    office: Office
    bolt: Bolt
    defects: Defects
    alive: Sequence["asyncio.Task[None]"]
    samples: list[Json] = field(default_factory=list)
    sent: int = 0
    unread: int = 0

    async def take(self, random: Random) -> None:
        """Deliver mutated samples all at once, and wait until Nod has done with them what it does for a click."""
        self.samples = await samples(self.office)
        async with asyncio.timeout(WITHIN):
            await asyncio.gather(*(self.deliver(self.mutated(random)) for _ in range(BATCH)))
            while listening := [task for task in asyncio.all_tasks() if LISTENER in repr(task.get_coro())]:
                await asyncio.wait(listening)
        assert not self.defects.seen, "\n\n".join(self.defects.seen)
        assert not any(task.done() for task in self.alive)

    def mutated(self, random: Random) -> Json:
        self.sent += 1
        payload = fresh(random.choice(self.samples), self.sent)
        for _ in range(random.randint(1, 3)):
            after = changed(payload, random)
            payload = after if isinstance(after, dict) else {"payload": after}
        cleared: Json = unsaid(payload)
        return cleared

    async def deliver(self, payload: Json) -> None:
        response = await dispatched(self.bolt, SocketModeRequest(type="x", envelope_id="e", payload=payload))
        self.unread += response.status != 200
        # an event that is not acknowledged comes again and again
        assert response.status == 200 or payload.get("type") != "event_callback", (payload, self.defects.seen)

    @property
    def posted(self) -> str:
        """All that Nod has put before anybody's eyes."""
        workspace = self.office.workspace
        messages = [each for name in workspace.channels for each in workspace.messages(name) if each.bot_id]
        seen = [(each.text, each.blocks, each.chunks) for each in messages]
        return json.dumps([seen, [view.blocks for view in workspace.views.values()]])


def unsaid(payload: Any, said: bool = False) -> Any:
    """Take what was planted out of the places that Nod may repeat."""
    if isinstance(payload, dict):
        return {(unsaid(key, said)): unsaid(each, said or key in SAID) for key, each in payload.items()}
    if isinstance(payload, list):
        return [unsaid(each, said) for each in payload]
    return payload.replace(PLANTED, "x") if said and isinstance(payload, str) else payload


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with asyncio.Runner() as loop:
        stack = AsyncExitStack()
        try:
            made = loop.run(_started(stack, loop, tmp_path, monkeypatch))
            loop.get_loop().set_exception_handler(lambda _, context: made.defects.seen.append(repr(context)))
            yield made
        finally:
            loop.run(asyncio.wait_for(stack.aclose(), WITHIN))


async def _started(
    stack: AsyncExitStack, loop: asyncio.Runner, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Bench:
    async with asyncio.timeout(WITHIN):
        return await stack.enter_async_context(_bench(loop, folder, monkeypatch))


@asynccontextmanager
async def _bench(loop: asyncio.Runner, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    made: list[Bolt] = []

    def build(*arguments: Any) -> Bolt:
        made.append(build_bolt(*arguments))
        return made[0]

    monkeypatch.setattr(app, "build_bolt", build)
    defects = Defects()
    logging.getLogger().addHandler(defects)
    try:
        async with start_world(delta_seconds=0, ack_seconds=2.0, time_scale=0.005) as world:
            for name, value in (world.environment() | {"NOD_MONITOR": "127.0.0.1:0"}).items():
                monkeypatch.setenv(name, value)
            async with app.running(load()) as alive:
                for listener in made[0]._async_listeners:
                    assert isinstance(listener, AsyncCustomListener)
                    listener.ack_timeout = ACK_WITHIN
                yield Bench(loop, Office(world, folder, {}), made[0], defects, alive)
    finally:
        logging.getLogger().removeHandler(defects)


def test_mutated_payloads(bench: Bench) -> None:
    @settings(max_examples=BATCHES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=True))
    def take(random: Random) -> None:
        bench.loop.run(bench.take(random))

    take()
    assert bench.sent >= BATCH * BATCHES
    assert bench.unread < bench.sent / 2, "the mutations leave nothing to read"
    thread = bench.loop.run(bench.office.dm("kim", "What is the average age?"))
    assert "42.13" in bench.loop.run(thread.answer())
    assert PLANTED not in bench.posted
    assert "incident" not in bench.posted
