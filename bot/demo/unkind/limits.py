"""Slack's rate limits: how many calls of a method go through in a minute, and when the next one may come.

Numbers from docs.slack.dev/apis/web-api/rate-limits: tiers 1 to 4 let 1, 20, 50 and 100 calls a minute through
"and more", chat.postMessage about one a second and channel. A short burst above them is tolerated. A method that
is not listed here is kept to the third tier.
"""

import math
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.demo.workspace.arguments import Arguments

MINUTE: Final = 60.0
BURST: Final = 3
TIERS: Final = {1: 1, 2: 20, 3: 50, 4: 100}
DEFAULT_TIER: Final = 3
METHOD_TIERS: Final[Mapping[str, int]] = {
    "apps.connections.open": 1,
    "assistant.threads.setSuggestedPrompts": 4,
    "auth.test": 4,
    "chat.appendStream": 4,
    "chat.postEphemeral": 4,
    "chat.startStream": 2,
    "chat.stopStream": 2,
    "conversations.list": 2,
    "conversations.members": 4,
    "reactions.remove": 2,
    "usergroups.users.list": 2,
    "users.info": 4,
    "views.open": 4,
    "views.publish": 4,
    "views.push": 4,
    "views.update": 4,
}


@dataclass(frozen=True)
class Allowance:
    """So many calls in so many seconds."""

    calls: int
    seconds: float


def allowance(method: str) -> Allowance:
    """Return what a method may do; for chat.postMessage in each channel by itself."""
    if method == "chat.postMessage":
        return Allowance(BURST, float(BURST))
    return Allowance(TIERS[METHOD_TIERS.get(method, DEFAULT_TIER)] + BURST, MINUTE)


class Limits:
    """Count calls in sliding windows; off until `on`. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.counts: Counter[str] = Counter()
        self.scale: float | None = None
        """How long a minute is, in minutes; None while there are no limits."""
        self._clock = clock
        self._calls: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def on(self, scale: float = 1.0) -> None:
        """Begin to refuse; `scale` 0.1 makes a minute last six seconds. ValueError when it is not above 0."""
        if scale <= 0:
            raise ValueError("scale must be above 0")
        self.scale = scale
        self._calls.clear()

    def off(self) -> None:
        self.scale = None

    def refuse(self, method: str, arguments: Arguments) -> int | None:
        """Return the Retry-After (whole seconds) of a call that is one too many, or count it and return None."""
        if self.scale is None:
            return None
        channel = arguments.text("channel") if method == "chat.postMessage" else ""
        allowed, calls, now = allowance(method), self._calls[method, channel], self._clock()
        while calls and calls[0] <= now - allowed.seconds * self.scale:
            calls.popleft()
        if len(calls) < allowed.calls:
            calls.append(now)
            return None
        self.counts["call.limited"] += 1
        return max(1, math.ceil(calls[0] + allowed.seconds * self.scale - now))
