"""What the figures are meant to be, and whether they are: ratios within one run, and curves that stay flat."""

from collections.abc import Iterator, Sequence
from typing import Any

from tests.bench.contenders import FLOOR, NOD
from tests.bench.load import Sample
from tests.bench.report import markdown, ratio

ITEMS_SHOWN = 100
"""Items from which on a thread is longer than what the model is shown of it."""


MEMORY = 32.0
"""MiB that a process may have more after ten thousand conversations: what is remembered of people and lanes."""


def judged(found: dict[str, Any]) -> str:
    """Write a row for each goal that was measured."""
    rows = [[goal, value, "yes" if met else "NO"] for goal, value, met in _goals(found)]
    return markdown(["goal", "found", "met"], rows)


def _goals(found: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    loads = found.get("comparison", {})
    for load in ("20 at once", "20 at once, an answer of one line"):
        if pair := _pair(loads, load):
            cost, rate = ratio(*pair, lambda sample: sample.cpu), ratio(*pair, lambda sample: sample.rate)
            yield f"processor time a turn against the floor, {load}: ≤ 1.5", f"{cost:.2f}", cost <= 1.5
            yield f"turns a second against the floor, {load}: ≥ 0.7", f"{rate:.2f}", rate >= 0.7
    if pair := _pair(loads, "200 at once"):
        ack = max(sample.ack_p99 for sample in pair[0])
        yield "p99 of the ack, 200 at once: < 500 ms", f"{ack:.0f} ms", ack < 500
    if pair := _pair(loads, "1 at once, a model that takes its time"):
        word = ratio(*pair, lambda sample: sample.first_word)
        yield "first word after the model's first piece against the floor: < 2", f"{word:.2f}", word < 2
    if len(points := [point for point in found.get("threads", []) if point["size"] >= ITEMS_SHOWN]) > 1:
        yield f"a turn at {_sizes(points)} items: within 20 %", *_flat(points, 0.2)
    if len(points := found.get("database", [])) > 1:
        yield f"a turn at {_sizes(points)} messages: within 10 %", *_flat(points, 0.1)
    if len(points := found.get("memory", [])) > 1:
        more = points[-1]["value"] - points[0]["value"]
        yield f"memory at {_sizes(points)} conversations: bounded", f"{more:+.1f} MiB", more < MEMORY
    if len(points := found.get("start", [])) > 1:
        longer = points[-1]["value"] - points[0]["value"]
        yield f"start-up with {_sizes(points)} conversations: < 2 s more", f"{longer:+.2f} s", longer < 2


def _sizes(points: Sequence[dict[str, Any]]) -> str:
    return f"{points[-1]['size']:,}, beside {points[0]['size']:,}"


def _pair(loads: dict[str, Any], name: str) -> tuple[Sequence[Sample], Sequence[Sample]] | None:
    """Return Nod's samples and the floor's under a load."""
    bots = loads.get(name, {})
    if not (bots.get(NOD) and bots.get(FLOOR)):
        return None
    return [Sample(**each) for each in bots[NOD]], [Sample(**each) for each in bots[FLOOR]]


def _flat(points: Sequence[dict[str, Any]], within: float) -> tuple[str, bool]:
    grown = points[-1]["value"] / points[0]["value"]
    return f"{grown:.2f} times", grown <= 1 + within
