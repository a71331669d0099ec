"""Outlive the far end's errors: what Slack refuses is logged, and the turn goes on."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import TypeVar
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack.pace import Limited

log = logging.getLogger("nod.slack")

T = TypeVar("T")

FAR_END = (SlackClientError, aiohttp.ClientError, asyncio.TimeoutError, OSError)
"""What a call to Slack raises when the far end is the cause."""

MAYBE_DONE = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
"""Slack's codes for a failure of its own, of which it says that some of the operation may have succeeded."""


REVOKED = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
"""Slack's codes about the token itself, which any method may answer."""

CONFLICT = "streaming_state_conflict"
"""Slack's code for a stream that something else is being done to."""

PASSING = REVOKED | {"ratelimited", "rate_limited", "org_login_required", CONFLICT}
"""Codes of a no that a later try may turn: a limit, a migration, a conflict, a token that auth.test says is
good."""


async def survive(call: Awaitable[T], what: str) -> T | None:
    """Await a call to Slack; None, and a line in the log, if it fails for a reason of the far end's."""
    try:
        return await call
    except FAR_END as error:
        log.warning("%s failed: %s", what, described(error))
        return None


def maybe_done(error: BaseException) -> bool:
    """Whether a call that failed so may have had its effect: then nobody may repeat it without a look."""
    if isinstance(error, SlackApiError):
        code = slack_code(error)
        return not code or code in MAYBE_DONE or _status(error) >= 500
    return not isinstance(error, (Limited, aiohttp.ClientConnectorError))


def final(error: BaseException) -> bool:
    """Whether Slack has said no, and will say so again."""
    return isinstance(error, SlackApiError) and not maybe_done(error) and slack_code(error) not in PASSING


def slack_code(error: BaseException) -> str:
    """Return Slack's own error code, such as `channel_not_found`; empty if the error is of another kind."""
    if isinstance(error, Limited):
        return "ratelimited"
    # the library puts the answer of a server that is not Slack into the same error: text, or none at all
    data = getattr(error.response, "data", None) if isinstance(error, SlackApiError) else None
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def described(error: BaseException) -> str:
    """Name the method, the channel and Slack's code, as far as they are known, for the log."""
    if not isinstance(error, SlackApiError):
        return str(error) if isinstance(error, Limited) else type(error).__name__
    method = urlsplit(getattr(error.response, "api_url", "")).path.rpartition("/")[2] or "a call"
    sent = getattr(error.response, "req_args", None) or {}
    given = sent.get("json") or sent.get("params") or {}
    channel = given.get("channel") or given.get("channel_id")
    code = slack_code(error) or f"status {_status(error)}"
    return f"{method} in {channel}: {code}" if channel else f"{method}: {code}"


def _status(error: SlackApiError) -> int:
    response = error.response
    return int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
