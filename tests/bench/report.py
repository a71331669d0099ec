"""What was measured as Markdown, for people and for docs/performance.md: medians, their spread, and ratios."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.contenders import FLOOR
from tests.bench.growth import Point
from tests.bench.load import Sample

Runs = Mapping[str, Mapping[str, Sequence[Sample]]]
"""By load and by bot: the samples of each round."""


@dataclass(frozen=True)
class Figure:
    """A row of the comparison, and how its numbers are written."""

    name: str
    of: Callable[[Sample], float]
    form: str = "{:.1f}"


FIGURES = (
    Figure("turns a second", lambda sample: sample.rate),
    Figure("processor time a turn, ms", lambda sample: sample.cpu, "{:.2f}"),
    Figure("mention → end of the answer, p50, ms", lambda sample: sample.p50),
    Figure("mention → end of the answer, p99, ms", lambda sample: sample.p99),
    Figure("model's first piece → first word, ms", lambda sample: sample.first_word),
    Figure("ack, p99, ms", lambda sample: sample.ack_p99),
    Figure("resident memory, MiB", lambda sample: sample.memory),
    Figure("the bot was busy, % of a core", lambda sample: sample.busy * 100, "{:.0f}"),
    Figure("the far end was busy, % of a core", lambda sample: sample.far_end_busy * 100, "{:.0f}"),
)


def comparison(runs: Runs) -> str:
    """Write a table a load: a row a figure, a column a bot, and each bot's ratio to the floor."""
    return "\n\n".join(_table(name, bots) for name, bots in runs.items())


def _table(name: str, bots: Mapping[str, Sequence[Sample]]) -> str:
    others = [bot for bot in bots if bot != FLOOR] if FLOOR in bots else []
    head = [name, *bots, *(f"{bot} / {FLOOR}" for bot in others)]
    rows = [
        [
            figure.name,
            *(spread([figure.of(sample) for sample in samples], figure.form) for samples in bots.values()),
            *(f"{ratio(bots[bot], bots[FLOOR], figure.of):.2f}" for bot in others),
        ]
        for figure in FIGURES
    ]
    return markdown(head, rows)


def ratio(of: Sequence[Sample], to: Sequence[Sample], figure: Callable[[Sample], float]) -> float:
    """Return the median of the ratios round by round: what slows the machine slows both bots of a round."""
    found = [figure(one) / figure(other) for one, other in zip(of, to, strict=False) if figure(other)]
    return median(found) if found else 0.0


def spread(values: Sequence[float], form: str = "{:.1f}") -> str:
    """Write the median, and the least and the most beside it."""
    if len(values) == 1:
        return form.format(values[0])
    return f"{form.format(median(values))} ({form.format(min(values))}–{form.format(max(values))})"


def curve(name: str, unit: str, points: Sequence[Point]) -> str:
    """Write a growth curve: a row a size, each beside the first."""
    first = points[0].value if points else 0.0
    rows = [
        [f"{point.size:,}", f"{point.value:.2f}", f"{point.value / first:.2f}" if first else "", point.note]
        for point in points
    ]
    return markdown([name, unit, "to the first", ""], rows)


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
