"""Messages by a `response_url`, which reaches where Nod is no member: five in thirty minutes, and no way to look
whether one arrived."""

import asyncio
from typing import Any

from aiohttp import ClientSession
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.survive import FAR_END, described, log, maybe_done

TAKEN = ("", "ok", '{"ok":true}')

SECONDS = 30.0
"""Seconds for one message, waits for a limit included."""


async def respond(session: ClientSession, url: str, what: str, **message: Any) -> bool | None:
    """Send a message; False, and a line in the log, if Slack did not take it, None if nobody can tell.

    It is sent again after a 429 alone: the library's default repeats after a broken connection too, and may so say
    everything twice.
    """
    webhook = AsyncWebhookClient(
        url, session=session, retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=2)]
    )
    try:
        async with asyncio.timeout(SECONDS):
            response = await webhook.send(**message)
    except FAR_END as error:
        log.warning("%s failed: %s", what, described(error))
        return None if maybe_done(error) else False
    body = response.body.replace(" ", "")
    if response.status_code == 200 and body in TAKEN:
        return True
    log.warning("%s failed: status %d", what, response.status_code)
    if response.status_code >= 500:
        return None
    return response.status_code == 200 and '"ok":false' not in body
