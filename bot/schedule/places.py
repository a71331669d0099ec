"""Where schedules are posted: channels as people name them, and what may be told of one in another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from functions.schedule_book import DIRECT, Asker
from storage.records import Schedule


@dataclass(frozen=True)
class Channel:
    """A channel that Nod is in. `name` without its `#`."""

    id: str
    name: str
    private: bool = False


class Channels(Protocol):
    async def joined(self) -> list[Channel]:
        """Return the channels that Nod is in. Raises LookupError if Slack does not say now."""
        ...

    async def direct(self, user: str) -> str | None:
        """Return the direct message of Nod's with a person, None if there cannot be one. Raises LookupError."""
        ...

    async def has_member(self, channel: str, user: str) -> bool:
        """Tell whether a person is in a channel. Raises LookupError."""
        ...


def plain_name(named: str) -> str:
    """Read a channel as people and Slack write it: `#team`, `team`, `C0…` or `<#C0…|team>`."""
    named = named.strip()
    if named.startswith("<#") and named.endswith(">"):
        named = named[2:-1].partition("|")[0]
    return named.removeprefix("#")


def shown_name(channel: Channel) -> str:
    if channel.name:
        return f"#{channel.name}"
    return DIRECT if channel.id.startswith("D") else channel.id


def is_told(asker: Asker, schedule: Schedule, known: Mapping[str, Channel]) -> bool:
    """Tell whether what a schedule asks for, and where, may be told in the place where this is asked: others read
    there, and a model does what texts want. What all may read anyway is told everywhere."""
    if asker.place.startswith("D") or schedule.channel == asker.place:
        return True
    return schedule.channel in known and not known[schedule.channel].private
