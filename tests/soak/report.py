"""What a soak came to, for people."""

from collections.abc import Iterator

from tests.soak.soak import Report

MOST_MEMORY = 400
"""MiB that the process may take: it takes about a quarter of that for its imports."""


def lines(report: Report) -> Iterator[str]:
    """Write the table, and what was wrong below it with the way to run it again."""
    balance, storm = report.balance, report.storm
    rows = {
        "seed": report.seed,
        "seconds": f"{report.seconds:g} with a rate of {report.rate:g}, {report.took:.0f} in all",
        "settings": ", ".join(f"{name}={value}" for name, value in report.settings.items()),
        "messages": f"{balance.asked} asked, {balance.delivered} delivered, "
        f"{balance.asked - balance.delivered} never reached Nod ({report.given_up} events given up by Slack)",
        "answered": f"{balance.answered}, of which {balance.excused} with the word that it could not be done",
        "apologised": balance.apologised,
        "turns": balance.turns,
        "people": _counted(report.did),
        "actions": _counted(balance.actions),
        "effects": balance.effects,
        "faults": f"{report.faults.total()}: {_counted(report.faults)}",
        "ends": _counted(storm.did) or "none",
        "memory": f"{storm.most_memory} MiB at most",
    }
    width = max(map(len, rows))
    yield from (f"{name:<{width}}  {value}" for name, value in rows.items())
    if wrong := faults(report):
        yield f"\n{len(wrong)} WRONG:"
        yield from (f"- {each}" for each in wrong)
        yield f"again: make soak SECONDS={report.seconds:g} SEED={report.seed} RATE={report.rate:g}"
    else:
        answered = f"{balance.answered} answered + {balance.apologised} apologised"
        yield f"balanced: {balance.delivered} delivered = {answered}"


def faults(report: Report) -> list[str]:
    """Return what was wrong, the sums too."""
    wrong, balance = list(report.wrong), report.balance
    if balance.delivered != balance.answered + balance.apologised:
        wrong.append(
            f"{balance.delivered} delivered, {balance.answered} answered, {balance.apologised} apologised"
        )
    if report.storm.most_memory > MOST_MEMORY:
        wrong.append(f"the process took {report.storm.most_memory} MiB")
    return wrong


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
