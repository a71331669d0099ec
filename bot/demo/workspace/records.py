"""What the demo workspace is made of: users, channels, messages, views, and the notice that one changed."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
ChangeKind = Literal["message", "deleted", "ephemeral", "status", "prompts", "view", "title", "home"]


@dataclass
class User:
    id: str
    name: str
    real_name: str
    locale: str = "en-US"
    tz: str = "America/Los_Angeles"
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    deleted: bool = False
    is_admin: bool = False


@dataclass
class Channel:
    id: str
    name: str
    kind: Literal["channel", "im"]
    members: list[str] = field(default_factory=list)
    topic: str = ""
    created: int = 0
    private: bool = False


@dataclass(frozen=True)
class File:
    """A file that somebody uploaded with a message. `url` serves its bytes to a token with `files:read`."""

    id: str
    name: str
    mimetype: str
    user: str
    created: int
    url: str
    content: bytes = field(repr=False)


@dataclass
class Message:
    """One message. `thread_ts` is None for a message that stands in the channel itself (a thread's root too).

    `markdown` holds standard Markdown (a stream's text so far, or `markdown_text`) and `text` then equals it;
    otherwise `text` is mrkdwn and the fallback of `blocks`. `chunks` holds a stream's `plan_update` (one) and
    `task_update`s (one per id, the latest state), `places` how much of the text stands above each task, and
    `stream_mode` in which of the two ways the stream is written. `command` is the slash command that it answers.
    """

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    bot_id: str | None = None
    edited: bool = False
    deleted: bool = False
    ephemeral_to: str | None = None
    streaming: bool = False
    markdown: str = ""
    chunks: list[Json] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    stream_mode: Literal["text", "chunks"] | None = None
    metadata: Json | None = None
    command: str | None = None
    response_url: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    client_msg_id: str | None = None
    edited_ts: str | None = None
    task_display_mode: str | None = None
    files: list[File] = field(default_factory=list)


@dataclass
class View:
    """A modal or a Home tab. `state` is Slack's `state.values`; `errors` are sentences by block_id."""

    id: str
    hash: str
    type: Literal["modal", "home"]
    user: str
    title: str = ""
    blocks: list[Json] = field(default_factory=list)
    submit: str | None = None
    close: str | None = None
    callback_id: str = ""
    private_metadata: str = ""
    external_id: str = ""
    notify_on_close: bool = False
    clear_on_close: bool = False
    state: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    root_view_id: str = ""
    previous_view_id: str | None = None


@dataclass(frozen=True)
class Change:
    """What changed and where. `user` is the only person who sees it; None means everybody in the channel."""

    kind: ChangeKind
    channel: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
    user: str | None = None
