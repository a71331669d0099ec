"""Inbox → turns: one at a time in a conversation, many conversations at once, with a bound."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from bot.errors import ContextTooLong, ModelBusy, ModelCut, ModelError, ModelRefused
from bot.logs import context
from bot.turns.compaction import Compactions
from bot.turns.ending import NotShown, close, end, show_again
from bot.turns.history import BYTES_OF_TOKEN
from bot.turns.line import Line
from bot.turns.outlet import Outlet, Outlets
from bot.turns.parts import Parts
from bot.turns.stopping import unless_stopped
from bot.turns.turn import run_turn
from storage.ports import StorageError, TurnStopped
from storage.records import Claim, DeliveryKind, Ended, Note, TurnState

log = logging.getLogger("nod.worker")

T = TypeVar("T")

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

SHOW_AGAIN, SHOW_AGAIN_MOST = 2.0, 120.0
"""Seconds before what could not be shown is tried again: at first, and at most."""

SHOWN_AT_ONCE = 8
"""Ends that are shown side by side: Slack takes about one call a second of most kinds."""

JOINED_SHARE = 4
"""Messages join one turn as long as their texts have a quarter of the budget: files may have half of it beside."""

EFFECTS_END = 45.0
"""Seconds that effects under way get when Nod stops: functions take 20 by default, and are asked twice at most."""


class Worker:
    """Claims turns and runs them. `wake` is called whenever something was put into the inbox.

    What was delivered more than `late` before this process is not answered out of the blue: its person gets an
    apology, with a button that has it answered after all. Nobody has more than three quarters of the turns.
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
        self._showing = asyncio.Semaphore(SHOWN_AT_ONCE)
        self._most = max(concurrency * 3 // 4, 1)
        self._joined = parts.context_tokens // JOINED_SHARE * BYTES_OF_TOKEN

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

    def show(self, ended: Ended) -> None:
        """Have a recorded end shown, in the background. Its conversation hears no other turn until it is."""
        self._track(asyncio.create_task(self._show(ended), name=f"end of turn {ended.claim.turn}"), ended.claim)

    async def drain(self, seconds: float) -> None:
        """Wait up to `seconds` for the running turns, then cancel them: their entries stay claimed and
        are taken up again at the next start. What has begun to change the world gets longer."""
        if self._turns:
            await asyncio.wait(set(self._turns), timeout=seconds)
        left = list(self._turns)
        for turn in left:
            turn.cancel()
        cut_off = [self._turns[turn][0] for turn in left]
        await asyncio.gather(*left, return_exceptions=True)
        await self._compactions.end()
        for number in cut_off:
            with contextlib.suppress(StorageError):  # one try less, which is not worth a word
                await self._parts.storage.turns.spare(number)
        await self._parts.effects.settle(EFFECTS_END)

    async def _claim_all(self) -> None:
        while True:
            await self._free.acquire()
            claim = None
            try:
                claim = await self._parts.storage.inbox.claim(self._parts.clock(), self._most, self._joined)
            finally:
                if claim is None:
                    self._free.release()
            if claim is None:
                return
            turn = asyncio.create_task(self._run(claim), name=f"turn {claim.turn}")
            turn.add_done_callback(lambda _: self._free.release())
            self._track(turn, claim)

    def _track(self, turn: asyncio.Task[None], claim: Claim) -> None:
        self._turns[turn] = (claim.turn, self._parts.clock())
        self._parts.stops.of(claim.turn)
        turn.add_done_callback(self._ended)

    def _ended(self, turn: asyncio.Task[None]) -> None:
        number, _ = self._turns.pop(turn)
        self._parts.stops.forget(number)
        self.wake()

    async def _run(self, claim: Claim) -> None:
        with context(conversation=claim.conversation.id, turn=claim.turn):
            await self._run_one(claim)

    async def _run_one(self, claim: Claim) -> None:
        """Run one turn and end it."""
        try:
            outlet, state, incident = await self._attempt(claim)
        except NotShown:
            log.warning("the end of turn %d could not be shown yet; it is shown later", claim.turn)
            await self._show_later(claim)
            return
        await self._finish(claim, state, incident)
        if outlet is not None and state in (TurnState.ANSWERED, TurnState.WAITING):
            self._compactions.after(claim, outlet)

    async def _attempt(self, claim: Claim) -> tuple[Outlet | None, TurnState, str | None]:
        """Run a turn; its outlet, state and incident. Raises NotShown. Here a defect becomes an incident.

        When the database failed, the entries go back to the inbox and are taken up again, a few times: what was
        recorded is not repeated, and what was not has to be done.
        """
        outlet: Outlet | None = None
        try:
            outlet = await self._outlets.open(claim)
            return outlet, *await self._answer(claim, outlet)
        except NotShown:
            raise
        except StorageError as error:
            log.error("turn %d: %s", claim.turn, error)
            if tries(claim) < MOST_TRIES:
                await asyncio.sleep(STORAGE_PAUSE)
                return outlet, TurnState.INTERRUPTED, None
            return outlet, TurnState.FAILED, await self._incident(claim, outlet)
        except Exception as error:
            return outlet, TurnState.FAILED, await self._incident(claim, outlet, error)
        finally:
            if outlet is not None:
                await outlet.leave()  # also where nothing of an end could be shown

    async def _answer(self, claim: Claim, outlet: Outlet) -> tuple[TurnState, str | None]:
        """Run a turn, or apologise for it; its state and incident."""
        if tries(claim) > 1:
            await outlet.pick_up()
        if tries(claim) > MOST_TRIES:
            log.error("turn %d is given up: it was begun %d times and never ended", claim.turn, MOST_TRIES)
            return TurnState.FAILED, await self._incident(claim, outlet)
        if self._is_late(claim):
            log.warning("turn %d is late: its message came long before this start", claim.turn)
            return await end(self._parts, claim, outlet, TurnState.FAILED, Note("late", retry=True)), None
        turn = self._converse(claim, outlet)
        return await unless_stopped(self._parts, claim, outlet, turn), None

    def _is_late(self, claim: Claim) -> bool:
        """A decision is never late: its action has an expiry of its own, and somebody waits for the outcome; for
        what was deleted nobody waits. Nor is a schedule's run: what came too late was never posted."""
        never = (DeliveryKind.DECISION, DeliveryKind.SCHEDULE)
        asked = [entry for entry in claim.entries if not entry.delivery.deleted]
        return bool(asked) and all(
            entry.delivery.kind not in never and entry.received_at < self._late_before for entry in asked
        )

    async def _converse(self, claim: Claim, outlet: Outlet) -> TurnState:
        try:
            return await run_turn(self._parts, claim, outlet)
        except ModelError as error:
            log.warning("turn %d: %s: %s", claim.turn, type(error).__name__, error)
            note = Note(MODEL_WORDS[type(error)], retry=not isinstance(error, ContextTooLong))
            state = await end(self._parts, claim, outlet, TurnState.FAILED, note)
            if isinstance(error, ContextTooLong):
                self._compactions.after(claim, outlet, refused=True)
            return state

    async def _incident(self, claim: Claim, outlet: Outlet | None, defect: Exception | None = None) -> str:
        """Give a failed turn a number that the person can pass on and the log has. Raises NotShown.

        It is recorded however long that takes: a turn that is done without has failed in silence.
        """
        incident = secrets.token_hex(4)
        log.error(
            "turn %d failed, incident %s", claim.turn, incident, exc_info=defect, extra={"incident": incident}
        )
        turns, note = self._parts.storage.turns, Note("incident", {"incident": incident}, True)
        try:
            await _kept(
                lambda: turns.record(claim.turn, (), at=self._parts.clock(), ending=TurnState.FAILED, note=note),
                f"incident {incident} could not be recorded yet",
            )
        except TurnStopped:
            return incident  # its end is recorded already, which `_finish` finds
        if outlet is None:
            raise NotShown  # nobody was found to tell it to: that is tried once more
        try:
            await close(outlet, note)
        except NotShown:
            raise
        except Exception:
            log.exception("incident %s could not be told", incident)
        return incident

    async def _show_later(self, claim: Claim) -> None:
        """Hand a recorded end to the background."""
        for each in await _kept(self._parts.storage.turns.ended, f"turn {claim.turn} could not be read"):
            if each.claim.turn == claim.turn:
                self.show(each)

    async def _show(self, ended: Ended) -> None:
        """Show a recorded end until it stands, with growing pauses, and end its turn."""
        with context(conversation=ended.claim.conversation.id, turn=ended.claim.turn):
            pause = SHOW_AGAIN
            while not await self._shown(ended):
                await asyncio.sleep(pause)
                pause = min(pause * 2, SHOW_AGAIN_MOST)
            incident = ended.note.values.get("incident") if ended.note else None
            await self._finish(ended.claim, ended.state, None if incident is None else str(incident))

    async def _shown(self, ended: Ended) -> bool:
        try:
            async with self._showing:
                return await show_again(ended, await self._outlets.open(ended.claim))
        except LookupError:
            return False
        except Exception:
            # a defect in the showing does not keep the thread waiting
            log.exception("the end of turn %d cannot be shown", ended.claim.turn)
            return True

    async def _finish(self, claim: Claim, state: TurnState, incident: str | None) -> None:
        """Write a turn's end down. Until that is done its conversation hears nothing, so it is tried again."""
        turns = self._parts.storage.turns
        try:
            await _kept(
                lambda: turns.finish(claim.turn, state, self._parts.clock(), incident),
                f"turn {claim.turn} could not be ended yet",
            )
        except TurnStopped:  # while it went back to the inbox, or was apologised for
            await self._show_later(claim)
            return
        self._parts.metrics.turn_ended(state, (self._parts.clock() - claim.since).total_seconds())
        if state is not TurnState.INTERRUPTED and claim.entries[0].delivery.kind is DeliveryKind.SCHEDULE:
            self._parts.metrics.run(state.value)


async def _kept(call: Callable[[], Awaitable[T]], failed: str) -> T:
    """Ask the database until it does it: a conversation would wait for ever otherwise. Raises TurnStopped."""
    while True:
        try:
            return await call()
        except TurnStopped:
            raise
        except StorageError as error:
            log.error("%s: %s", failed, error)
            await asyncio.sleep(STORAGE_PAUSE)


def tries(claim: Claim) -> int:
    """How often what a claim holds was taken up, this time included."""
    return max(entry.tries for entry in claim.entries)
