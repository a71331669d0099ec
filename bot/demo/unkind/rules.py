"""Which fault happens next: the scripted ones in their order, then perhaps one by chance; each is counted."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Generic, Protocol, TypeVar, runtime_checkable


class Fault(Protocol):
    """Anything that can go wrong; `kind` is what it is counted under, such as `500_after`."""

    @property
    def kind(self) -> str: ...


@runtime_checkable
class Holding(Protocol):
    """A fault that holds what it meets until `released` is set."""

    @property
    def released(self) -> asyncio.Event: ...


F = TypeVar("F", bound=Fault)


@dataclass
class Rule(Generic[F]):
    """A fault for what `match` (a shell pattern) names: the next `times` hits, None for all; each with `rate`."""

    fault: F
    match: str
    times: int | None
    rate: float

    def __str__(self) -> str:
        often = "until calm" if self.times is None else f"{self.times} more"
        chance = "" if self.rate == 1 else f", with a probability of {self.rate:g}"
        return f"{self.fault.kind} for {self.match}: {often}{chance}"


class Rules(Generic[F]):
    """The faults of one area, such as the calls of the Web API. Without any, asking costs a look at two fields.

    `counts` says how many of each kind happened. The same seed makes the same choices for the same sequence of
    candidates; areas have generators of their own, so that what one of them meets does not change another's.
    """

    def __init__(self, area: str, *, match: str = "*") -> None:
        self.area = area
        self.counts: Counter[str] = Counter()
        self.draw: Callable[[str], F | None] | None = None
        """Chooses a fault, or none, for a name that no rule took."""
        self._match = match
        self._rules: list[Rule[F]] = []
        self._holding: list[Holding] = []
        self.seed(0)

    def seed(self, seed: int) -> None:
        """Begin the area's random choices anew."""
        self.random = random.Random(f"{seed}/{self.area}")  # noqa: S311  faults that can be repeated, not secrets

    def add(self, fault: F, *, match: str = "", times: int | None = 1, rate: float = 1.0) -> F:
        """Ask for a fault; returns it. ValueError for a number of times or a probability that is none."""
        if times is not None and times < 1:
            raise ValueError("times must be at least 1")
        if not 0 < rate <= 1:
            raise ValueError("rate must be above 0 and at most 1")
        self._rules.append(Rule(fault, match or self._match, times, rate))
        return fault

    def __bool__(self) -> bool:
        """Tell whether anything may happen."""
        return bool(self._rules) or self.draw is not None

    @property
    def scripted(self) -> list[Rule[F]]:
        """List what was asked for and has not happened (as often as it should) yet."""
        return list(self._rules)

    def take(self, name: str, fits: Callable[[F], bool] = lambda _: True) -> F | None:
        """Return the fault that `name` meets, and count it: the oldest rule that matches, or one by chance.

        A fault that does not fit this time, such as broken arguments for an answer without calls, stays.
        """
        if not self:
            return None
        fault = self._scripted(name, fits)
        if fault is None and self.draw is not None and (drawn := self.draw(name)) is not None and fits(drawn):
            fault = drawn
        if fault is not None:
            self.counts[f"{self.area}.{fault.kind}"] += 1
            if isinstance(fault, Holding):
                self._holding.append(fault)
        return fault

    def _scripted(self, name: str, fits: Callable[[F], bool]) -> F | None:
        for rule in self._rules:
            if not fnmatchcase(name, rule.match) or not fits(rule.fault):
                continue
            if rule.rate < 1 and self.random.random() >= rule.rate:
                continue
            if rule.times is not None:
                rule.times -= 1
                if rule.times == 0:
                    self._rules.remove(rule)
            return rule.fault
        return None

    def release(self) -> None:
        """Let all go on that a fault holds."""
        for fault in self._holding:
            fault.released.set()
        self._holding.clear()

    def clear(self) -> None:
        """Forget all that was asked for and let all go on; the counts stay."""
        self._rules.clear()
        self.draw = None
        self.release()
