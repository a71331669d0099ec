"""The figures as PNG files: one of the comparison, and one of each curve."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib

matplotlib.use("Agg")  # no screen

from matplotlib import pyplot

COMPARED = (("cpu", "processor time a turn, ms"), ("rate", "turns a second"), ("p99", "p99 to the end, ms"))

MANY_SIZES = ("p99",)
"""What a load of two hundred at once makes a hundred times larger than a load of one."""

AXES = {
    "threads": ("items in the thread", "processor time a turn, ms"),
    "database": ("messages in the database", "processor time a turn, ms"),
    "memory": ("conversations touched", "resident memory, MiB"),
    "start": ("conversations of the past", "seconds to the first socket"),
}


def draw(found: dict[str, Any], folder: Path) -> Iterator[Path]:
    """Draw what was found into a folder; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    if "comparison" in found:
        yield _comparison(found["comparison"], folder / "comparison.png")
    for part, (across, up) in AXES.items():
        if part in found:
            yield _curve(found[part], across, up, folder / f"{part}.png")


def _comparison(loads: dict[str, Any], path: Path) -> Path:
    figure, all_axes = pyplot.subplots(1, len(COMPARED), figsize=(4.2 * len(COMPARED), 3.8), layout="constrained")
    for axes, (name, title) in zip(all_axes, COMPARED, strict=True):
        bots = list(next(iter(loads.values())))
        width = 0.8 / len(bots)
        for place, bot in enumerate(bots):
            values = [[sample[name] for sample in by_bot[bot]] for by_bot in loads.values()]
            middles = [median(each) for each in values]
            spread = [
                [middle - min(each) for middle, each in zip(middles, values, strict=True)],
                [max(each) - middle for middle, each in zip(middles, values, strict=True)],
            ]
            across = [number + place * width for number in range(len(values))]
            axes.bar(across, middles, width, yerr=spread, capsize=2, label=Path(bot).name)
        axes.set_title(title, fontsize=10)
        if name in MANY_SIZES:
            axes.set_yscale("log")
        ticks = [number + 0.4 - width / 2 for number in range(len(loads))]
        axes.set_xticks(
            ticks,
            [load.replace(", ", ",\n") for load in loads],
            fontsize=6,
            rotation=20,
            ha="right",
            rotation_mode="anchor",
        )
    all_axes[0].legend(fontsize=8)
    return _saved(figure, path)


def _curve(points: list[dict[str, Any]], across: str, up: str, path: Path) -> Path:
    figure, axes = pyplot.subplots(figsize=(4.8, 3.2), layout="constrained")
    axes.plot([point["size"] for point in points], [point["value"] for point in points], marker="o")
    if points[0]["size"] > 0:
        axes.set_xscale("log")
    axes.set_ylim(0, 1.15 * max(point["value"] for point in points))
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(alpha=0.3)
    return _saved(figure, path)


def _saved(figure: Any, path: Path) -> Path:
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
    return path
