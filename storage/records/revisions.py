"""Messages that their authors change or delete after Slack has delivered them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Revision:
    """What a message says now: `text` is None if it was deleted. `ts` names the message in its channel; `at` is
    the ts of the change, by which changes are ordered. `user` is the author, empty where a deletion does not tell.
    """

    team: str
    channel: str
    ts: str
    at: str
    user: str
    text: str | None

    @property
    def key(self) -> str:
        """The key of the message's delivery."""
        return f"message:{self.team}:{self.channel}:{self.ts}"


@dataclass(frozen=True)
class Answerable:
    """A turn that answered what its person has edited now: it could be answered anew. Where it stands is that of
    its conversation; `ts` is the message's."""

    turn: int
    team: str
    channel: str
    thread: str
    user: str
    ts: str


def ts_order(ts: str) -> tuple[int, str]:
    """Return what a ts such as "1719823200.000123" sorts by: the seconds may have gained a digit."""
    return len(ts.partition(".")[0]), ts
