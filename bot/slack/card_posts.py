"""Post cards and turn them into their outcomes."""

from collections.abc import Mapping

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.cards import action_card, fallback
from bot.slack.people import People
from bot.slack.survive import survive
from bot.words.catalogue import Words, words_for
from functions.contract import Function
from storage.records import Action


class CardPosts:
    """Writes cards, each in the language of its requester."""

    def __init__(
        self,
        client: AsyncWebClient,
        session: ClientSession,
        people: People,
        functions: Mapping[str, Function],
    ) -> None:
        self._client = client
        self._session = session
        self._people = people
        self._functions = functions

    async def post(self, action: Action) -> str | None:
        """Post a card into its thread; its ts, None if Slack did not take it."""
        key, function, words = (
            action.conversation.key,
            self._functions.get(action.function),
            await self._words(action),
        )
        response = await survive(
            self._client.chat_postMessage(
                channel=key.channel,
                thread_ts=key.thread,
                text=fallback(action, function, words),
                blocks=action_card(action, function, words),
                unfurl_links=False,
                unfurl_media=False,
            ),
            "posting a card",
        )
        return None if response is None else str(response["ts"])

    async def post_privately(self, action: Action, response_url: str) -> None:
        """Post a card that only its requester sees."""
        await self._send(action, response_url, replace=False)

    async def settle(self, action: Action, response_url: str | None = None) -> None:
        """Turn a card into what its action is now. An ephemeral card is reached by its click's `response_url`
        alone: without one it stays as it is, and its buttons answer that it is settled."""
        if action.card_ts is not None:
            function, words = self._functions.get(action.function), await self._words(action)
            await survive(
                self._client.chat_update(
                    channel=action.conversation.key.channel,
                    ts=action.card_ts,
                    text=fallback(action, function, words),
                    blocks=action_card(action, function, words),
                ),
                "updating a card",
            )
        elif response_url is not None:
            await self._send(action, response_url, replace=True)

    async def _send(self, action: Action, response_url: str, *, replace: bool) -> None:
        function, words = self._functions.get(action.function), await self._words(action)
        await survive(
            AsyncWebhookClient(response_url, session=self._session).send(
                text=fallback(action, function, words),
                blocks=action_card(action, function, words),
                response_type="ephemeral",
                replace_original=replace,
            ),
            "writing an ephemeral card",
        )

    async def _words(self, action: Action) -> Words:
        person = await self._people.find(action.conversation.key.team, action.requester)
        return words_for(person.locale)
