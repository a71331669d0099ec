"""Outlive the far end's errors: what Slack refuses is logged, and the turn goes on."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook.webhook_response import WebhookResponse

log = logging.getLogger("nod.slack")

T = TypeVar("T")

FAR_END = (SlackClientError, aiohttp.ClientError, asyncio.TimeoutError, OSError)
"""What a call to Slack raises when the far end is the cause."""


async def survive(call: Awaitable[T], what: str) -> T | None:
    """Await a call to Slack; None, and a line in the log, if it fails for a reason of the far end's."""
    try:
        return await call
    except FAR_END as error:
        log.warning("%s failed: %s", what, slack_code(error) or type(error).__name__)
        return None


def slack_code(error: BaseException) -> str:
    """Return Slack's own error code, such as `channel_not_found`; empty if the error is of another kind."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error") or "")
    return ""


async def sent(call: Awaitable[WebhookResponse], what: str) -> bool:
    """Await a message to a `response_url`; False, and a line in the log, if Slack did not take it: this client
    raises nothing for an error status."""
    response = await survive(call, what)
    if response is None:
        return False
    if response.status_code != 200 or response.body not in ("", "ok", '{"ok":true}'):
        log.warning("%s failed: status %d", what, response.status_code)
        return response.status_code == 200 and '"ok":false' not in response.body.replace(" ", "")
    return True
