"""What is kept of a person, and what became of their wish that it be forgotten."""

from dataclasses import dataclass

from storage.records.actions import Action


@dataclass(frozen=True)
class Remembered:
    """Counts of one person's conversations: all that can be forgotten now; of those, the ones in which others have
    talked too (`shared`); their own actions there that wait for a click (`pending`); the conversations that have
    to be left alone now, because something runs, waits or is being done there (`busy`); and their schedules, which
    stay."""

    conversations: int
    shared: int
    pending: int
    busy: int
    schedules: int = 0


@dataclass(frozen=True)
class Forgotten:
    """What was forgotten, counted as in Remembered. `withdrawn` are the actions that were pending, as their cards
    show them; `again` says that this wish was fulfilled before: nothing was done now, and the counts are those
    of then."""

    conversations: int
    shared: int
    busy: int
    withdrawn: tuple[Action, ...] = ()
    again: bool = False
    schedules: int = 0
