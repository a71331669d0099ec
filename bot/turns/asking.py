"""One request to the model: its words shown as they come, within the turn's time, and once more if none came."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.errors import ModelBusy, ModelCut, ModelError
from bot.model.protocol import Done, Event, TextDelta
from bot.turns.attachments import with_pictures
from bot.turns.compaction import recall
from bot.turns.instructions import INSTRUCTIONS
from bot.turns.keys import keys_of
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from storage.records import Claim

log = logging.getLogger("nod.turns")

ASK_AGAIN = (0.3, 0.9)
"""Seconds, from and to, before the one more request: many turns that were cut at once come back one by one."""


class OutOfTime(Exception):
    """The turn has taken as long as it may."""


class Deadline:
    """When a turn has to end, on the loop's clock."""

    def __init__(self, seconds: float) -> None:
        self._at = asyncio.get_running_loop().time() + seconds

    def within(self) -> "_Within":
        """Bound what is awaited inside; raises OutOfTime."""
        return _Within(self._at)


class _Within:
    def __init__(self, at: float) -> None:
        self._timeout = asyncio.timeout_at(at)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, *raised: object) -> None:
        try:
            await self._timeout.__aexit__(*raised)  # type: ignore[arg-type]
        except TimeoutError as error:
            if self._timeout.expired():
                raise OutOfTime from error
            raise


async def ask(
    parts: Parts, claim: Claim, outlet: Outlet, lead: str, deadline: Deadline
) -> tuple[Done, int | None]:
    """Ask the model; `lead` parts its text from what an earlier step said. Beside the answer it tells the summary
    that the request began with, for `Turns.record`.

    A request that broke off before anything of it was shown is made once more: nobody has seen the first. Raises
    OutOfTime, and bot.errors.ModelError.
    """
    try:
        return await _ask_once(parts, claim, outlet, lead, deadline)
    except _NothingShown as nothing:
        log.warning("turn %d asks the model once more: %s", claim.turn, nothing.error)
        parts.metrics.model_retried()
    async with deadline.within():
        await asyncio.sleep(random.uniform(*ASK_AGAIN))  # noqa: S311  a pause, not a secret
    try:
        return await _ask_once(parts, claim, outlet, lead, deadline)
    except _NothingShown as nothing:
        # also where it broke off after a thought: nobody has seen a word that could be called not complete
        raise ModelBusy(str(nothing.error), repeated=True) from nothing


class _NothingShown(Exception):
    def __init__(self, error: ModelBusy | ModelCut) -> None:
        self.error = error
        super().__init__(str(error))


async def _ask_once(
    parts: Parts, claim: Claim, outlet: Outlet, lead: str, deadline: Deadline
) -> tuple[Done, int | None]:
    shown, front = await recall(parts, claim.conversation.id, keys_of(claim))
    shown = await with_pictures(parts.storage, shown)
    said = False
    events = parts.model.stream(INSTRUCTIONS, shown, list(parts.functions.values()))
    try:
        async with aclosing(events), aclosing(_in_time(events, deadline)) as timed:
            async for event in timed:
                match event:
                    case TextDelta(text):
                        if not (said or lead):
                            parts.metrics.first_word((parts.clock() - claim.since).total_seconds())
                        await outlet.text(text if said else lead + text)
                        said = True
                    case Done():
                        parts.metrics.model_answered(event.model or parts.model.name)
                        parts.metrics.tokens(event.usage)
                        return event, front
    except ModelError as error:
        parts.metrics.model_failed(parts.model.name, error)
        if said or not isinstance(error, ModelBusy | ModelCut) or getattr(error, "repeated", False):
            raise
        raise _NothingShown(error) from error
    raise AssertionError("a model's stream ends with Done or raises")


async def _in_time(events: AsyncGenerator[Event, None], deadline: Deadline) -> AsyncGenerator[Event, None]:
    """Only the wait for the model is bounded, never a write to Slack: nobody could tell whether that was done."""
    while True:
        async with deadline.within():
            try:
                event = await anext(events)
            except StopAsyncIteration:
                return
        yield event
