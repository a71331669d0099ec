"""An error of the far end's is read for what it says: which method, and whether it may have been done."""

from types import SimpleNamespace

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.pace import Limited
from bot.slack.survive import described, maybe_done, slack_code


def api_error(status: int, data: object) -> SlackApiError:
    response = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="https://slack.com/api/chat.postMessage",
        req_args={"json": {"channel": "C1", "text": "a secret"}},
        data=data,  # type: ignore[arg-type]
        headers={},
        status_code=status,
    )
    return SlackApiError("refused", response)


UNREAD = SlackApiError("unread", SimpleNamespace(status=502, url="https://slack.com/api/x"))
REFUSED = aiohttp.ClientConnectorError(SimpleNamespace(), OSError("refused"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "done"),
    [
        (api_error(200, {"ok": False, "error": "is_archived"}), False),
        (api_error(429, {"ok": False, "error": "ratelimited"}), False),
        (api_error(200, {"ok": False, "error": "internal_error"}), True),
        (api_error(500, {"ok": False, "error": "internal_error"}), True),
        (api_error(503, {"ok": False, "error": "whatever"}), True),
        (api_error(502, {}), True),
        (api_error(502, "Bad gateway"), True),
        (UNREAD, True),
        (SlackRequestError("not Slack's"), True),
        (aiohttp.ServerDisconnectedError(), True),
        (TimeoutError(), True),
        (ConnectionResetError(), True),
        (REFUSED, False),
        (Limited("chat.postMessage", "C1", 5.0), False),
    ],
)
def test_whether_it_may_have_been_done(error: Exception, done: bool) -> None:
    assert maybe_done(error) is done


@pytest.mark.parametrize(
    ("error", "told", "code"),
    [
        (
            api_error(200, {"ok": False, "error": "is_archived"}),
            "chat.postMessage in C1: is_archived",
            "is_archived",
        ),
        (api_error(502, "Bad gateway"), "chat.postMessage in C1: status 502", ""),
        (UNREAD, "a call: status 502", ""),
        (Limited("chat.update", "C1", 5.0), "chat.update in C1: ratelimited", "ratelimited"),
        (ConnectionResetError("10.0.0.1"), "ConnectionResetError", ""),
    ],
)
def test_what_the_log_says(error: Exception, told: str, code: str) -> None:
    assert described(error) == told
    assert slack_code(error) == code
