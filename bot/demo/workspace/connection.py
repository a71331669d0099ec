"""One websocket of Socket Mode, as Slack's end of it: it answers pings, says goodbye, and can go half-open."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Literal

from aiohttp import WSMsgType, web

DisconnectReason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]

HEARTBEAT_SECONDS = 30.0
CLOSE_SECONDS = 1.0
LOOK_SECONDS = 0.05


class Connection:
    """A websocket that the app has opened."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        # Pings and closes are answered here, because a half-open socket answers neither.
        self._socket = web.WebSocketResponse(timeout=CLOSE_SECONDS, autoping=False, autoclose=False)
        self._silent = 0
        self.half_open = False
        """Whether Slack's end is gone without the app's having heard of it: nothing is answered, nothing arrives.
        Slack itself takes for delivered what it sends."""

    @property
    def response(self) -> web.StreamResponse:
        return self._socket

    async def open(self) -> None:
        await self._socket.prepare(self._request)

    async def send(self, frame: dict[str, Any]) -> None:
        """Send a frame, or on a half-open socket nothing. Raises ConnectionError when the app has gone."""
        if not self.half_open:
            await self._socket.send_json(frame)

    async def say_goodbye(self, reason: DisconnectReason) -> None:
        await self.send({"type": "disconnect", "reason": reason, "debug_info": {"host": "demo"}})

    async def frames(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the JSON objects that the app sends, until it is gone."""
        while (frame := await self._receive()) is not None:
            match frame.type:
                case WSMsgType.PING if not self.half_open:
                    await self._socket.pong(frame.data)
                case WSMsgType.TEXT if not self.half_open:
                    if (read := _object(frame.data)) is not None:
                        yield read
                case WSMsgType.CLOSE if self.half_open:
                    await self._gone()
                    return
                case WSMsgType.CLOSE | WSMsgType.CLOSING | WSMsgType.CLOSED | WSMsgType.ERROR:
                    await self.close()
                    return

    async def close(self) -> None:
        """Close it with a close frame; a half-open one is reset."""
        if self.half_open:
            self.reset()
        else:
            await self._socket.close()

    def reset(self) -> None:
        """Cut it without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def _receive(self) -> Any:
        """Return the next frame; None when the app has not even answered a ping."""
        while True:
            try:
                frame = await self._socket.receive(HEARTBEAT_SECONDS)
            except TimeoutError:
                self._silent += 1
                if self._silent > 1:
                    self.reset()
                    return None
                if not self.half_open:
                    await self._socket.ping()
            else:
                self._silent = 0
                return frame

    async def _gone(self) -> None:
        """Wait until the app has given up waiting for an answer to its close frame."""
        # aiohttp tells nobody of the end of a socket that is closing
        while self._request.transport is not None and not self._request.transport.is_closing():  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
