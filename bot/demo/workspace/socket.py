"""Socket Mode: envelopes to one of the open sockets, their acks, and the redelivery of what is not acked.

Events are delivered again when no ack came within three seconds: at once, after a minute, after five (Slack's
Events API). Clicks, views and commands are not: whoever clicked is told that it did not work. What is to be
delivered while no socket is open is kept, up to a bound, and delivered at the next connect.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from aiohttp import web

from bot.demo.unkind.envelopes import AckLost, Delayed, Doubled, EnvelopeFault, Held
from bot.demo.unkind.rules import Rules
from bot.demo.workspace.connection import Connection, DisconnectReason
from bot.demo.workspace.envelopes import Envelope
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.state import Json

__all__ = ["ACK_SECONDS", "DisconnectReason", "Envelope", "SocketMode"]

ACK_SECONDS = 3.0
RETRY_DELAYS = (0.0, 60.0, 300.0)
MOST_SOCKETS = 10
MOST_KEPT = 1000


class SocketMode:
    """Hold the app's open sockets and what they have not acked.

    `time_scale` shortens the delays before a redelivery (0.01: a minute is 0.6 s); `ack_seconds` is not scaled.
    """

    def __init__(self, *, app_id: str, time_scale: float = 1.0, ack_seconds: float = ACK_SECONDS) -> None:
        self.app_id = app_id
        self.time_scale = time_scale
        self.ack_seconds = ack_seconds
        self.link_disabled = False
        self.faults: Rules[EnvelopeFault] = Rules("envelope", match="events_api")
        self.on_event: Callable[[], None] = _nothing
        """Called with each event that Slack begins to deliver."""
        self.on_ack: Callable[[Envelope], None] = _heard
        """Called with each envelope whose ack arrives."""
        self.delivered: deque[Envelope] = deque(maxlen=MOST_KEPT)
        """What was sent, repetitions counted."""
        self.given_up: deque[Json] = deque(maxlen=MOST_KEPT)
        """The payloads of the events that Slack does not deliver any more, without having seen an ack."""
        self._sockets: deque[Connection] = deque()
        self._closing: set[Connection] = set()
        self._kept: deque[Envelope] = deque()
        self._outstanding: dict[str, Envelope] = {}
        self._tickets: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self._numbered = 0

    # what the app does

    def open_ticket(self) -> str:
        """Issue what a websocket address is good for once (apps.connections.open)."""
        if self.link_disabled:
            raise SlackError("link_disabled")
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one websocket until it is closed."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=403)
        self._tickets.discard(ticket)
        socket = Connection(request)
        await socket.open()
        if len(self._sockets) >= MOST_SOCKETS:
            await socket.say_goodbye("too_many_websockets")
            await socket.close()
            return socket.response
        await socket.send(_hello(self.app_id, len(self._sockets) + 1))
        try:
            await self._connected(socket)
            async for frame in socket.frames():
                if envelope := self._outstanding.get(str(frame.get("envelope_id"))):
                    envelope.acknowledge(frame.get("payload"))
                    self.on_ack(envelope)
        finally:
            await self._disconnected(socket)
        return socket.response

    # what Slack does

    def send_event(self, payload: Json) -> None:
        """Deliver an event in the background, again and again as Slack does until it is acked."""
        self._numbered += 1
        fault = self.faults.take("events_api")
        for _ in range(2 if isinstance(fault, Doubled) else 1):
            delivery = self._deliver_event(payload, self._numbered, fault)
            self._tasks.add(asyncio.get_running_loop().create_task(delivery))
        self.on_event()

    async def request(self, kind: Literal["interactive", "slash_commands"], payload: Json) -> Json | None:
        """Deliver a click, a view or a command once; return the ack's payload, or None without an ack in time."""
        fault = self.faults.take(kind, lambda each: isinstance(each, AckLost | Delayed))
        await self._hold(fault, 0)
        envelope = Envelope(kind, payload, ack_lost=isinstance(fault, AckLost))
        try:
            await self._send(envelope)
            return await asyncio.wait_for(envelope.acked, self.ack_seconds)
        except TimeoutError:
            return None
        finally:
            await self._forget(envelope)

    async def disconnect(self, reason: DisconnectReason = "refresh_requested", count: int | None = None) -> int:
        """Tell sockets to go away, as Slack does now and then; nothing new is sent to them, save after a warning.

        `count` is how many, None for all. Returns how many were told.
        """
        self.link_disabled = self.link_disabled or reason == "link_disabled"
        told = self._some(count)
        for socket in told:
            if reason != "warning":
                self._sockets.remove(socket)
                self._closing.add(socket)
            with suppress(ConnectionError):
                await socket.say_goodbye(reason)
        return len(told)

    async def drop(self, count: int | None = None, *, abrupt: bool = False) -> int:
        """Close sockets, None for all, without Slack's goodbye; an abrupt end has no close frame either."""
        sockets = self._some(count) if count is not None else [*self._sockets, *self._closing]
        if abrupt:
            for socket in sockets:
                socket.reset()
        else:
            await asyncio.gather(*(socket.close() for socket in sockets))
        return len(sockets)

    def half_open(self, count: int | None = 1) -> int:
        """Let sockets, None for all, go deaf and mute while the app believes in them. Returns how many did."""
        sockets = self._some(count, [socket for socket in self._sockets if not socket.half_open])
        for socket in sockets:
            socket.half_open = True
        return len(sockets)

    def reset_half_open(self) -> None:
        """Let the app know of its half-open sockets: they are cut."""
        for socket in (*self._sockets, *self._closing):
            if socket.half_open:
                socket.reset()

    async def close(self) -> None:
        """End deliveries and sockets."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.drop()

    # what tests and the page ask

    @property
    def connections(self) -> int:
        return len(self._sockets)

    @property
    def healthy(self) -> int:
        """Count the sockets that are not half-open."""
        return sum(not socket.half_open for socket in self._sockets)

    @property
    def unacked(self) -> list[Envelope]:
        """List what was sent or is kept, and is not acked."""
        return [*self._outstanding.values(), *self._kept]

    async def wait_connected(self, count: int = 1, within: float = 10.0) -> None:
        """Wait until `count` sockets are open; TimeoutError when they are not `within` seconds."""
        await self._wait(lambda: self.connections >= count, within)

    async def wait_disconnected(self, within: float = 10.0) -> None:
        """Wait until no socket is open; TimeoutError when one still is after `within` seconds."""
        await self._wait(lambda: self.connections == 0, within)

    async def wait_acked(self, within: float = 10.0) -> None:
        """Wait until the app has acked all that was sent; TimeoutError when it has not `within` seconds."""
        await self._wait(lambda: not self.unacked and not self._tasks, within)

    async def wait_delivered(self, count: int, within: float = 10.0) -> None:
        """Wait until so many envelopes in all were sent, repetitions counted."""
        await self._wait(lambda: len(self.delivered) >= count, within)

    async def _wait(self, reached: Callable[[], bool], within: float) -> None:
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(reached)

    # sockets

    def _some(self, count: int | None, among: list[Connection] | None = None) -> list[Connection]:
        return list(self._sockets if among is None else among)[:count]

    async def _connected(self, socket: Connection) -> None:
        self._sockets.append(socket)
        while self._kept and self._sockets:
            await self._send(self._kept.popleft())
        await self._tell()

    async def _disconnected(self, socket: Connection) -> None:
        self._closing.discard(socket)
        if socket in self._sockets:
            self._sockets.remove(socket)
        await self._tell()

    # deliveries

    async def _deliver_event(self, payload: Json, number: int, fault: EnvelopeFault | None) -> None:
        try:
            await self._hold(fault, number)
            await self._deliver_until_acked(payload, number, ack_lost=isinstance(fault, AckLost))
        finally:
            if task := asyncio.current_task():
                self._tasks.discard(task)
            await self._tell()

    async def _hold(self, fault: EnvelopeFault | None, number: int) -> None:
        match fault:
            case Delayed(seconds):
                await asyncio.sleep(seconds)
            case Held(by, seconds):
                with suppress(TimeoutError):
                    await self._wait(lambda: self._sent_after(number) >= by, seconds)

    def _sent_after(self, number: int) -> int:
        return len({envelope.number for envelope in self.delivered if envelope.number > number})

    async def _deliver_until_acked(self, payload: Json, number: int, *, ack_lost: bool) -> None:
        for attempt in range(len(RETRY_DELAYS) + 1):
            if attempt:
                await asyncio.sleep(RETRY_DELAYS[attempt - 1] * self.time_scale)
            envelope = Envelope("events_api", payload, attempt, number, ack_lost and attempt == 0)
            try:
                await self._send(envelope)
                await envelope.sent.wait()
                await asyncio.wait_for(envelope.acked, self.ack_seconds)
            except TimeoutError:
                continue
            finally:
                await self._forget(envelope)
            return
        self.given_up.append(payload)

    async def _send(self, envelope: Envelope) -> None:
        while self._sockets:
            socket = self._sockets[0]
            self._sockets.rotate(-1)
            self._outstanding[envelope.id] = envelope
            try:
                await socket.send(envelope.frame())
            except ConnectionError:
                self._outstanding.pop(envelope.id, None)
                await self._disconnected(socket)
                continue
            self.delivered.append(envelope)
            envelope.sent.set()
            await self._tell()
            return
        if len(self._kept) >= MOST_KEPT:
            overflown = self._kept.popleft()
            overflown.give_up()
            if overflown.type == "events_api":
                self.given_up.append(overflown.payload)
        self._kept.append(envelope)

    async def _forget(self, envelope: Envelope) -> None:
        self._outstanding.pop(envelope.id, None)
        if envelope in self._kept:
            self._kept.remove(envelope)
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _nothing() -> None:
    pass


def _heard(_: Envelope) -> None:
    pass


def _hello(app_id: str, connections: int) -> Json:
    return {
        "type": "hello",
        "num_connections": connections,
        "connection_info": {"app_id": app_id},
        "debug_info": {"host": "demo", "build_number": 1, "approximate_connection_time": 18060},
    }
