"""What time it is by Slack's clock, in the `Date` header of every answer of its Web API (RFC 9110, 6.6.1)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import mktime_tz, parsedate_tz

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.survive import survive


class SlackTime:
    """See bot.schedule.retention.SlackTime."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def __call__(self) -> datetime | None:
        response = await survive(self._client.auth_test(), "auth.test, for the time,")
        if response is None:
            return None
        return time_told({str(name).lower(): str(value) for name, value in response.headers.items()})


def time_told(headers: Mapping[str, str]) -> datetime | None:
    """Read from an answer's headers (names in small letters) when it was written; None if they do not say."""
    date = parsedate_tz(headers.get("date", ""))
    try:
        return None if date is None else datetime.fromtimestamp(mktime_tz(date), UTC)
    except (ValueError, OverflowError):
        return None
