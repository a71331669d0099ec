"""What chance may bring: what passes, what fits, and the same again under a seed."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bot.demo.unkind import chance
from bot.demo.unkind.calls import CallFault
from bot.demo.unkind.rules import Rules

AREAS: dict[str, Callable[[], Sequence[Any]]] = {
    "call": chance.calls,
    "envelope": chance.envelopes,
    "model": chance.model,
    "service": chance.service,
}


@pytest.mark.parametrize("area", AREAS)
def test_the_same_seed_draws_the_same(area: str) -> None:
    def kinds(seed: int) -> list[str | None]:
        rules: Rules[Any] = Rules(area)
        rules.seed(seed)
        rules.draw = chance.drawer(rules, 0.5, AREAS[area], ())
        return [fault.kind if (fault := rules.take("any")) else None for _ in range(200)]

    assert kinds(1) == kinds(1)
    assert kinds(1) != kinds(2)
    assert 60 < sum(kind is not None for kind in kinds(1)) < 140
    assert {kind for kind in kinds(1) if kind} == {fault.kind for fault in AREAS[area]()}


def test_what_is_left_out_does_not_come() -> None:
    rules: Rules[CallFault] = Rules("call")
    rules.draw = chance.drawer(rules, 1.0, chance.calls, ("call.*_after", "call.html", "call.5*"))
    for _ in range(300):
        rules.take("chat.update")
    assert rules.counts.keys() >= {"call.429", "call.drop"}
    assert not [kind for kind in rules.counts if kind.endswith("_after") or kind in ("call.html", "call.500")]


def test_with_all_left_out_nothing_comes() -> None:
    rules: Rules[CallFault] = Rules("call")
    rules.draw = chance.drawer(rules, 1.0, chance.calls, ("*",))
    assert rules.take("chat.update") is None


def test_streams_end_only_where_something_is_streamed() -> None:
    rules: Rules[CallFault] = Rules("call")
    rules.draw = chance.drawer(rules, 1.0, chance.calls, (), chance.suits)
    for _ in range(300):
        rules.take("chat.postMessage")
    streams = {"call.stream_ended", "call.streaming_state_conflict"}
    assert not streams & rules.counts.keys()
    for _ in range(300):
        rules.take("chat.appendStream")
    assert streams <= rules.counts.keys()


def test_chance_says_nothing_that_would_last() -> None:
    lasting = ("not_found", "auth", "revoked", "disabled", "hang", "missing")
    kinds = [fault.kind for made in AREAS.values() for fault in made()] + list(chance.sockets())
    assert not [kind for kind in kinds if any(word in kind for word in lasting)]
