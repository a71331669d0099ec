"""Outlive the far end's errors: what Slack refuses is logged, and the turn goes on."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

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
