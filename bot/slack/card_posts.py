"""Post cards and turn them into their outcomes."""

import hashlib
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

MARK = "nod_action"
"""The metadata of a card: it finds a card again whose posting was not written down. Other apps can read it, so it
holds a digest of the action's id."""

CLOCKS = 300.0
"""Seconds by which this machine's clock and Slack's may differ."""

REPLIES = 200
"""Messages a page when a thread is searched."""


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
                metadata={"event_type": MARK, "event_payload": {"action": _digest(action)}},
                unfurl_links=False,
                unfurl_media=False,
            ),
            "posting a card",
        )
        return None if response is None else str(response["ts"])

    async def find(self, action: Action) -> str | None:
        """Look for a card that may have been posted just before a crash; its ts."""
        key, cursor = action.conversation.key, None
        while True:
            response = await survive(
                self._client.conversations_replies(
                    channel=key.channel,
                    ts=key.thread,
                    oldest=str(action.proposed_at.timestamp() - CLOCKS),
                    include_all_metadata=True,
                    limit=REPLIES,
                    cursor=cursor,
                ),
                "looking for a card",
            )
            if response is None:
                return None
            for message in response.get("messages") or ():
                metadata = message.get("metadata") or {}
                payload = metadata.get("event_payload") or {}
                if metadata.get("event_type") == MARK and payload.get("action") == _digest(action):
                    return str(message["ts"])
            cursor = (response.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None

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


def _digest(action: Action) -> str:
    return hashlib.sha256(action.id.encode()).hexdigest()
