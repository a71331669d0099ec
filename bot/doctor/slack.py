"""Checks of Slack: both tokens, the scopes, the clock, a socket. Nothing is posted."""

import json
import time
from collections.abc import Mapping, Sequence

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.finding import Finding, bad, good, unseen
from bot.settings import Settings
from bot.slack.connection import APP_TOKEN, BOT_TOKEN, MENDS
from bot.slack.slack_time import time_told
from bot.slack.survive import FAR_END, slack_code

BOT, SCOPES, AGENT, APP, SOCKET, CLOCK = "bot token", "scopes", "agent view", "app token", "socket", "clock"

SCOPES_NEEDED = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "mpim:history",
    "usergroups:read",
    "users:read",
)
"""Those of manifest.yml, which an installed package does not have beside it."""

CLOCK_SECONDS = 60.0
"""That this machine's clock may differ from Slack's: cards expire, and entries age, by this machine's."""

RAISED = (*FAR_END, AttributeError, ValueError)
"""What a call raises; the last two are slack_sdk's for an answer that is no JSON object."""

NOT_TRIED = "not tried, because SLACK_BOT_TOKEN was not accepted"


async def check_bot(settings: Settings, session: aiohttp.ClientSession) -> Sequence[Finding]:
    """Try the bot's token, and read its scopes and Slack's clock from the answer."""
    client = _client(settings.slack_bot_token.get_secret_value(), settings, session)
    before = time.time()
    try:
        response = await client.auth_test()
    except RAISED as error:
        headers = _headers(getattr(error, "response", None))
        left = (unseen(SCOPES, NOT_TRIED), unseen(AGENT, NOT_TRIED))
        return [bad(BOT, _mend(error, BOT_TOKEN)), *left, clock(headers, (before + time.time()) / 2)]
    headers = _headers(response)
    who = good(BOT, f"accepted: {response.get('user')} in the workspace {response.get('team')}")
    return [who, *scopes(headers), clock(headers, (before + time.time()) / 2)]


async def check_app(settings: Settings, session: aiohttp.ClientSession, running: str | None) -> Sequence[Finding]:
    """Try the app's token, and a socket with it.

    `running` tells in words of a Nod that works here: then no socket is opened. Slack gives an envelope to any one
    of an app's sockets, and a click that came to this one would be lost: Slack does not deliver it again.
    """
    client = _client(settings.slack_app_token.get_secret_value(), settings, session)
    try:
        response = await client.apps_connections_open(app_token=client.token or "")
        address = str(response["url"])
    except (*RAISED, KeyError) as error:
        return [bad(APP, _mend(error, APP_TOKEN)), unseen(SOCKET, "not tried, because there is no address for it")]
    accepted = good(APP, "accepted, and Socket Mode is on")
    if running is not None:
        return [accepted, good(SOCKET, f"{running}; none is opened here, so that no click goes astray")]
    return [accepted, await _open(session, address)]


def scopes(headers: Mapping[str, str]) -> list[Finding]:
    """Compare the granted scopes with those that Nod needs."""
    if "x-oauth-scopes" not in headers:
        return [unseen(SCOPES, "Slack does not name the granted ones here"), unseen(AGENT, AGENT_WORDS)]
    granted = set(filter(None, map(str.strip, headers["x-oauth-scopes"].split(","))))
    missing = [scope for scope in SCOPES_NEEDED if scope not in granted]
    if missing:
        words = (
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing: add what manifest.yml names at "
            "your app's page (OAuth & Permissions) and install the app again"
        )
        return [bad(SCOPES, words), unseen(AGENT, AGENT_WORDS)]
    return [good(SCOPES, f"all {len(SCOPES_NEEDED)} of manifest.yml are granted"), unseen(AGENT, AGENT_WORDS)]


AGENT_WORDS = (
    "no token of Nod's shows whether the agent view and the messages tab are on: if people cannot write to Nod "
    "directly, compare Agents and App Home at your app's page with manifest.yml"
)


def clock(headers: Mapping[str, str], now: float) -> Finding:
    """Compare Slack's `Date` with this machine's time (Unix) when it was written."""
    told = time_told(headers)
    if told is None:
        return unseen(CLOCK, "Slack told no time")
    off = now - told.timestamp()
    if abs(off) > CLOCK_SECONDS:
        way = "fast" if off > 0 else "slow"
        return bad(CLOCK, f"this machine's is {abs(off):.0f} s {way} of Slack's: switch on its time service (NTP)")
    return good(CLOCK, f"within {max(abs(off), 1):.0f} s of Slack's")


async def _open(session: aiohttp.ClientSession, address: str) -> Finding:
    try:
        async with session.ws_connect(address) as socket:
            frame = await socket.receive()
            text = frame.data if frame.type is aiohttp.WSMsgType.TEXT else "null"
    except (*FAR_END, aiohttp.WSServerHandshakeError):
        return bad(SOCKET, "it does not open: let this machine, or its proxy, open websockets to Slack (wss, 443)")
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    return _greeting(said if isinstance(said, dict) else {})


def _greeting(said: Mapping[str, object]) -> Finding:
    if said.get("type") == "hello":
        count = said.get("num_connections")
        others = f"; {count - 1} more open elsewhere" if isinstance(count, int) and count > 1 else ""
        return good(SOCKET, f"opened, greeted by Slack, and closed again{others}")
    reason = said.get("reason")
    if reason == "too_many_websockets":
        return bad(SOCKET, "Slack counts ten sockets of this app: end another process, or lower NOD_SOCKETS")
    if isinstance(reason, str) and reason in MENDS:
        return bad(SOCKET, MENDS[reason].format(name=APP_TOKEN))
    return bad(SOCKET, "opened, but Slack said no hello: try again, then look at status.slack.com")


def _client(token: str, settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=settings.slack_api_url, session=session, retry_handlers=[])


def _headers(response: object) -> dict[str, str]:
    headers = getattr(response, "headers", None) or {}
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _mend(error: BaseException, name: str) -> str:
    code = slack_code(error)
    if code in MENDS:
        return MENDS[code].format(name=name)
    if code == "ratelimited":
        return "Slack wants to be asked less often: try again in a minute"
    if code:
        return f"Slack refuses {name} ({code[:40]}): look at your app's page"
    if isinstance(error, (SlackApiError, AttributeError, ValueError, KeyError)):
        return "what answers at SLACK_API_URL is not Slack: write https://slack.com/api/, or look at the proxy"
    return "SLACK_API_URL cannot be reached: look at the address and this machine's network"
