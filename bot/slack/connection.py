"""Reach Slack: one shared HTTP session, a Web API client for each token, and what tells that a token is refused.

The tokens are tried at the start, so that a wrong one is told at once; `Refusals` hears of one revoked later.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import OperatorError
from bot.slack.backoff import pause, retry_after
from bot.slack.client import SlackClient
from bot.slack.survive import FAR_END, MAYBE_DONE, REVOKED, described, slack_code

log = logging.getLogger("nod.slack")

T = TypeVar("T")

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

LONGEST = 30.0
"""Seconds between two tries at the start."""

ASKED_AGAIN = 10.0
"""Seconds that auth.test gets to say whether a refused token is one."""

HICCUPS = 2
"""How often a call is repeated whose refusal auth.test contradicts. Slack did nothing in it."""

SPEAKING = "chat.postMessage"
"""The method without which Nod is silent. Other methods that lack a scope are done without."""


class Refusals(AsyncRetryHandler):
    """Takes note of the first refusal that only the operator can mend: a token that auth.test refuses as well, or
    a scope without which nothing can be said.

    slack_sdk shows every answer of the Web API to its retry handlers, before it raises an error to whoever called:
    so a bot's token that was revoked is noticed here, without a branch in every caller. Such a call never returns:
    its caller would take the refusal for the far end's whim, and end a turn whose words nobody saw. As it is, the
    end of the process cancels the turn, and the next start takes it up.
    """

    def __init__(self) -> None:
        super().__init__(max_retry_count=0)
        self.fatal: asyncio.Future[OperatorError] = asyncio.get_running_loop().create_future()
        self._unwatched: AsyncWebClient | None = None
        self._lacking: set[str] = set()

    def watch(self, client: AsyncWebClient) -> None:
        """Look at all that this client is answered from now on."""
        client.retry_handlers.insert(0, self)
        self._unwatched = AsyncWebClient(
            token=client.token, base_url=client.base_url, session=client.session, retry_handlers=[]
        )

    def refuse(self, error: OperatorError) -> None:
        if not self.fatal.done():
            self.fatal.set_result(error)

    async def can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        """Look at an answer. slack_sdk's own method would pass over one that follows a repeated try."""
        body = response.body if response is not None else None
        if not isinstance(body, dict) or body.get("ok") is not False:
            return False
        code, method = str(body.get("error")), request.url.rpartition("/")[2]
        if code in REVOKED:
            if await self._agrees():
                await asyncio.Event().wait()
            log.warning("%s: %s, which auth.test does not say: taken for a hiccup of Slack's", method, code)
            return state.current_attempt < HICCUPS
        if code != "missing_scope":
            return False
        if method == SPEAKING:
            if state.current_attempt == 0:
                return True
            self.refuse(mend(code, BOT_TOKEN))
            await asyncio.Event().wait()
        if method not in self._lacking:
            self._lacking.add(method)
            log.error("%s is refused, and done without. %s", method, mend(code, BOT_TOKEN))
        return False

    async def _agrees(self) -> bool:
        """Ask auth.test whether the token is refused, and take note if it is. Whoever cannot be asked agrees to
        nothing."""
        if self._unwatched is not None:
            try:
                async with asyncio.timeout(ASKED_AGAIN):
                    await self._unwatched.auth_test()
            except FAR_END as error:
                if slack_code(error) in REVOKED:
                    self.refuse(mend(slack_code(error), BOT_TOKEN))
        return self.fatal.done()


def open_client(
    token: str,
    api_url: str,
    session: aiohttp.ClientSession,
    on_limited: Callable[[str], None] | None = None,
    on_failed: Callable[[str, str], None] | None = None,
) -> SlackClient:
    """Make the Web API client of the bot's token; see SlackClient for what it tells."""
    return SlackClient(token=token, base_url=api_url, session=session, on_limited=on_limited, on_failed=on_failed)


def open_app_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Make the client of the app-level token. It retries nothing: whoever opens sockets waits by itself."""
    return AsyncWebClient(token=token, base_url=api_url, session=session, retry_handlers=[])


@dataclass(frozen=True)
class Self:
    """Who Nod is in its workspace."""

    team: str
    user: str
    bot: str


async def who_am_i(client: AsyncWebClient) -> Self:
    """Try the bot's token and return who it is. Raises OperatorError."""
    response = await _tried(client.auth_test, BOT_TOKEN)
    return Self(str(response["team_id"]), str(response["user_id"]), str(response.get("bot_id") or ""))


class Bolt(AsyncApp):
    """A Bolt app that knows who it is from the start."""

    nod: Self


def build_bolt(client: AsyncWebClient, nod: Self) -> Bolt:
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

    bolt = Bolt(client=client, authorize=authorize, logger=logging.getLogger("nod.bolt"))
    bolt.nod = nod
    return bolt


async def socket_url(client: AsyncWebClient) -> str:
    """Try the app's token, with its client, and return the address of a first socket. Raises OperatorError."""
    return await _tried(lambda: new_address(client), APP_TOKEN)


async def new_address(client: AsyncWebClient) -> str:
    """Ask for the address of a socket, good for once and for half a minute. Raises FAR_END's errors."""
    response = await client.apps_connections_open(app_token=client.token or "")
    return str(response["url"])


def mend(code: str, name: str) -> OperatorError:
    """Say what to do about a code of MENDS."""
    return OperatorError(MENDS[code].format(name=name))


async def _tried(call: Callable[[], Awaitable[T]], name: str) -> T:
    """Make a call that tells whether a token is good; again while Slack is out of order. Raises OperatorError."""
    tries = 0
    while True:
        try:
            return await call()
        except FAR_END as error:
            if not _passes(error):
                raise _operator_error(error, name) from error
            wait = max(pause(tries, LONGEST, random.random), retry_after(error))
            log.warning("%s; next try in %.1f s", described(error), wait)
        tries += 1
        await asyncio.sleep(wait)


def _passes(error: BaseException) -> bool:
    """Tell whether waiting helps: Slack is busy or out of order, which says nothing about a setting."""
    code = slack_code(error)
    if code:
        return code == "ratelimited" or code in MAYBE_DONE
    status = getattr(error.response, "status_code", 0) if isinstance(error, SlackApiError) else 0
    return isinstance(status, int) and status >= 500


def _operator_error(error: BaseException, name: str) -> OperatorError:
    code = slack_code(error)
    if code in MENDS:
        return mend(code, name)
    if isinstance(error, SlackApiError):
        return OperatorError(f"Slack refused {name}: {code or 'no reason given'}. Check the app's settings.")
    return OperatorError("SLACK_API_URL cannot be reached: check the address and this machine's network.")
