"""Answer the one who clicked, so that nobody else sees it."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import ClientSession
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.clicks import Pressed, on_message
from bot.slack.people import People
from bot.slack.response_urls import respond
from bot.slack.survive import survive
from bot.words.catalogue import Words, words_for
from storage.ports import StorageError

log = logging.getLogger("nod.buttons")

Handler = Callable[[AsyncAck, Mapping[str, Any]], Awaitable[None]]


class Whisper:
    def __init__(self, client: AsyncWebClient, session: ClientSession, people: People) -> None:
        self._client = client
        self._session = session
        self._people = people

    async def words(self, pressed: Pressed) -> Words:
        """Return the catalogue of the one who clicked."""
        return words_for((await self._people.find(pressed.team, pressed.user)).locale)

    async def answer(self, pressed: Pressed, text: str) -> None:
        """Say something beside the message that was clicked on."""
        if pressed.private:
            await self.respond(pressed, text, response_type="ephemeral", replace_original=False)
            return
        await survive(
            self._client.chat_postEphemeral(
                channel=pressed.channel, user=pressed.user, thread_ts=pressed.thread_ts, text=text
            ),
            "answering a click",
        )

    async def respond(self, pressed: Pressed, text: str, **message: Any) -> bool | None:
        """Use the click's own response_url, which also reaches where Nod is no member; whether Slack took it, None
        if nobody can tell."""
        if not pressed.response_url:
            return False
        what = "answering by response_url"
        return await respond(self._session, pressed.response_url, what, text=text, **message)

    def if_broken(self, handler: Handler) -> Handler:
        """Let a handler answer also when the database failed before it could: every click is answered."""

        async def answered(ack: AsyncAck, body: Mapping[str, Any]) -> None:
            try:
                await handler(ack, body)
            except StorageError as error:
                log.error("a click could not be answered: %s", error)
                pressed = on_message(body)
                await self.answer(pressed, (await self.words(pressed))("click-broken"))

        return answered
