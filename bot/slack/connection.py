"""Reach Slack: one shared HTTP session, one Web API client, and the checks that fail at once instead of for ever.

slack_sdk's connect loop retries every exception, a revoked token too: so the tokens are tried here first.
"""

import logging
from dataclasses import dataclass

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import OperatorError
from bot.slack.survive import FAR_END, slack_code

BOT_TOKEN, APP_TOKEN = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"

MENDS = {
    "invalid_auth": "{name} is not valid: copy it again from your app's page at api.slack.com/apps.",
    "not_authed": "{name} is not valid: copy it again from your app's page at api.slack.com/apps.",
    "token_revoked": "{name} was revoked: install the app again and copy the new token.",
    "token_expired": "{name} has expired: install the app again and copy the new token.",
    "account_inactive": "{name} belongs to a removed app or user: install the app again and copy the new token.",
    "not_allowed_token_type": "{name} is of the wrong kind: SLACK_BOT_TOKEN is xoxb-…, SLACK_APP_TOKEN is xapp-….",
    "missing_scope": "{name} lacks a scope: compare the app's scopes with manifest.yml and install it again.",
    "link_disabled": "Socket Mode is switched off: switch it on at your app's page ({name}).",
}


def open_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Make the one Web API client. It waits out 429s; it does not repeat calls whose connection broke, because
    that would post a message twice."""
    return AsyncWebClient(
        token=token,
        base_url=api_url,
        session=session,
        retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=3)],
    )


@dataclass(frozen=True)
class Self:
    """Who Nod is in its workspace."""

    team: str
    user: str
    bot: str


async def who_am_i(client: AsyncWebClient) -> Self:
    """Try the bot's token and return who it is. Raises OperatorError."""
    try:
        response = await client.auth_test()
    except FAR_END as error:
        raise _operator_error(error, BOT_TOKEN) from error
    return Self(str(response["team_id"]), str(response["user_id"]), str(response.get("bot_id") or ""))


def build_bolt(client: AsyncWebClient, nod: Self) -> AsyncApp:
    """Make the Bolt app. Who Nod is stands fixed from the start: left to itself Bolt asks Slack at the first
    delivery, and when that fails it acknowledges the delivery before anything could keep it."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=nod.team,
            bot_user_id=nod.user,
            bot_id=nod.bot,
            bot_token=client.token,
        )

    return AsyncApp(client=client, authorize=authorize, logger=logging.getLogger("nod.bolt"))


async def socket_url(client: AsyncWebClient, app_token: str) -> str:
    """Try the app's token and return the address of a first socket. Raises OperatorError."""
    try:
        response = await client.apps_connections_open(app_token=app_token)
    except FAR_END as error:
        raise _operator_error(error, APP_TOKEN) from error
    return str(response["url"])


def _operator_error(error: BaseException, name: str) -> OperatorError:
    code = slack_code(error)
    if code in MENDS:
        return OperatorError(MENDS[code].format(name=name))
    if isinstance(error, SlackApiError):
        return OperatorError(f"Slack refused {name}: {code or 'no reason given'}. Check the app's settings.")
    return OperatorError("SLACK_API_URL cannot be reached: check the address and this machine's network.")
