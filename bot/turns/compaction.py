"""What the model is shown of a conversation, and how its older part becomes a summary.

A summary is made after an answer and beside whatever comes next: nobody waits for it, neither for a first word
nor for the effect of a click. That is safe because it stands for the items up to a certain one, and items are only
ever appended: a turn that runs meanwhile stands behind that one. If a question is over the budget before the
summary is there, its requests leave the oldest part out; nothing of that is kept.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum

from bot.errors import ModelError
from bot.turns.budget import REACHED, Budget, Cut, cut, front_of, least_room, measured, open_calls, weight
from bot.turns.excerpts import brief, excerpted, longest
from bot.turns.history import pair_calls
from bot.turns.instructions import INSTRUCTIONS
from bot.turns.keys import keys_of
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.turns.setbacks import Setbacks
from bot.turns.summary import NotSummarized, shortened_notes, summarize
from bot.words.catalogue import words_for
from storage.ports import StorageError
from storage.records import Claim, Compaction, Item, Memory, StoredItem, SummaryItem, Usage

log = logging.getLogger("nod.memory")

WORTH = 0.1
"""The part of the room that a compaction has to free at least."""

LEFT_OUT = StoredItem(0, SummaryItem(""))
"""Stands before what is shown where there are no notes of what is not."""

AT_ONCE = 4
"""Summaries that are made side by side: answers go before them."""


async def recall(parts: Parts, conversation: int, keys: Collection[str] = ()) -> tuple[list[Item], int | None]:
    """Return what the model is shown, and the summary that it begins with, as `Turns.record` takes it: None if
    the older part had to be left out for this request. `keys` name what the running turn goes on from (`keys_of`):
    that is never left out."""
    most = longest(parts.context_tokens)
    memory = await parts.storage.history.memory(conversation, most)
    items = excerpted(memory.items, most, memory.covers)
    budget, weighs = _budget(parts, memory, items), weight(items)
    parts.weights.shown(conversation, weighs)
    if parts.compaction != "off" and weighs > budget.room:
        calls = await _open_calls(parts, conversation, items)
        notes = [stored for stored in items[:1] if isinstance(stored.item, SummaryItem)] or [LEFT_OUT]
        began = await parts.storage.history.first(conversation, keys)
        fits = cut(items, memory.covers, calls, budget.room - weight(notes), began, _briefly(memory, most))
        if fits is not None:
            return pair_calls([stored.item for stored in (*notes, *fits.shown)]), None
    return pair_calls([stored.item for stored in items]), memory.front


class Compacted(Enum):
    """What became of the older part of a conversation."""

    SUMMARIZED = "summarized"
    TRIMMED = "trimmed"


ASIDES: Mapping[Compacted, str] = {
    Compacted.SUMMARIZED: "memory-summarized",
    Compacted.TRIMMED: "memory-trimmed",
}


class Compactions:
    """Makes the summaries, one at a time in each conversation."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._free = asyncio.Semaphore(AT_ONCE)
        self._running: dict[int, asyncio.Task[None]] = {}
        self._setbacks = Setbacks()

    @property
    def running(self) -> list[asyncio.Task[None]]:
        """What is under way."""
        return list(self._running.values())

    def after(self, claim: Claim, outlet: Outlet, *, refused: bool = False) -> None:
        """Look, now that a turn has ended, whether its conversation has reached the budget; `refused` tells that
        the model has said so."""
        conversation = claim.conversation.id
        if self._parts.compaction == "off" or conversation in self._running:
            return
        little = REACHED * least_room(self._parts.context_tokens)
        if not refused and self._parts.weights.below(conversation, little):
            return
        task = asyncio.create_task(self._compact(claim, outlet, refused), name=f"compaction {conversation}")
        self._running[conversation] = task
        task.add_done_callback(lambda ended: self._ended(conversation, ended))

    def _ended(self, conversation: int, task: asyncio.Task[None]) -> None:
        del self._running[conversation]
        if not task.cancelled() and (defect := task.exception()) is not None:
            log.error("conversation %d: its memory is not seen to", conversation, exc_info=defect)

    async def end(self) -> None:
        """Break off what is under way; after the next answer it is begun again."""
        tasks = self.running
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _compact(self, claim: Claim, outlet: Outlet, refused: bool) -> None:
        try:
            async with self._free:
                compacted = await compact(self._parts, claim, self._setbacks, refused=refused)
        except (ModelError, TimeoutError, StorageError) as error:
            log.warning(
                "conversation %d is not summarised: %s: %s", claim.conversation.id, type(error).__name__, error
            )
            return
        if compacted is not None:
            await outlet.aside(words_for(outlet.person.locale)(ASIDES[compacted]))


async def compact(
    parts: Parts, claim: Claim, setbacks: Setbacks | None = None, *, refused: bool = False
) -> Compacted | None:
    """Put a summary in the place of a conversation's older part if it has reached the budget, or the model has
    `refused` it; None if nothing was changed. The turn that has ended stays as it is, and what came after it: the
    next one may be answering that right now.

    Raises bot.errors.ModelError, TimeoutError and StorageError: then nothing was changed.
    """
    conversation = claim.conversation.id
    most = longest(parts.context_tokens)
    memory = await parts.storage.history.memory(conversation, most)
    items = excerpted(memory.items, most, memory.covers)
    budget = _budget(parts, memory, items)
    before, setbacks = weight(items), setbacks or Setbacks()
    left = budget.room // 2 - budget.summary
    if refused:
        left = min(left, before // 2)  # whatever the estimate says
    elif before < budget.room * REACHED or setbacks.waits(conversation, before, budget.room * WORTH):
        return None
    calls = await _open_calls(parts, conversation, items)
    began = await parts.storage.history.first(conversation, keys_of(claim))
    found = cut(items, memory.covers, calls, left, began, _briefly(memory, most))
    if found is None or not _is_worth_it(items, found, budget):
        return None
    text, usage, became = "", Usage(), Compacted.TRIMMED
    read = {stored.id: stored for stored in memory.items}
    gone = pair_calls([read[stored.id].item for stored in found.gone])
    if parts.compaction == "summarize" and setbacks.given_up(conversation, refused=refused):
        log.warning("conversation %d goes on without a summary: too many have failed", conversation)
        text = shortened_notes(gone)
    elif parts.compaction == "summarize":
        try:
            text, usage = await summarize(parts.model, gone, parts.context_tokens, budget.summary)
        except (ModelError, TimeoutError) as error:
            setbacks.failed(conversation, before, error)
            if isinstance(error, NotSummarized):
                parts.metrics.tokens(error.usage)
                await parts.storage.turns.spend(claim.turn, error.usage)
            raise
        parts.metrics.tokens(usage)
        became = Compacted.SUMMARIZED
    made = Compaction(SummaryItem(text), found.covers, found.kept, memory.front, memory.revision)
    compacted = await parts.storage.history.compact(claim.turn, made, usage, parts.clock())
    if not compacted:
        return None
    setbacks.succeeded(conversation)
    log.info("conversation %d is compacted: %d tokens are now %d", conversation, before, weight(found.shown))
    return became


def _is_worth_it(items: Sequence[StoredItem], found: Cut, budget: Budget) -> bool:
    """Whether enough gives way, beside the notes of what gave way before: where open actions or one long answer
    fill the room, there would be a summary after every answer."""
    new = [stored for stored in items if not isinstance(stored.item, SummaryItem)]
    return weight(new) - weight(found.shown) >= budget.room * WORTH


def _briefly(memory: Memory, most: int) -> Callable[[StoredItem], StoredItem]:
    """Show an item in brief, from what was read of it: an excerpt is not of an excerpt."""
    read = {stored.id: stored for stored in memory.items}
    return lambda stored: brief(read[stored.id], most)


def _budget(parts: Parts, memory: Memory, items: list[StoredItem]) -> Budget:
    front = front_of(INSTRUCTIONS, parts.functions.values())
    return measured(parts.context_tokens, front, items, memory.counted)


async def _open_calls(parts: Parts, conversation: int, items: list[StoredItem]) -> Collection[str]:
    return open_calls(items, await parts.storage.actions.unfinished(conversation))
