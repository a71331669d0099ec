"""Several models behind one: while the first is busy or out of order, the next is asked.

Another model is asked only while nobody has seen anything: once an answer has begun, its error is the answer's.
"""

import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from bot.errors import ContextTooLong, ModelBusy, ModelRefused
from bot.model.errors import is_of_this_model, wait_asked_for
from bot.model.protocol import Event, Model
from functions.contract import Function
from storage.records import Item

log = logging.getLogger("nod.model")

FIRST_REST, LONGEST_REST = 15.0, 300.0
"""Seconds that a busy model is passed over: it doubles with each time in a row. A wait that the server names is
taken instead, up to the longest."""


@dataclass
class _Candidate:
    model: Model
    failures: int = 0
    rests_until: float = 0.0


class Fallbacks:
    """A Model over `models`, in the order in which they are asked. `clock` gives seconds that only grow.

    A busy model rests for a while, so that not every request pays for its retries again. If no other answers, the
    first is asked even while it rests. What a fallback alone cannot do (it is not there, it is not granted, the
    conversation is too long for it) is logged, and the person is told of the busy first one: that is what will
    pass.
    """

    def __init__(self, models: Sequence[Model], clock: Callable[[], float] = time.monotonic) -> None:
        self._candidates = [_Candidate(model) for model in models]
        self._clock = clock

    @property
    def name(self) -> str:
        return self._candidates[0].model.name

    async def stream(
        self, instructions: str, items: Sequence[Item], functions: Sequence[Function]
    ) -> AsyncGenerator[Event, None]:
        """Ask the models one after the other; see the protocol. `Done.model` tells which one answered."""
        first = self._candidates[0]
        busy = ModelBusy("There is no model to ask.")
        for candidate in self._order():
            async with aclosing(candidate.model.stream(instructions, items, functions)) as events:
                try:
                    event = await anext(events)
                except ModelBusy as error:
                    self._rest(candidate, error)
                    busy = error
                    continue
                except (ModelRefused, ContextTooLong) as error:
                    if candidate is first or not self._is_its_own(candidate, error):
                        raise
                    continue
                candidate.failures, candidate.rests_until = 0, 0.0
                yield event
                async for event in events:
                    yield event
                return
        raise busy

    async def close(self) -> None:
        for candidate in self._candidates:
            await candidate.model.close()

    def _order(self) -> list[_Candidate]:
        """List those that do not rest; the first of all is asked in the end if it rests."""
        now, first = self._clock(), self._candidates[0]
        ready = [candidate for candidate in self._candidates if candidate.rests_until <= now]
        return ready if first in ready else [*ready, first]

    def _rest(self, candidate: _Candidate, error: ModelBusy) -> None:
        now, asked = self._clock(), wait_asked_for(error)
        # Many requests meet the same bad minute: it counts once.
        if candidate.rests_until <= now:
            candidate.failures += 1
        rest = FIRST_REST * 2 ** min(candidate.failures - 1, 10) if asked is None else asked
        until = now + min(rest, LONGEST_REST)
        if asked is not None or candidate.rests_until <= now:
            candidate.rests_until = max(candidate.rests_until, until)
        log.warning("model %s rests for %.0f s: %s", candidate.model.name, candidate.rests_until - now, error)

    def _is_its_own(self, candidate: _Candidate, error: ModelRefused | ContextTooLong) -> bool:
        """Tell whether what a fallback refuses is about itself, so that the others may still do it."""
        if isinstance(error, ContextTooLong):
            log.warning("model %s of NOD_MODEL_FALLBACKS cannot hold this conversation", candidate.model.name)
            return True
        if not is_of_this_model(error):
            return False
        candidate.rests_until = self._clock() + LONGEST_REST
        log.error(
            "model %s of NOD_MODEL_FALLBACKS is not there or not granted to this key; mend the setting (%s)",
            candidate.model.name,
            error,
        )
        return True
