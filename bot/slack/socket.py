"""One Socket Mode connection, from its address to its end. `sockets` keeps several of them open.

slack_sdk brings a client for aiohttp (read in 3.47.0). Nod takes its base class and not the client, because that

- tries to connect for ever whatever the error is, each time with the same address, although Slack takes an address
  once: after one handshake that fails it is deaf and says so in a stack trace every few seconds;
- answers `disconnect` by a new connection whatever the reason, `link_disabled` too, and closes the old one before
  it has the new one: what comes in between is read and thrown away. If apps.connections.open fails just then,
  nothing is tried again until Slack has closed the old socket;
- leaves half-open sockets to aiohttp's heartbeat, which closes them after 1.5 ping intervals without any byte, and
  to its monitor, which looks once an interval: 15 to 25 s. Its own watch of the pongs takes four intervals;
- closes under the envelopes that are being handled, so that their acks are lost.

As in that client each envelope is handled at once in a task of its own, without a bound: a slow handler makes no
other ack late, and the commits wait for each other in the storage.
"""

import asyncio
import json
import logging
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.connection import Bolt
from bot.slack.envelopes import dispatched

log = logging.getLogger("nod.socket")

CLOSED, SILENT = "closed", "silent"
"""How a socket ends without a word from Slack; else it ends with the reason of Slack's `disconnect`."""


@dataclass(frozen=True)
class Seconds:
    """How long sockets wait for what; tests are less patient."""

    ping: float = 4.0
    """Between two pings."""
    silence: float = 10.0
    """Without a pong before a socket counts as dead; seen at the next ping, so after 14 s at the latest."""
    opening: float = 10.0
    """For apps.connections.open; and for the handshake with Slack's hello."""
    acks: float = 3.5
    """For acks under way when a socket is closed; Bolt itself waits 3 s for one."""
    goodbye: float = 1.0
    """For the closing handshake."""
    linger: float = 10.0
    """That a socket which Slack asked to replace hears on beside the new one, unless Slack closes it first."""
    stagger: float = 1.0
    """Between the first openings of two sockets, so that Slack does not ask to replace both at once."""
    calm: float = 5.0
    """After which a connection counts as one that works: the next is opened without a pause."""
    longest: float = 30.0
    """Between two tries to connect."""


class NotGreeted(ConnectionError):
    """Slack closed a socket before its hello. `str()` is the reason of its `disconnect`, or CLOSED."""


class Socket(AsyncBaseSocketModeClient):
    """Hears envelopes, lets Bolt handle them and sends the acks. It is opened once and ends once."""

    def __init__(self, bolt: Bolt, client: AsyncWebClient, http: ClientSession, seconds: Seconds) -> None:
        self.logger = log
        self.web_client = client
        self.closed = False
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Why Nod needs another one: CLOSED, SILENT or Slack's reason. It may hear on for a while, see `hears`."""
        self._bolt = bolt
        self._http = http
        self._seconds = seconds
        self._websocket: ClientWebSocketResponse[bool] | None = None
        self._greeted = asyncio.Event()
        self._dead = asyncio.Event()
        self._opened_at = self._pong_at = time.monotonic()
        self._running: set[asyncio.Task[None]] = set()
        self._handling: set[asyncio.Task[None]] = set()

    @property
    def hears(self) -> bool:
        return self._greeted.is_set() and not self._dead.is_set() and not self.closed

    @property
    def age(self) -> float:
        """Seconds since Slack's hello."""
        return time.monotonic() - self._opened_at

    @property
    def silence(self) -> float:
        """Seconds since the last pong."""
        return time.monotonic() - self._pong_at

    async def open(self, url: str) -> None:
        """Connect, and return when Slack has said hello.

        Raises NotGreeted, TimeoutError, and what aiohttp raises when there is no connection.
        """
        async with asyncio.timeout(self._seconds.opening):
            self._websocket = await self._http.ws_connect(
                url,
                autoping=False,  # the pongs are wanted here
                timeout=ClientWSTimeout(ws_close=self._seconds.goodbye),
                proxy=self.web_client.proxy,
                ssl=True if self.web_client.ssl is None else self.web_client.ssl,
            )
            self._pong_at = time.monotonic()
            self._run(self._receive(self._websocket), self._running)
            self._run(self._watch(self._websocket), self._running)
            greeted = asyncio.create_task(self._greeted.wait())
            either: set[asyncio.Future[Any]] = {greeted, self.ended}
            try:
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            finally:
                greeted.cancel()
        if not self._greeted.is_set():
            raise NotGreeted(self.ended.result())

    async def wait_dead(self) -> None:
        """Wait until nothing can come any more."""
        await self._dead.wait()

    async def close(self) -> None:
        """Take no new envelope, send the acks that are under way, and close. What comes meanwhile is not acked, so
        that Slack delivers it again."""
        self.closed = True
        if self._handling:
            await asyncio.wait(self._handling, timeout=self._seconds.acks)
        for task in (*self._running, *self._handling):
            task.cancel()
        await asyncio.gather(*self._running, *self._handling, return_exceptions=True)
        if self._websocket is not None:
            try:
                # aiohttp waits for each frame anew, and a chatty far end has many
                await asyncio.wait_for(self._websocket.close(), self._seconds.goodbye * 2)
            except TimeoutError:
                log.debug("the far end did not close")
        self._end(CLOSED, dead=True)

    async def send_message(self, message: str) -> None:
        """Send an ack. Raises ConnectionError."""
        if self._websocket is None or self._websocket.closed:
            raise ConnectionResetError("the socket is closed")
        await self._websocket.send_str(message)

    async def _receive(self, websocket: ClientWebSocketResponse[bool]) -> None:
        """Read until the socket ends; an ERROR frame is how aiohttp tells of a broken one."""
        while True:
            frame = await websocket.receive()
            if frame.type is WSMsgType.TEXT:
                self._read(frame.data)
            elif frame.type is WSMsgType.PONG:
                self._pong_at = time.monotonic()
            elif frame.type is WSMsgType.PING:
                await websocket.pong(frame.data)
            elif frame.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                self._end(CLOSED, dead=True)
                return

    async def _watch(self, websocket: ClientWebSocketResponse[bool]) -> None:
        """Ping, and end the socket that gives no pong: its messages would be lost without a sign."""
        while self.silence < self._seconds.silence:
            try:
                async with asyncio.timeout(self._seconds.ping):  # a full buffer makes a ping wait
                    await websocket.ping(f"sdk-ping-pong:{time.time()}".encode())
            except TimeoutError:
                continue
            await asyncio.sleep(self._seconds.ping)
        self._end(SILENT, dead=True)

    def _read(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            log.warning("a frame that is no JSON object was passed over")
        elif message.get("type") == "hello":
            self._opened_at = time.monotonic()
            self._greeted.set()
        elif message.get("type") == "disconnect":
            self._end(str(message.get("reason")), dead=False)
        elif not self.closed:
            self._run(self._handle(message), self._handling)

    async def _handle(self, message: dict[str, Any]) -> None:
        """Let Bolt handle an envelope, and ack it if Bolt says so."""
        try:
            request = SocketModeRequest.from_dict(message)
        except ValueError:
            request = None
        if request is None:
            log.warning("an envelope of the type %.40r was passed over", message.get("type"))
            return
        start = time.time()
        response = await dispatched(self._bolt, request)
        try:
            await send_async_response(self, request, response, start)
        except ConnectionError:
            log.warning("an ack could not be sent: its socket was closed meanwhile")

    def _run(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(work)
        among.add(task)
        task.add_done_callback(self._look_at)
        task.add_done_callback(among.discard)

    def _look_at(self, task: asyncio.Task[None]) -> None:
        """An envelope that broke something of ours is not acked, and is told; a task of the socket's own that
        broke ends it."""
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, OSError):
            log.error("an envelope or a socket failed", exc_info=error)
        if error is not None and task in self._running:
            self._end(CLOSED, dead=True)

    def _end(self, reason: str, *, dead: bool) -> None:
        if dead:
            self._dead.set()
        if not self.ended.done():
            self.ended.set_result(reason)
