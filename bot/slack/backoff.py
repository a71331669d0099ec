"""How long to wait before Slack is asked again: growing pauses drawn at random, and what Slack itself wants."""

from collections.abc import Callable

from slack_sdk.errors import SlackApiError

Draw = Callable[[], float]
"""Gives a number from 0 to 1, such as random.random."""

MOST_DOUBLINGS = 10

MOST_WANTED = 300.0
"""Seconds of Slack's own wish that are believed: after that it is asked again, whatever it had said."""


def pause(tries: int, longest: float, draw: Draw) -> float:
    """Return the seconds to wait after so many tries in vain: drawn between nothing and a bound that doubles from
    one second up to `longest` ("full jitter")."""
    return draw() * min(longest, 2.0 ** min(tries, MOST_DOUBLINGS))


def retry_after(error: BaseException) -> float:
    """Return the seconds for which Slack wants to be left alone; 0 if it does not say."""
    headers = getattr(error.response, "headers", None) if isinstance(error, SlackApiError) else None
    seconds = str((headers or {}).get("Retry-After", ""))
    return min(float(seconds), MOST_WANTED) if seconds.isdecimal() else 0.0
