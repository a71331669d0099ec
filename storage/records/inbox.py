"""What Slack delivered, and how it waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records.conversations import ConversationKey
from storage.records.files import SharedFile

CONTINUE = "continue:"
"""What the key of a click on *Continue* begins with."""


class DeliveryKind(StrEnum):
    MESSAGE = "message"
    COMMAND = "command"
    DECISION = "decision"
    SCHEDULE = "schedule"
    """A run of a schedule: its text is what the owner wants done."""


@dataclass(frozen=True)
class Delivery:
    """One thing that Slack delivered and Nod acts on.

    `key` names it for ever: `message:<team>:<channel>:<ts>`, `command:<team>:<trigger id>`,
    `decision:<action id>`, `schedule:<id>:<due>`, `continue:<turn>` for a click that has an answer continued.
    `user` is the person it is done for: the author, the requester of a decided action, the owner of a schedule.
    `direct` tells a direct message. `response_url` answers a command or an ephemeral card. `files` stood beside a
    message; None if that is not known: Slack may tell of a mention without its files. `edited` is when its author
    last changed it (a ts); of a `deleted` one nothing is left to answer.
    """

    kind: DeliveryKind
    key: str
    conversation: ConversationKey
    user: str
    text: str = ""
    ts: str = ""
    direct: bool = False
    response_url: str | None = field(default=None, repr=False)
    action_id: str | None = None
    files: tuple[SharedFile, ...] | None = ()
    edited: str = ""
    deleted: bool = False

    @property
    def continues(self) -> bool:
        """Whether nobody wrote it: an answer is to go on where it was cut."""
        return self.key.startswith(CONTINUE)


@dataclass(frozen=True)
class InboxEntry:
    id: int
    delivery: Delivery
    received_at: datetime
    tries: int = 1
    """How often it was claimed, this time included: what ends its process each time can be seen by it."""


@dataclass(frozen=True)
class InLine:
    """A delivery that waits only for a free turn. `place` counts from 1, the next one to be claimed; `since` is
    when it was received."""

    delivery: Delivery
    place: int
    since: datetime


@dataclass(frozen=True)
class Counts:
    """How full the inbox is, and how many actions and schedules there are of each state.

    `waiting` and `taken` count deliveries; `oldest` is when the one that has waited longest was received.
    `actions` maps every value of ActionState to a number; `schedules` has those that have not ended, `next_due`
    is when the first of them is due.
    """

    waiting: int
    taken: int
    oldest: datetime | None
    actions: Mapping[str, int]
    schedules: Mapping[str, int] = field(default_factory=lambda: {"active": 0, "paused": 0})
    next_due: datetime | None = None
