"""What can go wrong with an envelope on its way to the app, or with its ack on the way back."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Doubled:
    """Deliver an event twice at once: one payload in two envelopes, over two sockets when two are open."""

    kind = "doubled"


@dataclass(frozen=True)
class Held:
    """Hold an event back until `by` later ones went, `seconds` at the most: they arrive in another order."""

    by: int = 1
    seconds: float = 2.0

    kind = "held"


@dataclass(frozen=True)
class Delayed:
    """Deliver so many seconds later."""

    seconds: float

    kind = "delayed"


@dataclass(frozen=True)
class AckLost:
    """Lose the app's ack: an event comes again, whoever clicked is told that it did not work."""

    kind = "ack_lost"


EnvelopeFault = Doubled | Held | Delayed | AckLost
