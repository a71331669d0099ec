"""Socket Mode: envelopes to one of the open sockets, their acks, and the redelivery of what is not acked.

Events are delivered again when no ack came within three seconds: at once, after a minute, after five (Slack's
Events API). Clicks, views and commands are not: whoever clicked is told that it did not work. What is to be
delivered while no socket is open is kept, up to a bound, and delivered at the next connect.
"""

import asyncio
import json
import secrets
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import WSMsgType, web

from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.state import Json

EnvelopeType = Literal["events_api", "interactive", "slash_commands"]
DisconnectReason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]

ACK_SECONDS = 3.0
RETRY_DELAYS = (0.0, 60.0, 300.0)
MOST_SOCKETS = 10
MOST_KEPT = 1000


@dataclass(eq=False)
class Envelope:
    """One delivery. `acked` gets the ack's response payload, an empty one when the ack had none."""

    type: EnvelopeType
    payload: Json
    retry_attempt: int = 0
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    sent: asyncio.Event = field(default_factory=asyncio.Event)
    acked: asyncio.Future[Json] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def give_up(self) -> None:
        self.sent.set()
        self.acked.cancel()

    def frame(self) -> Json:
        body: Json = {
            "envelope_id": self.id,
            "type": self.type,
            "accepts_response_payload": self.type != "events_api",
            "payload": self.payload,
        }
        if self.type == "events_api":
            body |= {"retry_attempt": self.retry_attempt, "retry_reason": "timeout" if self.retry_attempt else ""}
        return body


class SocketMode:
    """Hold the app's open sockets and what they have not acked.

    `time_scale` shortens the delays before a redelivery (0.01: a minute is 0.6 s); `ack_seconds` is not scaled.
    """

    def __init__(self, *, app_id: str, time_scale: float = 1.0, ack_seconds: float = ACK_SECONDS) -> None:
        self.app_id = app_id
        self.time_scale = time_scale
        self.ack_seconds = ack_seconds
        self.link_disabled = False
        self.delivered: deque[Envelope] = deque(maxlen=MOST_KEPT)
        self._sockets: deque[web.WebSocketResponse] = deque()
        self._closing: set[web.WebSocketResponse] = set()
        self._kept: deque[Envelope] = deque()
        self._outstanding: dict[str, Envelope] = {}
        self._tickets: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()

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
        socket = web.WebSocketResponse(
            heartbeat=30.0, timeout=1.0
        )  # aiohttp answers the client's sdk-ping-pong with an echo
        await socket.prepare(request)
        if len(self._sockets) >= MOST_SOCKETS:
            await _say_goodbye(socket, "too_many_websockets")
            await socket.close()
            return socket
        await socket.send_json(_hello(self.app_id, len(self._sockets) + 1))
        try:
            await self._connected(socket)
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._read(frame.data)
        finally:
            await self._disconnected(socket)
        return socket

    # what Slack does

    def send_event(self, payload: Json) -> None:
        """Deliver an event in the background, again and again as Slack does until it is acked."""
        self._tasks.add(asyncio.get_running_loop().create_task(self._deliver_event(payload)))

    async def request(self, kind: Literal["interactive", "slash_commands"], payload: Json) -> Json | None:
        """Deliver a click, a view or a command once; return the ack's payload, or None without an ack in time."""
        envelope = Envelope(kind, payload)
        try:
            await self._send(envelope)
            return await asyncio.wait_for(envelope.acked, self.ack_seconds)
        except TimeoutError:
            return None
        finally:
            await self._forget(envelope)

    async def disconnect(self, reason: DisconnectReason = "refresh_requested") -> None:
        """Tell every socket to go away, as Slack does now and then; nothing new is sent to them."""
        self.link_disabled = reason == "link_disabled"
        for socket in tuple(self._sockets):
            if reason != "warning":
                self._sockets.remove(socket)
                self._closing.add(socket)
            await _say_goodbye(socket, reason)

    async def drop(self) -> None:
        """Close every socket without a word."""
        await asyncio.gather(*(socket.close() for socket in (*self._sockets, *self._closing)))

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

    async def _connected(self, socket: web.WebSocketResponse) -> None:
        self._sockets.append(socket)
        while self._kept and self._sockets:
            await self._send(self._kept.popleft())
        await self._tell()

    async def _disconnected(self, socket: web.WebSocketResponse) -> None:
        self._closing.discard(socket)
        if socket in self._sockets:
            self._sockets.remove(socket)
        await self._tell()

    def _read(self, text: str) -> None:
        try:
            ack = json.loads(text)
        except ValueError:
            return
        envelope = self._outstanding.get(str(ack.get("envelope_id"))) if isinstance(ack, dict) else None
        if envelope and not envelope.acked.done():
            payload = ack.get("payload")
            envelope.acked.set_result(payload if isinstance(payload, dict) else {})

    # deliveries

    async def _deliver_event(self, payload: Json) -> None:
        try:
            await self._deliver_until_acked(payload)
        finally:
            if task := asyncio.current_task():
                self._tasks.discard(task)
            await self._tell()

    async def _deliver_until_acked(self, payload: Json) -> None:
        for attempt in range(len(RETRY_DELAYS) + 1):
            if attempt:
                await asyncio.sleep(RETRY_DELAYS[attempt - 1] * self.time_scale)
            envelope = Envelope("events_api", payload, attempt)
            try:
                await self._send(envelope)
                await envelope.sent.wait()
                await asyncio.wait_for(envelope.acked, self.ack_seconds)
            except TimeoutError:
                continue
            finally:
                await self._forget(envelope)
            return

    async def _send(self, envelope: Envelope) -> None:
        while self._sockets:
            socket = self._sockets[0]
            self._sockets.rotate(-1)
            self._outstanding[envelope.id] = envelope
            try:
                await socket.send_json(envelope.frame())
            except ConnectionError:
                self._outstanding.pop(envelope.id, None)
                await self._disconnected(socket)
                continue
            self.delivered.append(envelope)
            envelope.sent.set()
            await self._tell()
            return
        if len(self._kept) >= MOST_KEPT:
            self._kept.popleft().give_up()
        self._kept.append(envelope)

    async def _forget(self, envelope: Envelope) -> None:
        self._outstanding.pop(envelope.id, None)
        if envelope in self._kept:
            self._kept.remove(envelope)
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


async def _say_goodbye(socket: web.WebSocketResponse, reason: DisconnectReason) -> None:
    await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "demo"}})


def _hello(app_id: str, connections: int) -> Json:
    return {
        "type": "hello",
        "num_connections": connections,
        "connection_info": {"app_id": app_id},
        "debug_info": {"host": "demo", "build_number": 1, "approximate_connection_time": 18060},
    }
