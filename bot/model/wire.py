"""Reads a provider's JSON without trusting its shape: what is missing or of another type is empty."""

import asyncio
import contextlib
import itertools
import math
import secrets
import ssl
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from typing import Any

import httpx2
import openai

from bot.model.bounds import BREATH
from storage.records import CallItem, Item, Usage

DEEPEST = 32
"""Levels of nesting of a provider's own item that is kept; all known ones have fewer than ten."""

MOST_TOKENS = 10**9
"""No request has more; what a server counts beyond is no count."""


BROKEN = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What the openai package raises for JSON that it cannot take apart, beside errors of its own."""

LEAVE_AFTER, TRAILING = 0.25, 100
"""Seconds, and events, after which a server is left that has sent the last event and does not end its answer."""


MOST_ITEMS = 1_000
"""Calls in an answer, or items of its output: they are looked up in one another, and others wait meanwhile."""


class Unreadable(Exception):
    """A server sent what the openai package cannot take apart."""


LOST = (httpx2.HTTPError, httpx2.StreamError, ssl.SSLError, TimeoutError, Unreadable)
"""What a stream that breaks off raises, beside the openai package's own errors."""


async def post(client: openai.AsyncOpenAI, path: str, body: Mapping[str, Any]) -> openai.AsyncStream[object]:
    """Make a request and return the stream of its events, as the JSON objects that they are.

    The package's own methods make a typed object of each event. That takes longer than all else in a turn
    together, and only JSON was wanted.
    """
    return await client.post(
        path,
        body=body,
        cast_to=object,
        options={"security": {"bearer_auth": True}},  # as its own methods: another key may be in the environment
        stream=True,
        stream_cls=openai.AsyncStream[object],
    )


async def events(
    stream: openai.AsyncStream[object], pause: Callable[[], float | None]
) -> AsyncGenerator[Mapping[str, Any], None]:
    """Yield a stream's events; one that is no JSON object is an empty one.

    `pause` is asked before each for how many seconds the server may be silent now; None: as long as the client's
    own time-out lets it. At 0 or less it is over, also while events come without a wait in between, in which alone
    a time-out can take effect.

    Raises Unreadable, TimeoutError, and what the package raises. Not all that it raises for broken JSON is an
    error of its own: an object that is nested too deeply is a RecursionError, a list where it wants an object may
    be a TypeError.
    """
    for number in itertools.count(1):
        if number % BREATH == 0:
            await asyncio.sleep(0)
        seconds = pause()
        if seconds is not None and seconds <= 0:
            raise TimeoutError
        try:
            async with asyncio.timeout(seconds):
                event = mapping(await anext(stream))
        except StopAsyncIteration:
            return
        except BROKEN as error:
            raise Unreadable(type(error).__name__) from error
        yield event


async def read_out(stream: openai.AsyncStream[object]) -> None:
    """Read what follows the last event. Only a connection that was read to its end is used for the next request:
    a new one costs the time of a first word. What comes is dropped, and so is what goes wrong with it."""
    with contextlib.suppress(StopAsyncIteration, openai.OpenAIError, *LOST, *BROKEN):
        async with asyncio.timeout(LEAVE_AFTER):
            for _ in range(TRAILING):
                await anext(stream)


def content_type(stream: openai.AsyncStream[object]) -> str:
    return str(stream.response.headers.get("content-type", ""))


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def listing(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a string; half a surrogate pair, which neither SQLite nor HTTP can carry, becomes a question mark."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def kept(value: object) -> Any:
    """Return a provider's own item as it can be stored and sent again; None if it cannot: it is nested too deeply,
    or has a number that is not JSON's."""
    try:
        return _kept(value, DEEPEST)
    except ValueError:
        return None


def _kept(value: object, deepest: int) -> object:
    match value:
        case str():
            return text(value)
        case float() if not math.isfinite(value):
            raise ValueError("not a number of JSON's")
        case dict() | list() if not deepest:
            raise ValueError("too deep")
        case dict():
            return {text(name): _kept(inner, deepest - 1) for name, inner in value.items()}
        case list():
            return [_kept(inner, deepest - 1) for inner in value]
        case _:
            return value


def usage(value: object, given: str, written: str) -> Usage:
    """Read token counts; `given` and `written` are what the API calls the input and the output."""
    counts = mapping(value)
    return Usage(
        input=_count(counts.get(f"{given}_tokens")),
        output=_count(counts.get(f"{written}_tokens")),
        cached=_count(mapping(counts.get(f"{given}_tokens_details")).get("cached_tokens")),
        reasoning=_count(mapping(counts.get(f"{written}_tokens_details")).get("reasoning_tokens")),
    )


def _count(value: object) -> int:
    return value if type(value) is int and 0 < value <= MOST_TOKENS else 0


class CallIds:
    """Hands out call ids that are unique in a conversation: some servers give none, or count from 0 every time."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._taken = {item.call_id for item in items if isinstance(item, CallItem)}

    def unique(self, given: str) -> str:
        base = given or f"call_{secrets.token_hex(12)}"
        call_id, number = base, 1
        while call_id in self._taken:
            number += 1
            call_id = f"{base}_{number}"
        self._taken.add(call_id)
        return call_id
