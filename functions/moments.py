"""Times in a preview: each reader sees them in their own time zone, so a function writes them without one."""

import re
from datetime import UTC, datetime

MOMENT = re.compile(r"(?<!\d)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
BETWEEN = " · "


def moment(at: datetime) -> str:
    """Write a time so that a card shows it to each reader in their own time zone."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moments(text: str) -> tuple[str, list[datetime]]:
    """Part a preview into its words and the times in it."""
    found = []
    for written in MOMENT.findall(text):
        try:
            found.append(datetime.fromisoformat(written))
        except ValueError:
            return text, []  # no time, however it looks
    if not found:
        return text, []
    return BETWEEN.join(part for each in MOMENT.split(text) if (part := each.strip(BETWEEN))), found


def steady(text: str) -> str:
    """Return a preview without its times: what has to be the same when an action runs, because times move on."""
    return moments(text)[0]


def no_moments(text: str) -> str:
    """Write what people said so that nothing in it passes for a time of the preview's own."""
    return MOMENT.sub(lambda found: found[0].replace("T", " "), text)
