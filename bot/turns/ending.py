"""How a turn ends: written down first, then shown, so that a crash in between repeats and loses nothing."""

from bot.turns.outlet import Controls, Outlet
from bot.turns.parts import Parts
from bot.words.catalogue import words_for
from storage.records import Claim, Ended, Note, TurnState


class NotShown(Exception):
    """The far end could not take the end of a turn yet. The turn stays as it is recorded, and is shown later."""


async def end(parts: Parts, claim: Claim, outlet: Outlet, state: TurnState, note: Note) -> TurnState:
    """End a turn with a note of Nod's own. Raises NotShown."""
    await parts.storage.turns.record(claim.turn, (), at=parts.clock(), ending=state, note=note)
    await close(outlet, note)
    return state


async def close(outlet: Outlet, note: Note | None, *, again: bool = False) -> None:
    """Show the end of a turn that is recorded; `again`: its answer may be given anew. Raises NotShown."""
    if not await _finish(outlet, note, again=again):
        raise NotShown


async def show_again(ended: Ended, outlet: Outlet) -> bool:
    """Show what of a recorded end does not stand there yet; whether all of it does now.

    What was said before cards has no end of its own to be found by: it is shown again if it was left half-written.
    What its person stopped is not said any more: what stands there is ended, and noted. Raises LookupError if
    nobody can say what stands there: twice would be worse than later.
    """
    if ended.note is None and ended.state is TurnState.ANSWERED and not ended.answer:
        return await outlet.noted() or await outlet.greet()
    if ended.note is not None and await outlet.noted():
        return True  # it comes last
    if ended.stopped:
        await outlet.pick_up(anew=False)
        return await _finish(outlet, ended.note)
    if ended.state is TurnState.ANSWERED and ended.answer:
        missing = not await outlet.stands()
        if missing:
            await outlet.pick_up()
    else:
        missing = await outlet.pick_up() and ended.state is not TurnState.FAILED
    if missing and ended.answer:
        await outlet.text(ended.answer)
    again = missing and ended.state is TurnState.ANSWERED and not ended.acted
    return await _finish(outlet, ended.note, again=again)


async def _finish(outlet: Outlet, note: Note | None, *, again: bool = False) -> bool:
    if note is None:
        return await outlet.finish(controls=Controls(again=again))
    controls = Controls(goes_on=note.goes_on, quiet=note.quiet)
    return await outlet.finish(said(note, outlet), retry=note.retry, controls=controls)


def said(note: Note | None, outlet: Outlet) -> str:
    """Return a note's words in the person's language."""
    return "" if note is None else words_for(outlet.person.locale)(note.key, **note.values)
