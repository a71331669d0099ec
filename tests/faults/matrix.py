"""{fault} × {moment}: what may happen, when, and which of the combinations mean nothing."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.demo.services.faults import Stall
from bot.demo.unkind.calls import Broken, CallFault, Dropped, Refused
from tests.e2e.office import Office
from tests.faults.scenes import ACTION, LONG, QUESTION, Scene

HELD = Path(__file__).with_name("held.py")

Strike = Callable[[Office, Callable[[], None]], Awaitable[None]]


@dataclass(frozen=True)
class Moment:
    """When it happens: at a place that the process is held up at, or while a service keeps it waiting."""

    name: str
    scene: Scene
    place: tuple[str, str, int] | None = None
    waits: Callable[[Office], "Waiting"] | None = None


@dataclass
class Waiting:
    """A moment that is about to come: `reached` returns when it has, `go_on` lets it pass."""

    reached: Callable[[], Awaitable[object]]
    go_on: Callable[[], None]


def _thinking(office: Office) -> Waiting:
    step = office.world.script.stall(after_events=2)
    return Waiting(lambda: office.world.script.wait_for_requests(1), step.resumed.set)


def _reading(office: Office) -> Waiting:
    stall = Stall()
    office.world.employees_faults.add(stall, method="GET")
    return Waiting(stall.arrived.wait, stall.released.set)


def _writing(office: Office) -> Waiting:
    office.world.script.rules()
    step = office.world.script.stall(after_events=20)

    async def shown() -> None:
        messages = office.workspace.messages
        general = office.workspace.channel("general").id
        await office.workspace.wait_for(lambda _: any(m.bot_id and m.text for m in messages(general)))

    return Waiting(shown, step.resumed.set)


MOMENTS = (
    Moment("before the commit", QUESTION, ("inbox.add", "before", 1)),
    Moment("after the commit", QUESTION, ("inbox.add", "after", 1)),
    Moment("after the ack", QUESTION, ("ack", "after", 1)),
    Moment("mid-model", QUESTION, waits=_thinking),
    Moment("mid-function", QUESTION, waits=_reading),
    Moment("before the card", ACTION, ("turns.record", "after", 2)),
    Moment("before the effect", ACTION, ("effect", "before", 1)),
    Moment("after the effect", ACTION, ("effect", "after", 1)),
    Moment("mid-stream", LONG, waits=_writing),
    Moment("before the last write", LONG, ("chat.stopStream", "before", 1)),
    Moment("before the turn's end", LONG, ("turns.finish", "before", 1)),
)


@asynccontextmanager
async def hold(office: Office, moment: Moment, door: Path) -> AsyncIterator[Waiting]:
    """Start the process so that it is held up at a moment."""
    place = moment.place or ("nowhere", "before", 1)
    reached, going_on = asyncio.Event(), asyncio.Event()

    async def held_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        await going_on.wait()
        with contextlib.suppress(ConnectionError):  # it was killed
            writer.write(b"go\n")
            await writer.drain()
        writer.close()

    async with await asyncio.start_unix_server(held_up, door):
        waiting = moment.waits(office) if moment.waits else Waiting(reached.wait, going_on.set)
        await office.start(str(HELD), str(door), *map(str, place))
        try:
            yield waiting
        finally:
            going_on.set()


# what happens: each takes the office, and what lets the moment pass


async def _kill(office: Office, _: Callable[[], None]) -> None:
    await office.kill()
    await office.start()


async def _kill_into_trouble(office: Office, _: Callable[[], None]) -> None:
    """What is left half-written has to be found and ended by a process that Slack refuses, too."""
    await office.kill()
    office.world.unkind.calls.add(Refused("streaming_state_conflict"), match="chat.stopStream", times=3)
    office.world.unkind.calls.add(Broken(503, html=True), match="conversations.replies", times=5)
    await office.start()


async def _terminate(office: Office, go_on: Callable[[], None]) -> None:
    stopping = asyncio.create_task(office.stop())
    await asyncio.sleep(0)  # it has its signal before it goes on
    go_on()
    assert await stopping == 0
    await office.start()


async def _fill_the_disk(office: Office, _: Callable[[], None]) -> None:
    assert office.process is not None
    os.kill(office.process.pid, signal.SIGUSR1)


def _at_the_next_write(fault: CallFault) -> Strike:
    async def strike(office: Office, _: Callable[[], None]) -> None:
        office.world.unkind.calls.add(fault, match="chat.*")

    return strike


async def _drop_sockets(office: Office, _: Callable[[], None]) -> None:
    await office.world.sockets.drop(abrupt=True)


async def _half_open(office: Office, _: Callable[[], None]) -> None:
    office.world.sockets.half_open(count=1)


async def _deliver_again(office: Office, go_on: Callable[[], None]) -> None:
    """Every event and every click once more."""
    sockets = office.world.sockets
    clicks = [each.payload for each in sockets.delivered if each.type == "interactive"]
    events = {each.payload["event_id"]: each.payload for each in sockets.delivered if each.type == "events_api"}
    for payload in events.values():
        sockets.send_event(payload)
    again = [asyncio.create_task(sockets.request("interactive", payload)) for payload in clicks]
    await asyncio.sleep(0)
    go_on()
    await asyncio.gather(*again)


STRIKES: dict[str, Strike] = {
    "kill -9": _kill,
    "kill -9 and a Slack in trouble": _kill_into_trouble,
    "SIGTERM": _terminate,
    "a full disk": _fill_the_disk,
    "Slack's 500 after the effect": _at_the_next_write(Broken(500, after_effect=True)),
    "Slack's connection reset": _at_the_next_write(Dropped(after_effect=True)),
    "Slack's 429": _at_the_next_write(Refused("ratelimited", retry_after=1)),
    "sockets dropped": _drop_sockets,
    "a half-open socket": _half_open,
    "delivered again": _deliver_again,
}


def met(fault: str, office: Office) -> bool:
    """Tell whether a fault that waits for something to meet has met it."""
    if fault == "a full disk":
        return "make room" in office.log
    return fault not in WRITES or office.world.unkind.injected.total() > 0


WRITES = ("Slack's 500 after the effect", "Slack's connection reset", "Slack's 429")

SENSELESS = {(fault, "before the turn's end"): "nothing is written to Slack any more" for fault in WRITES}
"""Combinations that are left out, and why. What the model and the services do wrong has moments of its own."""

CASES = [(fault, moment) for moment in MOMENTS for fault in STRIKES if (fault, moment.name) not in SENSELESS]
