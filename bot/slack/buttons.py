"""Clicks: an action is decided, and committed, before the click is acknowledged, because Slack never delivers an
acknowledged click again. Every click is answered."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aiohttp import ClientSession
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.card_posts import CardPosts
from bot.slack.cards import outcome, shared_answer
from bot.slack.people import People
from bot.slack.survive import survive
from bot.words.catalogue import Words, words_for
from storage.ports import Storage, StorageError
from storage.records import ActionState, Click, Decision, Ruling, Verdict

log = logging.getLogger("nod.buttons")


class Buttons:
    def __init__(
        self,
        storage: Storage,
        clock: Callable[[], datetime],
        client: AsyncWebClient,
        session: ClientSession,
        people: People,
        card_posts: CardPosts,
        wake: Callable[[], None],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._client = client
        self._session = session
        self._people = people
        self._card_posts = card_posts
        self._wake = wake
        self._shared: set[int] = set()

    async def confirm(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await self._decide(ack, body, Decision.CONFIRM)

    async def deny(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await self._decide(ack, body, Decision.DENY)

    async def share(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Post an answer that only its asker saw into the channel, once, at the asker's click."""
        await ack()
        words, turn = await self._words(body), _number(body["actions"][0].get("value"))
        answer = await self._storage.history.answer(turn)
        if answer is None or answer[0] != body["user"]["id"]:
            await self._whisper(body, words("answer-gone"))
            return
        if turn in self._shared:
            return
        self._shared.add(turn)
        user, question, markdown = answer
        blocks = shared_answer(user, question, markdown, words)
        await self._respond(body, markdown, response_type="in_channel", blocks=blocks, replace_original=False)
        await self._respond(body, words("answer-shared"), response_type="ephemeral", replace_original=True)

    async def _decide(self, ack: AsyncAck, body: Mapping[str, Any], decision: Decision) -> None:
        click = _click(body, decision, self._clock())
        try:
            ruling = await self._storage.actions.decide(click)
        except StorageError as error:
            log.error("a click could not be kept: %s", error)
            await self._whisper(body, (await self._words(body))("click-broken"))
            return
        await ack()
        self._wake()
        if ruling.action is not None and ruling.verdict is not Verdict.UNKNOWN:
            await self._show(ruling, click)
        if ruling.verdict is not Verdict.DECIDED:
            await self._whisper(body, _answer(ruling, await self._words(body)))

    async def _show(self, ruling: Ruling, click: Click) -> None:
        """Take the buttons off at once where a decision stands; what comes of it, its turn shows."""
        action = ruling.action
        if action is not None and action.state is not ActionState.PENDING:
            await self._card_posts.settle(action, click.response_url)

    async def _whisper(self, body: Mapping[str, Any], text: str) -> None:
        """Answer the one who clicked, where they clicked."""
        container = body.get("container") or {}
        if container.get("is_ephemeral"):
            await self._respond(body, text, response_type="ephemeral", replace_original=False)
            return
        message = body.get("message") or {}
        await survive(
            self._client.chat_postEphemeral(
                channel=body["channel"]["id"],
                user=body["user"]["id"],
                thread_ts=message.get("thread_ts"),
                text=text,
            ),
            "answering a click",
        )

    async def _respond(self, body: Mapping[str, Any], text: str, **message: Any) -> None:
        url = body.get("response_url")
        if url:
            webhook = AsyncWebhookClient(url, session=self._session)
            await survive(webhook.send(text=text, **message), "answering by response_url")

    async def _words(self, body: Mapping[str, Any]) -> Words:
        person = await self._people.find(_team(body), body["user"]["id"])
        return words_for(person.locale)


def _click(body: Mapping[str, Any], decision: Decision, at: datetime) -> Click:
    container = body.get("container") or {}
    private = bool(container.get("is_ephemeral"))
    return Click(
        action_id=str(body["actions"][0].get("value") or ""),
        decision=decision,
        team=_team(body),
        channel=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
        card_ts=None if private else str(container.get("message_ts") or ""),
        user=str(body["user"]["id"]),
        at=at,
        response_url=body.get("response_url") if private else None,
    )


def _team(body: Mapping[str, Any]) -> str:
    """The workspace that the click happened in; the clicker's own team counts where Slack names it."""
    team = body["user"].get("team_id") or (body.get("team") or {}).get("id")
    return str(team or "")


def _answer(ruling: Ruling, words: Words) -> str:
    action = ruling.action
    match ruling.verdict:
        case Verdict.ALREADY if action is not None:
            return words("click-already", state=outcome(action, words))
        case Verdict.EXPIRED:
            return words("click-expired")
        case Verdict.NOT_YOURS if action is not None:
            return words("click-not-yours", user=f"<@{action.requester}>")
        case _:
            return words("click-unknown")


def _number(value: Any) -> int:
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 16 else -1
