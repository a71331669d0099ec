"""Conversations and their history."""

from dataclasses import dataclass, field
from typing import Any

from storage.records.files import Attached

COMMAND_THREAD = "command:"

PERSON, APP, GUEST, OWN = "person", "app", "guest", "own"
"""Of whom overheard words are."""

OLDER, UNREAD = "older", "unread"
"""What of a thread is missing before overheard words."""


@dataclass(frozen=True)
class ConversationKey:
    """A Slack thread. A slash command has none: its conversation's `thread` is `command:<its trigger>`."""

    team: str
    channel: str
    thread: str

    @property
    def is_command(self) -> bool:
        """Whether only the asker sees this conversation, by `response_url` and for half an hour."""
        return self.thread.startswith(COMMAND_THREAD)


@dataclass(frozen=True)
class Conversation:
    id: int
    key: ConversationKey


@dataclass(frozen=True)
class Raw:
    """A provider's own item beside the neutral one, sent back as it came, only to the same `api` and `model`."""

    api: str
    model: str
    value: Any


@dataclass(frozen=True)
class UserItem:
    """What a person wrote. `speaker` is their display name where several people talk, else empty; `files` stood
    beside it. `ts` names the message in its channel, empty for a command. `edited` is when its author last changed
    it (a ts), empty if never; of a `deleted` one neither words nor files are kept. `locale`, such as `ko-KR`, is
    what Slack is set to for them, where no words of theirs tell their language."""

    text: str
    user: str
    speaker: str = ""
    files: tuple[Attached, ...] = ()
    ts: str = field(default="", compare=False)
    edited: str = ""
    deleted: bool = False
    locale: str = ""


@dataclass(frozen=True)
class OverheardItem:
    """What was said in a thread before Nod was called into it.

    `speaker` is who said it, by the name that Slack shows, and `user` their id, empty for an app that has none.
    `origin` is PERSON, APP, GUEST (of another organisation) or OWN. `files` are names. `gap` tells what of the
    thread is missing right before it: "older" (there is more, further up), "unread" (all of it: then there is no
    text), or nothing. `ts`, `edited` and `deleted` as in UserItem.
    """

    text: str
    user: str = ""
    speaker: str = ""
    ts: str = ""
    origin: str = PERSON
    files: tuple[str, ...] = ()
    gap: str = ""
    edited: str = ""
    deleted: bool = False


@dataclass(frozen=True)
class AssistantItem:
    """What the model said. `stopped`: its person stopped it after this, which may be nothing."""

    text: str
    raw: Raw | None = None
    stopped: bool = False


@dataclass(frozen=True)
class ReasoningItem:
    """A provider's reasoning: opaque, without a neutral form."""

    raw: Raw


@dataclass(frozen=True)
class CallItem:
    """A call of a function as the model wrote it: `arguments_json` may be broken."""

    call_id: str
    function: str
    arguments_json: str
    raw: Raw | None = None


@dataclass(frozen=True)
class ResultItem:
    call_id: str
    output_json: str


@dataclass(frozen=True)
class SummaryItem:
    """Stands for items before it; without a text it only says that they are left out."""

    text: str


Item = UserItem | OverheardItem | AssistantItem | ReasoningItem | CallItem | ResultItem | SummaryItem


@dataclass(frozen=True)
class StoredItem:
    """An item with its id: ids grow in the order of the history. `characters` is how many a result has of which
    only the beginning is here, else 0."""

    id: int
    item: Item
    characters: int = 0


@dataclass(frozen=True)
class Part:
    """A part of a kept result: `text`, of the `characters` that the whole has; by which `function` it was given,
    and in which `channel`."""

    function: str
    channel: str
    characters: int
    text: str


@dataclass(frozen=True)
class Counted:
    """What the provider counted: `tokens` of a request and its answer, of which item `to` was the last."""

    tokens: int
    to: int


@dataclass(frozen=True)
class Memory:
    """What the model is shown of a conversation: the last summary, what of before it stays as it is, and all that
    came after. `front` is the id of that summary and `covers` that of the last item it stands for, both 0 without
    one; `counted` is of the last request that began with it, None if there was none or its server does not count.
    `revision` counts how often something of it was edited, deleted or forgotten.
    """

    items: tuple[StoredItem, ...]
    front: int = 0
    covers: int = 0
    counted: Counted | None = None
    revision: int = 0


@dataclass(frozen=True)
class Compaction:
    """A summary that stands for the items up to id `covers`, without those of `kept`. `front` is the summary that
    it was made after, `revision` that of the memory."""

    summary: SummaryItem
    covers: int
    kept: tuple[int, ...]
    front: int
    revision: int = 0


@dataclass(frozen=True)
class NewItem:
    """An item to append. A second item with the same `key` in a conversation is left out without an error, so
    that a step that is taken again after a crash does not write twice."""

    item: Item
    key: str | None = None
