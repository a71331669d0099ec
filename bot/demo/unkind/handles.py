"""Everything that makes the demo's world unkind, in one hand: scripted, by chance, counted, and calm again."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from bot.demo.model.script import Script
from bot.demo.services.faults import Faults
from bot.demo.unkind import chance
from bot.demo.unkind.calls import Broken, CallFault
from bot.demo.workspace.connection import DisconnectReason
from bot.demo.workspace.slack import Slack

CONNECT = "apps.connections.open"
GAP_CALLS = 2


@dataclass(frozen=True)
class Chance:
    """The random mode that is on: its seed, and how likely each candidate meets a fault."""

    seed: int
    rate: float
    without: tuple[str, ...] = ()


class Unkind:
    """What can go wrong in one world. Nothing does until it is asked for, and nothing any more after `calm`.

    `calls` (by the Web API's method), `envelopes` (by their type) and `model` (by the model's name) take faults
    with `add(fault, match=, times=, rate=)`, `employees` and `weather` with `add(fault, method=, path=, times=,
    rate=)`; `limits` are switched `on` and `off`.
    """

    def __init__(self, slack: Slack, script: Script, employees: Faults, weather: Faults) -> None:
        self.slack = slack
        self.calls = slack.faults
        self.limits = slack.limits
        self.envelopes = slack.sockets.faults
        self.model = script.faults
        self.employees = employees
        self.weather = weather
        self.chance: Chance | None = None
        """The random mode, while it is on."""
        self._sockets: Counter[str] = Counter()
        self._stream_seconds = slack.workspace.stream_seconds
        self._tasks: set[asyncio.Task[Any]] = set()

    # what was, and what is to come

    @property
    def injected(self) -> Counter[str]:
        """Count what happened by kind, such as `call.500_after` or `envelope.doubled`; `.total()` is all of it."""
        return sum((rules.counts for rules in self._rules), self.limits.counts + self._sockets)

    @property
    def scripted(self) -> list[str]:
        """Say what is still to happen, a line each."""
        lines = [f"{rules.area}.{rule}" for rules in self._rules for rule in rules.scripted]
        if self.limits.scale is not None:
            lines.append(f"call.limited: tiers are kept, a minute lasts {self.limits.scale * 60:g} s")
        if self.slack.workspace.stream_seconds != self._stream_seconds:
            lines.append(f"streams end after {self.slack.workspace.stream_seconds:g} s")
        if self.slack.sockets.link_disabled:
            lines.append("socket.link_disabled: no socket is opened any more")
        if deaf := self.slack.sockets.connections - self.slack.sockets.healthy:
            lines.append(f"socket.half_open: {deaf} now")
        return lines

    # sockets

    async def disconnect(self, reason: DisconnectReason = "refresh_requested", count: int | None = None) -> int:
        """Have Slack ask for a new socket, in place of `count` of them, or of all. Returns how many were told."""
        return self._count(reason, await self.slack.sockets.disconnect(reason, count))

    async def drop(self, count: int | None = None, *, abrupt: bool = True) -> int:
        """Cut sockets, None for all, or close them; Slack keeps what it has to deliver until the next one."""
        return self._count("drop" if abrupt else "close", await self.slack.sockets.drop(count, abrupt=abrupt))

    def half_open(self, count: int | None = 1) -> int:
        """Let sockets, None for all, go deaf and mute without the app's knowledge."""
        return self._count("half_open", self.slack.sockets.half_open(count))

    async def gap(self, times: int = GAP_CALLS, fault: CallFault | None = None) -> None:
        """Cut all sockets, and let the next `times` attempts to open another fail: by default with HTTP 500."""
        self.calls.add(fault or Broken(), match=CONNECT, times=times)
        await self.slack.sockets.drop(abrupt=True)
        self._count("gap", 1)

    # by chance, and not at all

    def random(self, seed: int, rate: float = 0.05, without: Sequence[str] = ()) -> None:
        """Let each candidate meet a fault with the probability `rate`, save the kinds in `without`.

        Candidates are calls, events and their acks, requests to the model and to the services; with each event
        the sockets, too. Kinds are shell patterns such as `socket.*`. ValueError for a rate that is none.
        """
        if not 0 < rate <= 1:
            raise ValueError("rate must be above 0 and at most 1")
        for rules in self._rules:
            rules.seed(seed)
        self.calls.draw = chance.drawer(self.calls, rate, chance.calls, without, chance.suits)
        self.envelopes.draw = chance.drawer(self.envelopes, rate, chance.envelopes, without)
        self.model.draw = chance.drawer(self.model, rate, chance.model, without)
        for service in (self.employees, self.weather):
            service.rules.draw = chance.drawer(service.rules, rate, chance.service, without)
        own = Random(f"{seed}/socket")  # noqa: S311  faults that can be repeated, not secrets
        self.slack.sockets.on_event = partial(self._hit_sockets, own, rate, without)
        self.chance = Chance(seed, rate, tuple(without))

    def release(self) -> None:
        """Let go on what a fault holds; what is scripted stays."""
        for rules in self._rules:
            rules.release()

    def calm(self) -> None:
        """Forget every fault and the random mode, let go on what hangs, and cut half-open sockets, so that the app
        opens others. The counts stay."""
        for rules in self._rules:
            rules.clear()
        for task in self._tasks:  # a break that was about to happen
            task.cancel()
        self.limits.off()
        self.chance = None
        sockets = self.slack.sockets
        sockets.on_event = _nothing
        sockets.link_disabled = False
        sockets.reset_half_open()
        self.slack.workspace.stream_seconds = self._stream_seconds

    @property
    def _rules(self) -> tuple[Any, ...]:
        return (self.calls, self.envelopes, self.model, self.employees.rules, self.weather.rules)

    def _count(self, kind: str, hits: int) -> int:
        if hits:
            self._sockets[f"socket.{kind}"] += hits
        return hits

    def _hit_sockets(self, own: Random, rate: float, without: Sequence[str]) -> None:
        if own.random() >= rate:
            return
        kinds = [kind for kind in chance.sockets() if chance.allowed(f"socket.{kind}", without)]
        if kinds:
            self._soon(self._hit(own.choice(kinds)))

    async def _hit(self, kind: chance.SocketFault) -> None:
        match kind:
            case "drop":
                await self.drop(1)
            case "close":
                await self.drop(1, abrupt=False)
            case "half_open":
                if self.slack.sockets.healthy > 1:  # without one that hears, events would be lost for good
                    self.half_open(1)
            case "gap":
                await self.gap()
            case _:
                await self.disconnect(kind, 1)

    def _soon(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _nothing() -> None:
    pass
