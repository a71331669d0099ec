"""Inbox → turns: one at a time in a conversation, many conversations at once, with a bound."""

import asyncio
import logging
import secrets
from collections.abc import Mapping

from bot.errors import ContextTooLong, ModelBusy, ModelCut, ModelError, ModelRefused
from bot.turns.outlet import Outlet, Outlets
from bot.turns.parts import Parts
from bot.turns.turn import run_turn
from bot.words.catalogue import words_for
from storage.ports import StorageError
from storage.records import Claim, TurnState

log = logging.getLogger("nod.worker")

MODEL_WORDS: Mapping[type[ModelError], str] = {
    ModelBusy: "model-busy",
    ModelRefused: "model-refused",
    ModelCut: "model-cut",
    ContextTooLong: "context-too-long",
}

STORAGE_PAUSE = 1.0
"""Seconds before a database that failed is asked again."""

STORAGE_TRIES = 5
"""How often a turn is taken up again because the database failed in it."""


class Worker:
    """Claims turns and runs them. `wake` is called whenever something was put into the inbox."""

    def __init__(self, parts: Parts, outlets: Outlets, concurrency: int) -> None:
        self._parts = parts
        self._outlets = outlets
        self._free = asyncio.Semaphore(concurrency)
        self._bell = asyncio.Event()
        self._turns: set[asyncio.Task[None]] = set()
        self._tries: dict[int, int] = {}

    def wake(self) -> None:
        self._bell.set()

    async def run(self) -> None:
        """Claim and run turns until cancelled; running turns go on until `drain`."""
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
        are taken up again at the next start."""
        if self._turns:
            await asyncio.wait(self._turns, timeout=seconds)
        for turn in self._turns:
            turn.cancel()
        await asyncio.gather(*self._turns, return_exceptions=True)

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
            self._turns.add(turn)
            turn.add_done_callback(self._ended)

    def _ended(self, turn: asyncio.Task[None]) -> None:
        self._turns.discard(turn)
        self._free.release()
        self.wake()

    async def _run(self, claim: Claim) -> None:
        """Run one turn and end it; the border where a defect becomes an incident.

        When the database failed, the entries go back to the inbox and are taken up again, a few times: what was
        recorded is not repeated, and what was not has to be done.
        """
        outlet: Outlet | None = None
        state, incident = TurnState.FAILED, None
        try:
            outlet = await self._outlets.open(claim)
            state = await self._converse(claim, outlet)
        except StorageError as error:
            log.error("turn %d: %s", claim.turn, error)
            if self._may_try_again(claim):
                await asyncio.sleep(STORAGE_PAUSE)
                state = TurnState.INTERRUPTED
            else:
                incident = await self._incident(claim, outlet)
        except Exception:
            log.exception("turn %d failed", claim.turn)
            incident = await self._incident(claim, outlet)
        await self._finish(claim, state, incident)

    async def _converse(self, claim: Claim, outlet: Outlet) -> TurnState:
        try:
            return await run_turn(self._parts, claim, outlet)
        except ModelError as error:
            log.warning("turn %d: %s: %s", claim.turn, type(error).__name__, error)
            await outlet.finish(words_for(outlet.person.locale)(MODEL_WORDS[type(error)]))
            return TurnState.FAILED

    async def _incident(self, claim: Claim, outlet: Outlet | None) -> str:
        """Give a failed turn a number that the person can pass on and the log has."""
        incident = secrets.token_hex(4)
        log.error("turn %d is incident %s", claim.turn, incident)
        if outlet is not None:
            await outlet.finish(words_for(outlet.person.locale)("incident", incident=incident))
        return incident

    def _may_try_again(self, claim: Claim) -> bool:
        tries = self._tries.get(claim.entries[0].id, 0) + 1
        self._tries[claim.entries[0].id] = tries
        return tries < STORAGE_TRIES

    async def _finish(self, claim: Claim, state: TurnState, incident: str | None) -> None:
        """Write a turn's end down. Until that is done its conversation hears nothing, so it is tried again."""
        while True:
            try:
                await self._parts.storage.turns.finish(claim.turn, state, self._parts.clock(), incident)
                break
            except StorageError as error:
                log.error("turn %d could not be ended yet: %s", claim.turn, error)
                await asyncio.sleep(STORAGE_PAUSE)
        if state is not TurnState.INTERRUPTED:
            self._tries.pop(claim.entries[0].id, None)
