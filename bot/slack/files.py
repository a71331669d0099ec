"""Fetch the files beside messages: with the bot's token, from Slack alone, and never more than is read."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from aiohttp import ClientResponse, ClientSession, ClientTimeout
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.files.contents import Content, Image, Reason, Unreadable
from bot.files.reader import NoProcess, Reader
from bot.slack.shared import is_elsewhere, is_missing, shared_file, shared_files
from bot.slack.survive import FAR_END, described, final, slack_code
from bot.turns.attachments import Unfetched
from storage.records import Delivery, SharedFile

log = logging.getLogger("nod.slack")

SECONDS = 60.0
"""Seconds that the bytes of one file may take to come."""
REDIRECTS = 3
PIECE = 65_536
TRIES = 2
"""Downloading has no effect: what broke off is tried once more."""

SLACK = ("slack.com", "slack-gov.com")
"""Slack's own domains: the API is on one host of them and the files are on another (`files.slack.com`)."""

NO_SCOPE = (
    "a file could not be read: SLACK_BOT_TOKEN lacks the scope files:read; add it at your app's page "
    "(OAuth & Permissions) and install the app again"
)
SIGN_IN = "redir"
"""What the address of the page for signing in asks: where to go then."""
CODES = {
    "missing_scope": Unfetched.NO_SCOPE,
    "file_not_found": Unfetched.GONE,
    "file_deleted": Unfetched.GONE,
}


class SlackFiles:
    """What turns need of files (`bot.turns.attachments.Attachments`). `sees` tells whether the model takes
    pictures."""

    def __init__(
        self, client: AsyncWebClient, session: ClientSession, reader: Reader, api_url: str, *, sees: bool
    ) -> None:
        self._client = client
        self._session = session
        self._reader = reader
        self._api = URL(api_url)
        self._sees = sees

    async def files_of(self, delivery: Delivery) -> tuple[SharedFile, ...] | None:
        """Ask Slack for the files of a message; None if it does not say, or does not know of the message yet. A
        Slack that refuses to tell (a scope, a channel that Nod is not in) will not tell later: that is no file."""
        try:
            response = await self._client.conversations_replies(
                channel=delivery.conversation.channel,
                ts=delivery.conversation.thread,
                oldest=delivery.ts,
                latest=delivery.ts,
                inclusive=True,
                limit=2,  # the thread's root is told with every page
            )
        except FAR_END as error:
            log.warning("asking for the files of a message failed: %s", described(error))
            return () if final(error) else None
        told: Any = response.get("messages")
        for message in told if isinstance(told, list) else ():
            if isinstance(message, Mapping) and message.get("ts") == delivery.ts:
                return shared_files(message) or ()
        return None

    async def read(self, file: SharedFile) -> Content | Unfetched:
        """Fetch a file and read it. Never raises for what Slack answers or a person sends."""
        if file.size > self._reader.limits.size:
            return Unreadable(Reason.TOO_LARGE, limit=self._reader.limits.size)
        if file.mimetype.startswith("image/") and not self._sees:
            return Unfetched.NOT_SEEN
        try:
            file = await self._with_address(file)
            content = await self._fetched(file)
        except _Refused as refused:
            return _told(refused.why)
        except FAR_END as error:
            log.warning("a file could not be fetched: %s", described(error))
            return _told(CODES.get(slack_code(error), Unfetched.UNREACHABLE))
        if content is None:
            return Unreadable(Reason.TOO_LARGE, limit=self._reader.limits.size)
        try:
            read = await self._reader.read(file.name, file.mimetype, content)
        except NoProcess:
            return Unfetched.NOT_NOW
        return Unfetched.NOT_SEEN if isinstance(read, Image) and not self._sees else read

    async def _with_address(self, file: SharedFile) -> SharedFile:
        """Ask Slack for a file of which the message told no address. Raises _Refused and FAR_END."""
        if file.url:
            return file
        if not file.id:
            raise _Refused(Unfetched.GONE)
        response = await self._client.files_info(file=file.id)
        told: Any = response.get("file")
        if isinstance(told, Mapping) and is_elsewhere(told):
            raise _Refused(Unfetched.ELSEWHERE)
        if isinstance(told, Mapping) and is_missing(told):
            raise _Refused(Unfetched.GONE)
        found = shared_file(told)
        if not found.url:
            raise _Refused(Unfetched.UNREACHABLE)
        return found

    async def _fetched(self, file: SharedFile) -> bytes | None:
        """Return a file's bytes, None if there are more than may be. Raises _Refused and FAR_END."""
        for last in (False,) * (TRIES - 1) + (True,):
            try:
                async with asyncio.timeout(SECONDS):
                    return await self._follow(file)
            except FAR_END:
                if last:
                    raise
        raise AssertionError("the last try returns or raises")

    async def _follow(self, file: SharedFile) -> bytes | None:
        url = _address(file.url)
        for redirects in range(REDIRECTS + 1):
            if url is None or not self._is_slacks(url):
                log.error("a file was not fetched: its address is not Slack's, so it is not shown the token")
                raise _Refused(Unfetched.UNREACHABLE)
            async with self._session.get(
                url,
                headers={"Authorization": f"Bearer {self._client.token}"},
                allow_redirects=False,
                timeout=ClientTimeout(total=SECONDS),
            ) as response:
                if 300 <= response.status < 400 and (location := response.headers.get("Location")):
                    url = _address(location, url)
                    continue
                _look(response, file, redirected=redirects > 0)
                return await self._pieces(response)
        raise _Refused(Unfetched.UNREACHABLE)

    async def _pieces(self, response: ClientResponse) -> bytes | None:
        content = bytearray()
        async for piece in response.content.iter_chunked(PIECE):
            content += piece
            if len(content) > self._reader.limits.size:
                return None
        return bytes(content)

    def _is_slacks(self, url: URL) -> bool:
        """Tell whether an address may be shown the token: it is where the API is, or, if that is Slack's, any of
        Slack's hosts over TLS."""
        if not url.absolute or url.user is not None or url.password is not None:
            return False
        if url.origin() == self._api.origin():
            return True
        return url.scheme == "https" and url.port == 443 and _domain(self._api) == _domain(url) != ""


class _Refused(Exception):
    def __init__(self, why: Unfetched) -> None:
        self.why = why
        super().__init__(why)


def _told(why: Unfetched) -> Unfetched:
    """Tell the operator of what only they can mend."""
    if why is Unfetched.NO_SCOPE:
        log.error(NO_SCOPE)
    return why


def _look(response: ClientResponse, file: SharedFile, *, redirected: bool) -> None:
    """Raise _Refused for an answer that is not the file. Without the scope Slack leads to its page for signing in,
    as it does with a browser; a page without a redirect is the file, as for a canvas."""
    if response.status in (404, 410):
        raise _Refused(Unfetched.GONE)
    page = response.content_type == "text/html"
    if redirected and page and (file.mimetype != "text/html" or SIGN_IN in response.url.query):
        raise _Refused(Unfetched.NO_SCOPE)
    if response.status != 200:
        log.warning("a file could not be fetched: status %d", response.status)
        raise _Refused(Unfetched.UNREACHABLE)


def _address(text: str, base: URL | None = None) -> URL | None:
    """Read an address, or one that `base` leads to; None if it is none, or of no host that there can be."""
    try:
        url = URL(text) if base is None else base.join(URL(text))
        return url if url.host and url.scheme in ("http", "https") else None
    except ValueError:
        return None


def _domain(url: URL) -> str:
    """Return which of Slack's domains an address is in; empty for another."""
    host = f".{url.host or ''}"
    return next((domain for domain in SLACK if host.endswith(f".{domain}")), "")
