"""Where a turn shows itself. Slack is one; tests have another.

The person has to get an honest answer on every way out, so an outlet survives the far end's errors by itself:
it falls back, and what could not be shown at all is logged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.turns.attachments import Unread
from functions.context import Person
from functions.contract import Function
from storage.records import Action, Claim, Delivery

PASSED = 0
"""The place of who waits in line no longer."""


@dataclass(frozen=True)
class Controls:
    """How the end of an answer looks: whether its person may have it go on where it was cut, or have it given
    anew, and whether its note is in small print."""

    goes_on: bool = False
    again: bool = False
    quiet: bool = False


NO_CONTROLS = Controls()


class Outlet(Protocol):
    """One turn's outlet, made for it and used by it alone, in the order the turn goes."""

    @property
    def person(self) -> Person:
        """For whom the turn runs, with the language and time zone that Slack knows."""
        ...

    async def working(self, on: Function | None = None, call: str = "") -> None:
        """Show that Nod is thinking, or working on a function; `call` names it among those that are made side by
        side, and is for `worked` to end."""
        ...

    async def worked(self, call: str, *, ok: bool) -> None:
        """Show that a call has ended, and whether it told what it was made for. What no call of this has ended is
        shown as failed when the answer ends."""
        ...

    async def text(self, delta: str) -> None:
        """Show some more of the answer (Markdown)."""
        ...

    async def card(self, action: Action, function: Function) -> str | None:
        """Post the card of an action; the message's ts, empty where it has none, None if the far end will never
        have it. Raises LookupError if nobody can say whether it stands, or it cannot be posted now."""
        ...

    async def batch(self, actions: Sequence[Action]) -> None:
        """Post one more card that confirms several waiting actions of a step at once."""
        ...

    async def settle(self, action: Action, function: Function | None) -> None:
        """Turn a posted card into what became of its action. `function` is None if it is not there any more."""
        ...

    async def aside(self, words: str) -> None:
        """Say something quietly below an answer that has ended; nothing where there is no place for it."""
        ...

    async def tell_unread(self, unread: Sequence[Unread], entry: int) -> None:
        """Tell the person, before the answer, what of the files beside an entry the model is not shown; once,
        however often the entry is taken up."""
        ...

    async def tell_unheard(self, entry: int) -> None:
        """Tell the person, before the answer, that Nod has not read the thread above an entry; once, however often
        the entry is taken up."""
        ...

    async def greet(self) -> bool:
        """Say hello instead of an answer: somebody called, and asked nothing. As `finish` otherwise."""
        ...

    async def stands(self) -> bool:
        """After a crash: whether this turn's whole answer was shown before. Raises LookupError if nobody can say
        now."""
        ...

    async def noted(self) -> bool:
        """The same of its closing note, or of its greeting."""
        ...

    async def pick_up(self, *, anew: bool = True) -> bool:
        """Before a turn that an earlier process, or an earlier try, had begun: what that one left half-written in
        the thread is ended, and marked as interrupted if it is answered `anew`. Whether there was such a thing."""
        ...

    async def leave(self) -> None:
        """The turn is over, whether or not an end of it could be shown, or Nod stops in the middle of it: begin
        nothing more, and take away at once what nobody would answer to any more. What is under way may go on: the
        next try waits for it before it looks."""
        ...

    async def finish(self, note: str = "", *, retry: bool = False, controls: Controls = NO_CONTROLS) -> bool:
        """End the answer, with a closing note of Nod's own below it if there is one; `retry` puts a *Try again*
        button beside the note, `controls` what else there is. Clears the status.

        False if some of it could not be shown yet, because the far end cannot be reached or is limited: then it
        has to be shown again later. What the far end will never take (a channel that is gone) is logged and True.
        """
        ...


class Outlets(Protocol):
    async def open(self, claim: Claim) -> Outlet:
        """Make the outlet for a turn."""
        ...

    async def in_line(self, delivery: Delivery, place: int) -> None:
        """Tell somebody who has waited a while for a free turn which place in the line they have, from 1; PASSED
        takes away what they were told."""
        ...

    async def post_again(self, action: Action) -> str | None:
        """Find the card of a waiting action, or post it; its ts, None and LookupError as `Outlet.card`."""
        ...

    async def settle_all(self, actions: Sequence[Action]) -> None:
        """Turn the cards of actions into their outcomes outside any turn (expiry, start-up)."""
        ...
