"""Inbox → turns: one at a time in a conversation, many conversations at once, with a bound."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.errors import ContextTooLong, ModelBusy, ModelCut, ModelError, ModelRefused
from bot.logs import context
from bot.turns.compaction import Compactions
from bot.turns.line import Line
from bot.turns.outlet import Outlet, Outlets
from bot.turns.parts import Parts
from bot.turns.turn import run_turn
from bot.words.catalogue import words_for
from storage.ports import StorageError
from storage.records import Claim, DeliveryKind, TurnState

log = logging.getLogger("nod.worker")

MODEL_WORDS: Mapping[type[ModelError], str] = {
    ModelBusy: "model-busy",
    ModelRefused: "model-refused",
    ModelCut: "model-cut",
    ContextTooLong: "context-too-long",
}

STORAGE_PAUSE = 1.0
"""Seconds before a database that failed is asked again."""

MOST_TRIES = 5
"""How often a delivery is taken up: what ends the process, or meets a failing database, each time is given up."""

EFFECTS_END = 45.0
"""Seconds that effects under way get when Nod stops: functions take 20 by default, and are asked twice at most."""


class Worker:
    """Claims turns and runs them. `wake` is called whenever something was put into the inbox.

    What was delivered more than `late` before this process is not answered out of the blue: its person gets an
    apology, with a button that has it answered after all.
    """

    def __init__(
        self, parts: Parts, outlets: Outlets, concurrency: int, late: timedelta = timedelta(minutes=10)
    ) -> None:
        self._parts = parts
        self._outlets = outlets
        self._late_before: datetime = parts.clock() - late
        self._free = asyncio.Semaphore(concurrency)
        self._line = Line(parts.storage.inbox, outlets, parts.clock)
        self._compactions = Compactions(parts)
        self._bell = asyncio.Event()
        self._turns: dict[asyncio.Task[None], tuple[int, datetime]] = {}

    @property
    def running(self) -> dict[int, datetime]:
        """Since when each running turn has run, by its number."""
        return dict(self._turns.values())

    def wake(self) -> None:
        self._bell.set()

    async def run(self) -> None:
        """Claim and run turns until cancelled; running turns go on until `drain`."""
        watching = asyncio.create_task(self._line.watch(self._free), name="line")
        try:
            await self._run_turns()
        finally:
            watching.cancel()

    async def _run_turns(self) -> None:
        self._bell.set()
        while True:
            await self._bell.wait()
            self._bell.clear()
            try:
                await self._claim_all()
            except StorageError as error:
                log.error("the inbox cannot be read: %s", error)
                await asyncio.sleep(STORAGE_PAUSE)
                self._bell.set()

    async def drain(self, seconds: float) -> None:
        """Wait up to `seconds` for the running turns, then cancel them: their entries stay claimed and
        are taken up again at the next start. What has begun to change the world gets longer."""
        if self._turns:
            await asyncio.wait(set(self._turns), timeout=seconds)
        left = list(self._turns)
        for turn in left:
            turn.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._compactions.end()
        await self._parts.effects.settle(EFFECTS_END)

    async def _claim_all(self) -> None:
        while True:
            await self._free.acquire()
            claim = None
            try:
                claim = await self._parts.storage.inbox.claim(self._parts.clock())
            finally:
                if claim is None:
                    self._free.release()
            if claim is None:
                return
            turn = asyncio.create_task(self._run(claim), name=f"turn {claim.turn}")
            self._turns[turn] = (claim.turn, self._parts.clock())
            turn.add_done_callback(self._ended)

    def _ended(self, turn: asyncio.Task[None]) -> None:
        del self._turns[turn]
        self._free.release()
        self.wake()

    async def _run(self, claim: Claim) -> None:
        with context(conversation=claim.conversation.id, turn=claim.turn):
            await self._run_one(claim)

    async def _run_one(self, claim: Claim) -> None:
        """Run one turn and end it; the border where a defect becomes an incident.

        When the database failed, the entries go back to the inbox and are taken up again, a few times: what was
        recorded is not repeated, and what was not has to be done.
        """
        outlet: Outlet | None = None
        state, incident = TurnState.FAILED, None
        try:
            outlet = await self._outlets.open(claim)
            state, incident = await self._answer(claim, outlet)
        except StorageError as error:
            log.error("turn %d: %s", claim.turn, error)
            if tries(claim) < MOST_TRIES:
                await asyncio.sleep(STORAGE_PAUSE)
                state = TurnState.INTERRUPTED
            else:
                incident = await self._incident(claim, outlet)
        except Exception as error:
            incident = await self._incident(claim, outlet, error)
        await self._finish(claim, state, incident)
        if outlet is not None and state in (TurnState.ANSWERED, TurnState.WAITING):
            self._compactions.after(claim, outlet)

    async def _answer(self, claim: Claim, outlet: Outlet) -> tuple[TurnState, str | None]:
        """Run a turn, or apologise for it; its state and incident."""
        if tries(claim) > 1:
            await outlet.pick_up()
        if tries(claim) > MOST_TRIES:
            log.error("turn %d is given up: it was begun %d times and never ended", claim.turn, MOST_TRIES)
            return TurnState.FAILED, await self._incident(claim, outlet)
        if self._is_late(claim):
            log.warning("turn %d is late: its message came while Nod was away", claim.turn)
            await outlet.finish(words_for(outlet.person.locale)("late"), retry=True)
            return TurnState.FAILED, None
        return await self._converse(claim, outlet), None

    def _is_late(self, claim: Claim) -> bool:
        """A decision is never late: its action has an expiry of its own, and somebody waits for the outcome."""
        return all(
            entry.delivery.kind is not DeliveryKind.DECISION and entry.received_at < self._late_before
            for entry in claim.entries
        )

    async def _converse(self, claim: Claim, outlet: Outlet) -> TurnState:
        try:
            return await run_turn(self._parts, claim, outlet)
        except ModelError as error:
            log.warning("turn %d: %s: %s", claim.turn, type(error).__name__, error)
            words = words_for(outlet.person.locale)(MODEL_WORDS[type(error)])
            await outlet.finish(words, retry=not isinstance(error, ContextTooLong))
            return TurnState.FAILED

    async def _incident(self, claim: Claim, outlet: Outlet | None, defect: Exception | None = None) -> str:
        """Give a failed turn a number that the person can pass on and the log has."""
        incident = secrets.token_hex(4)
        log.error(
            "turn %d failed, incident %s", claim.turn, incident, exc_info=defect, extra={"incident": incident}
        )
        if outlet is not None:
            await outlet.finish(words_for(outlet.person.locale)("incident", incident=incident), retry=True)
        return incident

    async def _finish(self, claim: Claim, state: TurnState, incident: str | None) -> None:
        """Write a turn's end down. Until that is done its conversation hears nothing, so it is tried again."""
        while True:
            try:
                await self._parts.storage.turns.finish(claim.turn, state, self._parts.clock(), incident)
                break
            except StorageError as error:
                log.error("turn %d could not be ended yet: %s", claim.turn, error)
                await asyncio.sleep(STORAGE_PAUSE)
        self._parts.metrics.turn_ended(state, (self._parts.clock() - claim.since).total_seconds())


def tries(claim: Claim) -> int:
    """How often what a claim holds was taken up, this time included."""
    return max(entry.tries for entry in claim.entries)
