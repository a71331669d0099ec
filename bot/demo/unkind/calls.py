"""What can go wrong with a call of Slack's Web API."""

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refused:
    """Answer `ok: false` with this error and do nothing; `retry_after` (whole seconds) makes it a 429."""

    error: str = "ratelimited"
    retry_after: int | None = None
    status: int = 200

    @property
    def kind(self) -> str:
        return "429" if self.retry_after is not None else self.error


@dataclass(frozen=True)
class Broken:
    """Answer with this HTTP status; before the effect, or after it: then it happened and the app cannot know.

    The body is Slack's JSON, or with `html` the page of a proxy before Slack.
    """

    status: int = 500
    after_effect: bool = False
    html: bool = False

    @property
    def kind(self) -> str:
        return f"{'html' if self.html else self.status}{_after(self.after_effect)}"


@dataclass(frozen=True)
class Dropped:
    """Reset the connection instead of an answer, before the effect or after it."""

    after_effect: bool = False

    @property
    def kind(self) -> str:
        return f"drop{_after(self.after_effect)}"


@dataclass(frozen=True)
class Slow:
    """Take so many seconds, before the effect or between it and the answer. Whoever gives up does not undo it."""

    seconds: float
    after_effect: bool = False

    @property
    def kind(self) -> str:
        return f"slow{_after(self.after_effect)}"


@dataclass(frozen=True, eq=False)
class Hang:
    """Take for ever: until `released` is set. `arrived` is set when a call waits."""

    after_effect: bool = False
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def kind(self) -> str:
        return f"hang{_after(self.after_effect)}"


@dataclass(frozen=True)
class StreamEnded:
    """Let the stream that a call appends to, or stops, be over first, as Slack's are after five minutes."""

    kind = "stream_ended"


CallFault = Refused | Broken | Dropped | Slow | Hang | StreamEnded


def _after(effect: bool) -> str:
    return "_after" if effect else ""
