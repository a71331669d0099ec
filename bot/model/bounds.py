"""Bounds what a model's server can make Nod hold and do: no answer is so long, and other people wait meanwhile."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import httpx2

LONGEST_EVENT, LONGEST_ANSWER = 8 * 2**20, 128 * 2**20
"""Bytes of one event, or of a body that is no stream of events, and of a whole answer. The longest answers that
models give have 128 000 tokens: with some 300 bytes of JSON around each a third of this, and in one event, with
all the reasoning beside it, a quarter."""

MOST_VALUES = 200_000
"""Commas of one event: a JSON value costs more time than its bytes tell, and a text has no more of them."""

PIECE, BREATH = 8 * 2**10, 64
"""Bytes of a body, and pieces of it or events, after which others have a turn. What has arrived at once comes
without a wait in between, and in the shortest lines that is a second of work."""

_BLANK_LINES = (b"\n\n", b"\n\r\n", b"\r\r")


class TooMuch(httpx2.RequestError):
    """A server sends more than any answer has. The openai package knows it as an error of the connection."""


class BoundedStream(httpx2.AsyncByteStream):
    """A body's bytes as they come, until they are too many. `is_events`: a blank line ends what is held."""

    def __init__(self, body: httpx2.AsyncByteStream, *, is_events: bool) -> None:
        self._body = body
        self._is_events = is_events
        self._all = self._held = self._values = self._pieces = 0
        self._end = b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._body)
        try:
            async for piece in pieces:
                self._count(piece)
                for start in range(0, len(piece), PIECE):
                    if start or self._pieces % BREATH == 0:
                        await asyncio.sleep(0)
                    yield piece[start : start + PIECE]
        finally:
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()

    async def aclose(self) -> None:
        await self._body.aclose()

    def _count(self, piece: bytes) -> None:
        self._pieces += 1
        self._all += len(piece)
        self._held += len(piece)
        self._values += piece.count(b",")
        if self._is_events:
            seen = self._end + piece
            if (blank := max(map(seen.rfind, _BLANK_LINES))) >= 0:
                self._held, self._values = len(seen) - blank, seen.count(b",", blank)
            self._end = seen[-2:]
        if self._held > LONGEST_EVENT or self._values > MOST_VALUES or self._all > LONGEST_ANSWER:
            raise TooMuch("more than an answer has")


async def bound(response: httpx2.Response) -> None:
    """Bound a response's body; a hook of the client."""
    if isinstance(response.stream, httpx2.AsyncByteStream):
        kind = response.headers.get("content-type", "")
        response.stream = BoundedStream(response.stream, is_events="event-stream" in kind)
