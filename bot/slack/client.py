"""The one Web API client: it keeps Slack's limits, and repeats by itself only what may be done twice.

A call whose connection broke, that ran into a time-out or got a 5xx may have had its effect. What creates
something (a message, a stream, a dialog) is therefore never repeated here: `bot/slack/once.py` looks first.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackRequestError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.pace import Pace
from bot.slack.survive import FAR_END, MAYBE_DONE, slack_code

SECONDS = 30.0
"""Seconds that one call may take. A session that is handed in brings its own time-out, and its client's is not
looked at."""

REPEATS = 3
"""Further attempts at what may be repeated, after about 1, 1.5 and 2.5 seconds."""

REPEATABLE = {
    "assistant.threads.setStatus",
    "assistant.threads.setSuggestedPrompts",
    "chat.getPermalink",
    "chat.stopStream",  # a second one adds nothing: it is refused, because the stream has ended
    "chat.update",
    "conversations.history",
    "conversations.members",
    "conversations.open",  # a direct message that is open stays so
    "conversations.replies",
    "files.info",
    "usergroups.users.list",
    "users.conversations",
    "users.info",
}


TELL_TS = {"chat.postMessage", "chat.startStream"}
"""What is of no use without the ts in its answer: that says where the message stands."""


class SlackClient(AsyncWebClient):
    """`on_limited` is called with the method's name whenever Slack answers 429, `on_failed` with its name and
    Slack's code (or the error's kind) when a call fails in the end."""

    def __init__(
        self,
        *,
        on_limited: Callable[[str], None] | None = None,
        on_failed: Callable[[str, str], None] | None = None,
        **options: Any,
    ) -> None:
        again: list[AsyncRetryHandler] = [_Unanswered(REPEATS), _Failed(REPEATS)]
        super().__init__(**options, retry_handlers=again)
        self._pace = Pace(on_limited)
        self._on_failed = on_failed

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        """Make any call: everything that this client does comes through here."""
        call = super().api_call

        async def in_time() -> AsyncSlackResponse:
            async with asyncio.timeout(SECONDS):
                return await _read(api_method, call(api_method, **arguments))

        try:
            return await self._pace.run(api_method, _channel(arguments), in_time)
        except FAR_END as error:
            if self._on_failed is not None:
                self._on_failed(api_method, slack_code(error) or type(error).__name__)
            raise


async def _read(api_method: str, call: Any) -> AsyncSlackResponse:
    try:
        response: AsyncSlackResponse = await call
        if api_method in TELL_TS and not (isinstance(response.get("ts"), str) and response["ts"]):
            raise SlackRequestError("The answer does not say which message it is about.")
    except (AttributeError, ValueError, RecursionError) as error:
        # the library takes an answer for an object of JSON without a look: a proxy's plain text is none, nor is
        # what is packed, in another encoding, or nested without an end
        raise SlackRequestError("The answer is not Slack's.") from error
    return response


class _Unanswered(AsyncConnectionErrorRetryHandler):
    """Repeats what may be repeated when its connection broke."""

    def __init__(self, most: int) -> None:
        super().__init__(
            max_retry_count=most, error_types=[aiohttp.ClientConnectionError, aiohttp.ClientPayloadError]
        )

    async def _can_retry_async(self, *, request: HttpRequest, **more: Any) -> bool:
        return _repeatable(request) and await super()._can_retry_async(request=request, **more)


class _Failed(AsyncRetryHandler):
    """Repeats what may be repeated when Slack failed in it. The library's own handler knows two codes of the 5xx,
    and not that Slack also says so in an answer with status 200."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or error is not None or not _repeatable(request):
            return False
        said = response.body.get("error") if isinstance(response.body, dict) else None
        return response.status_code >= 500 or said in MAYBE_DONE


def _repeatable(request: HttpRequest) -> bool:
    return request.url.rpartition("/")[2] in REPEATABLE


def _channel(arguments: dict[str, Any]) -> str:
    for name in ("json", "params", "data"):
        given = arguments.get(name)
        if isinstance(given, dict) and (channel := given.get("channel") or given.get("channel_id")):
            return str(channel)
    return ""
