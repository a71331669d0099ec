"""A process that can end at any call: before a commit, after it, or in the middle of an effect."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar, cast

from storage.ports import Storage, StorageError

T = TypeVar("T")

LAST_LOOK = {"actions.begin", "grants.find"}
"""The last look at people and grants; one commit lies between it and the effect."""


PORTS = [name for name, value in vars(Storage).items() if isinstance(value, property)]
"""Whatever a storage consists of: a port that is added can fail, too."""


class Killed(BaseException):
    """The process is gone. Nothing in it may catch this."""


class End(StrEnum):
    BEFORE = "killed before"
    AFTER = "killed after"
    BROKEN = "the database failed"


Happening = End | Callable[[], Awaitable[None]]


@dataclass(eq=False)
class Planned:
    calls: int
    happening: Happening
    at: str
    looked_at: bool

    def may_be_at(self, name: str) -> bool:
        return name.startswith(self.at) and not (self.looked_at and name in LAST_LOOK)


@dataclass
class Fate:
    """What happens at which of the coming calls: the process dies, its database fails, or somebody acts."""

    planned: list["Planned"] = field(default_factory=list)
    dead: bool = False
    met: list[str] = field(default_factory=list)

    def plan(self, calls: int, happening: Happening, at: str = "", *, looked_at: bool = False) -> None:
        """Let something happen at the so-manieth call from now on of those whose name begins with `at`; what is
        `looked_at` before an effect not after that."""
        self.planned.append(Planned(calls, happening, at, looked_at))

    async def meet(self, name: str, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call, unless something comes between. Raises Killed, and StorageError if the database fails."""
        if self.dead:
            raise Killed
        now = self._due(name)
        for happening in now:
            self.met.append(str(happening) if isinstance(happening, End) else "meanwhile")
            if not isinstance(happening, End):
                await happening()
        if End.BEFORE in now:
            self._die()
        if End.BROKEN in now:
            raise StorageError("The disk is full.")
        result = await call()
        if End.AFTER in now:
            self._die()
        return result

    def _due(self, name: str) -> list[Happening]:
        here = [each for each in self.planned if each.may_be_at(name)]
        due = [each for each in here if each.calls <= 1]
        for each in here:
            each.calls -= 1
        self.planned = [each for each in self.planned if each not in due]
        return [each.happening for each in due]

    def _die(self) -> None:
        self.dead = True
        raise Killed


class _Port:
    def __init__(self, name: str, port: Any, fate: Fate) -> None:
        self._name, self._port, self._fate = name, port, fate

    def __getattr__(self, method: str) -> Callable[..., Awaitable[Any]]:
        called = getattr(self._port, method)
        return lambda *args, **named: self._fate.meet(f"{self._name}.{method}", lambda: called(*args, **named))


class _Mortal:
    def __init__(self, storage: Storage, fate: Fate) -> None:
        for name in PORTS:
            setattr(self, name, _Port(name, getattr(storage, name), fate))


def mortal(storage: Storage, fate: Fate) -> Storage:
    """Make a storage whose calls are subject to `fate`."""
    return cast(Storage, _Mortal(storage, fate))
