"""Faults by chance: what may happen to each candidate of an area, chosen by the area's own seeded generator.

Only what Slack, OpenAI and the services really do now and then is in here, and what passes: no error that tells
the app for good that a channel is gone or its token revoked. A kind that is listed twice is twice as likely.
"""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Final, Literal, TypeVar, get_args

from bot.demo.services import faults as services
from bot.demo.unkind.calls import Broken, CallFault, Dropped, Refused, Slow, StreamEnded
from bot.demo.unkind.envelopes import AckLost, Delayed, Doubled, EnvelopeFault, Held
from bot.demo.unkind.model import BrokenArguments, Cut, Empty, Failed, ModelFault, SlowDeltas, Stalled
from bot.demo.unkind.rules import Fault, Rules

SocketFault = Literal["drop", "close", "half_open", "warning", "refresh_requested", "too_many_websockets", "gap"]
STREAM_CALLS: Final = frozenset({"chat.appendStream", "chat.stopStream"})

F = TypeVar("F", bound=Fault)


def calls() -> list[CallFault]:
    """List what may happen to a call of the Web API."""
    return [
        *(Broken(), Broken(after_effect=True), Broken(503, html=True), Broken(502, after_effect=True, html=True)),
        *(Dropped(), Dropped(after_effect=True), Broken(after_effect=True), Dropped(after_effect=True)),
        *(Refused("ratelimited", 1), Refused("ratelimited", 1), Refused("internal_error"), Refused("fatal_error")),
        *(Slow(0.2), Slow(1.0), Slow(1.0, after_effect=True), StreamEnded(), Refused("streaming_state_conflict")),
    ]


def envelopes() -> list[EnvelopeFault]:
    """List what may happen to an event on its way, or to its ack."""
    return [Doubled(), Held(by=1), Held(by=3), Delayed(0.3), AckLost()]


def model() -> list[ModelFault]:
    """List what may happen to an answer of the model."""
    failed: list[ModelFault] = [Failed(429, retry_after=1), Failed(500), Failed(503)]
    cut: list[ModelFault] = [Cut(0), Cut(3), Cut(9)]
    return [*failed, *cut, Stalled(3, seconds=2.0), Empty(), BrokenArguments(), SlowDeltas(0.05)]


def service() -> list[services.Fault]:
    """List what may happen to a request to a data service."""
    status: list[services.Fault] = [services.Status(429, "1"), services.Status(500), services.Status(503)]
    drop: list[services.Fault] = [services.Drop(), services.Drop(after_effect=True)]
    return [*status, *drop, services.Stall(seconds=1.0), services.BrokenBody()]


def sockets() -> Sequence[SocketFault]:
    """List what may happen to the sockets when there is an event."""
    return get_args(SocketFault)


def suits(fault: Fault, method: str) -> bool:
    """Tell whether a call can meet a fault: those of streams are for the calls that write to one."""
    return fault.kind not in ("stream_ended", "streaming_state_conflict") or method in STREAM_CALLS


def drawer(
    rules: Rules[F],
    rate: float,
    made: Callable[[], Sequence[F]],
    without: Sequence[str],
    suited: Callable[[F, str], bool] = lambda fault, name: True,
) -> Callable[[str], F | None]:
    """Return the choice for an area: with the probability `rate` one of what is `made`, each as likely.

    `without` are shell patterns of kinds, such as `model.*`.
    """

    def draw(name: str) -> F | None:
        if rules.random.random() >= rate:
            return None
        candidates = [
            fault for fault in made() if allowed(f"{rules.area}.{fault.kind}", without) and suited(fault, name)
        ]
        return rules.random.choice(candidates) if candidates else None

    return draw


def allowed(kind: str, without: Sequence[str]) -> bool:
    return not any(fnmatchcase(kind, pattern) for pattern in without)
