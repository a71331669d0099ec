"""Several Socket Mode connections, each opened anew whenever it ends, so that Nod hears while Slack replaces one.

Slack delivers an envelope to one of an app's sockets, of which there may be ten, and closes each every few hours.
One that Slack asks to replace hears on until the new one is open. What cannot mend itself (`MENDS`) ends the
process; anything else is tried again for ever, after growing pauses that are drawn at random.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.backoff import Draw, pause, retry_after
from bot.slack.connection import APP_TOKEN, MENDS, Bolt, Refusals, mend, new_address
from bot.slack.socket import CLOSED, SILENT, NotGreeted, Seconds, Socket
from bot.slack.survive import FAR_END, slack_code

log = logging.getLogger("nod.socket")

RETRIED = (*FAR_END, AttributeError, ValueError)
"""What opening raises; the last two are slack_sdk's for an answer that is no JSON object."""

LINK_DISABLED = "link_disabled"
TOO_MANY = "too_many_websockets"
TOO_MANY_HINT = "Slack counts too many sockets of this app (ten): lower NOD_SOCKETS, or end another process"
NO_OVERLAP = (CLOSED, SILENT, TOO_MANY)
"""Ends after which the old socket does not hear on: it is dead, or it stands in the new one's way."""


@dataclass(frozen=True)
class SocketState:
    """One socket as health checks and metrics show it; ages in seconds, None while it does not hear."""

    hears: bool
    age: float | None
    silence: float | None
    """Since the last pong."""
    reconnects: int
    """How often it was opened anew since the start."""


@dataclass
class Line:
    """The place of one socket after another."""

    socket: Socket | None = None
    opened: int = 0


class Sockets:
    """Keeps `count` sockets open. `client` is of `open_app_client`; `refusals` is told what cannot mend itself;
    `draw` gives a number from 0 to 1."""

    def __init__(
        self,
        bolt: Bolt,
        client: AsyncWebClient,
        http: ClientSession,
        refusals: Refusals,
        count: int,
        seconds: Seconds = Seconds(),  # noqa: B008  # frozen
        draw: Draw = random.random,
    ) -> None:
        self._bolt = bolt
        self._client = client
        self._http = http
        self._refusals = refusals
        self._seconds = seconds
        self._draw = draw
        self._lines = [Line() for _ in range(count)]
        self._open: set[Socket] = set()
        self._first = asyncio.Event()
        self._keeping: list[asyncio.Task[None]] = []
        self._retiring: set[asyncio.Task[None]] = set()

    async def connect(self, url: str | None = None) -> None:
        """Return when the first socket hears; the others follow. `url` is an address that was not used yet.

        Raises OperatorError.
        """
        self._keeping = [
            asyncio.create_task(self._keep(number, url if number == 0 else None), name=f"socket {number}")
            for number in range(len(self._lines))
        ]
        first = asyncio.create_task(self._first.wait())
        try:
            await self._wait_for(first)
        finally:
            first.cancel()

    async def watch(self) -> None:
        """Run until something cannot mend itself. Raises OperatorError."""
        await self._wait_for()

    async def close(self) -> None:
        """Take no new envelope, send the acks that are under way, and close."""
        tasks = {*self._keeping, *self._retiring}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(self._close(socket) for socket in tuple(self._open)))

    @property
    def states(self) -> Sequence[SocketState]:
        return [_state(line) for line in self._lines]

    async def _wait_for(self, *others: "asyncio.Task[bool]") -> None:
        """Wait for one of these; a refusal is raised, and so is what a defect has ended a socket's task with."""
        fatal = self._refusals.fatal
        any_of: set[asyncio.Future[Any]] = {fatal, *self._keeping, *others}
        await asyncio.wait(any_of, return_when=asyncio.FIRST_COMPLETED)
        if fatal.done():
            raise fatal.result()
        for task in self._keeping:
            if task.done():
                task.result()

    async def _keep(self, number: int, url: str | None) -> None:
        """Keep one socket open until it is refused."""
        line = self._lines[number]
        await asyncio.sleep(self._seconds.stagger * number)
        tries = 0
        while True:
            try:
                socket = await self._open_one(url)
            except RETRIED as error:
                if self._is_fatal(error):
                    return
                wait = max(self._pause(tries), retry_after(error))
                log.warning("socket %d does not open: %s; next try in %.1f s", number, _words(error), wait)
                tries += 1
            else:
                self._retire(line.socket, self._seconds.linger)
                line.socket = socket
                line.opened += 1
                self._first.set()
                log.info("socket %d is open", number)
                reason = await socket.ended
                if reason == LINK_DISABLED:
                    self._refusals.refuse(mend(LINK_DISABLED, APP_TOKEN))
                    return
                worked = socket.age >= self._seconds.calm
                wait = 0.0 if worked else self._pause(tries)
                tries = 1 if worked else tries + 1
                what = TOO_MANY_HINT if reason == TOO_MANY else reason
                log.info("socket %d: %s; another is opened in %.1f s", number, what, wait)
                if reason in NO_OVERLAP:
                    line.socket = None
                    self._retire(socket, 0.0)
            url = None
            await asyncio.sleep(wait)

    async def _open_one(self, url: str | None) -> Socket:
        """Open a socket at an address of its own. Raises RETRIED's errors."""
        if url is None:
            async with asyncio.timeout(self._seconds.opening):
                url = await new_address(self._client)
        socket = Socket(self._bolt, self._client, self._http, self._seconds)
        self._open.add(socket)
        try:
            await socket.open(url)
        except BaseException:
            await self._close(socket)
            raise
        return socket

    def _is_fatal(self, error: BaseException) -> bool:
        code = str(error) if isinstance(error, NotGreeted) else slack_code(error)
        if code in MENDS:
            self._refusals.refuse(mend(code, APP_TOKEN))
        return code in MENDS

    def _pause(self, tries: int) -> float:
        return pause(tries, self._seconds.longest, self._draw)

    def _retire(self, socket: Socket | None, linger: float) -> None:
        """Close a socket in the background, once it is dead or has heard on for `linger` seconds."""
        if socket is None:
            return

        async def close_later(socket: Socket) -> None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(socket.wait_dead(), linger)
            await self._close(socket)

        task = asyncio.create_task(close_later(socket))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _close(self, socket: Socket) -> None:
        await socket.close()
        self._open.discard(socket)


def _state(line: Line) -> SocketState:
    socket = line.socket
    reconnects = max(0, line.opened - 1)
    if socket is None or not socket.hears:
        return SocketState(False, None, None, reconnects)
    return SocketState(True, socket.age, socket.silence, reconnects)


def _words(error: BaseException) -> str:
    """Say why a socket did not open: no exception's text, which may name its address."""
    if isinstance(error, NotGreeted):
        return TOO_MANY_HINT if str(error) == TOO_MANY else f"{error} before Slack's hello"
    return slack_code(error) or type(error).__name__
