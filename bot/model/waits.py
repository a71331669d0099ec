"""How long a server asks to be left alone."""

import time
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After-Ms` or `Retry-After` (RFC 9110: seconds or a date) as seconds, not below 0.

    None if neither says anything.
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) / unit
        except ValueError:
            continue
        return None if seconds != seconds else max(seconds, 0.0)
    date = parsedate_tz(headers.get("retry-after"))
    if date is None:
        return None
    try:
        return max(mktime_tz(date) - time.time(), 0.0)
    except (ValueError, OverflowError, OSError):
        return None
