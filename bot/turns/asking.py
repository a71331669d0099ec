"""One request to the model: its words shown as they come, within the turn's time, and once more if none came."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.errors import ContextTooLong, ModelBusy, ModelCut, ModelError, ModelRefused
from bot.model.protocol import Done, Event, Finish, TextDelta
from bot.turns.compaction import recall
from bot.turns.instructions import INSTRUCTIONS
from bot.turns.keys import keys_of
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.turns.pictures import carried, give_up, with_pictures
from bot.turns.stops import Halt, Stopped, Wait
from storage.records import Claim, Item

log = logging.getLogger("nod.turns")

ASK_AGAIN = (0.3, 0.9)
"""Seconds, from and to, before the one more request: many turns that were cut at once come back one by one."""


class OutOfTime(Exception):
    """The turn has taken as long as it may."""


class Deadline:
    """When a turn has to end, on the loop's clock."""

    def __init__(self, seconds: float, halt: Halt) -> None:
        self._at = asyncio.get_running_loop().time() + seconds
        self._halt = halt

    def within(self) -> "_Within":
        """Bound what is awaited inside; raises OutOfTime, and Stopped once its person stops the turn."""
        return _Within(self._halt.within(self._at))


class _Within:
    def __init__(self, wait: Wait) -> None:
        self._wait = wait

    async def __aenter__(self) -> None:
        await self._wait.__aenter__()

    async def __aexit__(self, *raised: object) -> None:
        try:
            await self._wait.__aexit__(*raised)
        except TimeoutError as error:
            if self._wait.expired:
                raise OutOfTime from error
            raise


async def ask(
    parts: Parts, claim: Claim, outlet: Outlet, lead: str, deadline: Deadline
) -> tuple[Done, int | None]:
    """Ask the model; `lead` parts its text from what an earlier step said. Beside the answer it tells the summary
    that the request began with, for `Turns.record`.

    A request that broke off before anything of it was shown is made once more: nobody has seen the first. One that
    is refused with pictures is made once more without. Raises OutOfTime, Stopped with what was said until then,
    and bot.errors.ModelError.
    """
    try:
        return await _ask_twice(parts, claim, outlet, lead, deadline)
    except _PicturesRefused as refused:
        log.warning("turn %d asks the model without pictures: %s", claim.turn, refused)
        return await _ask_twice(parts, claim, outlet, lead, deadline, refused)


async def _ask_twice(
    parts: Parts,
    claim: Claim,
    outlet: Outlet,
    lead: str,
    deadline: Deadline,
    refused: "_PicturesRefused | None" = None,
) -> tuple[Done, int | None]:
    try:
        return await _ask_once(parts, claim, outlet, lead, deadline, refused)
    except _NothingShown as nothing:
        log.warning("turn %d asks the model once more: %s", claim.turn, nothing.error)
        parts.metrics.model_retried()
    async with deadline.within():
        await asyncio.sleep(random.uniform(*ASK_AGAIN))  # noqa: S311  a pause, not a secret
    try:
        return await _ask_once(parts, claim, outlet, lead, deadline, refused)
    except _NothingShown as nothing:
        # also where it broke off after a thought: nobody has seen a word that could be called not complete
        raise ModelBusy(str(nothing.error), repeated=True) from nothing


class _NothingShown(Exception):
    def __init__(self, error: ModelBusy | ModelCut) -> None:
        self.error = error
        super().__init__(str(error))


class _PicturesRefused(Exception):
    """Nothing was shown of the answer, and the pictures in `shown` may be to blame."""

    def __init__(self, why: str, shown: list[Item]) -> None:
        self.shown = shown
        super().__init__(why)


async def _ask_once(
    parts: Parts,
    claim: Claim,
    outlet: Outlet,
    lead: str,
    deadline: Deadline,
    refused: _PicturesRefused | None,
) -> tuple[Done, int | None]:
    shown, front = await recall(parts, claim.conversation.id, keys_of(claim))
    if refused:
        front = None  # what this request counts is not what the next one begins with
    else:
        shown = await with_pictures(parts.storage, shown)
    said = ""
    events = parts.model.stream(INSTRUCTIONS, shown, list(parts.functions.values()))
    try:
        async with aclosing(events), aclosing(_in_time(events, deadline)) as timed:
            async for event in timed:
                if isinstance(event, Done) and event.finish is Finish.FILTERED and not said:
                    if carried(shown):
                        raise _PicturesRefused("its provider's filter stops the request", shown)
                elif refused:
                    await give_up(parts, claim, outlet, refused.shown)
                    refused = None
                match event:
                    case TextDelta(text):
                        if not (said or lead):
                            parts.metrics.first_word((parts.clock() - claim.since).total_seconds())
                        await outlet.text(text if said else lead + text)
                        said += text
                    case Done():
                        parts.metrics.model_answered(event.model or parts.model.name)
                        parts.metrics.tokens(event.usage)
                        return event, front
    except Stopped as stop:
        raise Stopped(said) from stop
    except ModelError as error:
        parts.metrics.model_failed(parts.model.name, error)
        if not said and _is_about_request(error) and carried(shown):
            raise _PicturesRefused(str(error), shown) from error
        if said or not isinstance(error, ModelBusy | ModelCut) or getattr(error, "repeated", False):
            raise
        raise _NothingShown(error) from error
    raise AssertionError("a model's stream ends with Done or raises")


def _is_about_request(error: ModelError) -> bool:
    """Whether a server refuses what it was sent; one that takes less in a request says that it is too long."""
    return isinstance(error, ContextTooLong) or (isinstance(error, ModelRefused) and error.request)


async def _in_time(events: AsyncGenerator[Event, None], deadline: Deadline) -> AsyncGenerator[Event, None]:
    """Only the wait for the model is bounded, never a write to Slack: nobody could tell whether that was done."""
    while True:
        async with deadline.within():
            try:
                event = await anext(events)
            except StopAsyncIteration:
                return
        yield event
