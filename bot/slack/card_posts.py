"""Post cards and turn them into what has become of their actions."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.rules import REQUESTER, Rules
from bot.slack.batch_card import batch_card, batch_fallback
from bot.slack.block_kit import Block
from bot.slack.cards import Deciders, action_card, fallback
from bot.slack.clicks import Pressed
from bot.slack.marks import Mark, find_marked
from bot.slack.once import NotYet, post_once
from bot.slack.pace import patience
from bot.slack.people import People
from bot.slack.response_urls import respond
from bot.slack.survive import FAR_END, described, final, log, survive
from bot.turns.policy import Runs
from bot.words.catalogue import Words, words_for
from functions.contract import Function
from storage.ports import Actions, StorageError
from storage.records import Action, ActionState

T = TypeVar("T")

MARK = "nod_action"
"""The metadata of a card: it finds a card again whose posting was not written down. Other apps can read it, so it
holds a digest of the action's id."""

BATCH_MARK = "nod_batch"
"""The same of a batch's card."""

LOOKING = 10.0
"""Seconds that looking for a card waits for Slack's limits, where others wait behind it."""

REMEMBERED = 2_000
"""Cards and batches of which it is known without the database where they stand and what they show."""


@dataclass
class _Card:
    """How far a card has gone. The lock keeps updates in order: one that waits out a 429 would land on a later."""

    age: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass
class _Batch:
    """A batch's card: where it stands, its actions as they were last seen, and what it shows."""

    ts: str
    actions: dict[str, Action]
    shown: list[Block] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class CardPosts:
    """Writes cards, each in the language of its requester."""

    def __init__(
        self,
        client: AsyncWebClient,
        session: ClientSession,
        people: People,
        functions: Mapping[str, Function],
        rules: Rules,
        bot: str,
        runs: Runs | None = None,
        actions: Actions | None = None,
    ) -> None:
        """`actions` is told which cards show how their actions ended, so that others are brought up to date."""
        self.bot = bot
        self._actions = actions
        self._runs = runs
        self._client = client
        self._session = session
        self._people = people
        self._functions = functions
        self._rules = rules
        self._urls: OrderedDict[str, str] = OrderedDict()
        self._cards: OrderedDict[str, _Card] = OrderedDict()
        self._batches: OrderedDict[str, _Batch] = OrderedDict()

    async def post(self, action: Action) -> str | None:
        """Post a card into its thread; its ts, None if Slack will not have it. Raises LookupError if nobody can
        say whether it stands, or it cannot be posted now: then it may stand, and its buttons have to count."""
        key, (text, blocks) = action.conversation.key, await self._card(action)
        try:
            return await post_once(
                self._client, self.bot, key, _mark(action), "posting a card", text=text, blocks=blocks
            )
        except NotYet as error:
            raise LookupError(str(error)) from error

    async def post_again(self, action: Action) -> str | None:
        """Find a card that may stand already, else post it; as `post`. Two cards would be worse than one that
        comes later."""
        return await self._find(action) or await self.post(action)

    async def _find(self, action: Action) -> str | None:
        since = action.proposed_at.timestamp()
        return await find_marked(self._client, self.bot, action.conversation.key, since, _mark(action))

    async def post_privately(self, action: Action, response_url: str) -> bool | None:
        """Post a card that only its requester sees; whether Slack took it, None if nobody can tell."""
        return await self._send(action, response_url, replace_original=False)

    async def settle(self, action: Action, response_url: str | None = None) -> None:
        """Show what an action is now, where its card stands, and on the card of its batch.

        An ephemeral card is reached by a click's `response_url` alone: without one it stays as it is, and its
        buttons answer that it is settled. The card of an action that was edited is its successor's.
        """
        card = self._cards.get(action.id) or _keep(self._cards, action.id, _Card())
        async with card.lock:
            if action.superseded_by is None and _age(action) >= card.age:
                card.age = _age(action)
                await self._settle(action, response_url or self._urls.get(action.id))
        await self._settle_batch([action])

    async def settle_later(self, action: Action) -> None:
        """The same outside any turn, maybe for an earlier process: the card of a batch is looked for first. While
        Slack cannot say where it is, both cards stay as they are, for a later try."""
        try:
            await self._find_batch(action)
        except LookupError:
            return
        except StorageError as error:
            log.error("the card of a batch is left as it is: %s", error)
        await self.settle(action)

    async def _find_batch(self, action: Action) -> None:
        key = action.conversation.key
        if not action.batch or action.batch in self._batches or self._actions is None or key.is_command:
            return
        since = action.proposed_at.timestamp()
        ts = await find_marked(self._client, self.bot, key, since, _batch_mark(action.batch))
        if ts is not None:
            actions = await self._actions.batch(action.batch)
            _keep(self._batches, action.batch, _Batch(ts, {each.id: each for each in actions}))

    async def _settle(self, action: Action, response_url: str | None) -> None:
        if ts := action.card_ts or await self._lost(action):
            text, blocks = await self._card(action)
            update = self._client.chat_update(
                channel=action.conversation.key.channel, ts=ts, text=text, blocks=blocks
            )
            if await _is_over(update) and action.state.final and self._actions is not None:
                try:
                    await self._actions.settled(action.id)
                except StorageError as error:
                    log.error("that a card is up to date could not be kept: %s", error)
        elif response_url is not None:
            await self._send(action, response_url, replace_original=True)

    async def _lost(self, action: Action) -> str | None:
        """Look for the card of an action that is over before anybody could say where it stands. Where nobody can
        say now either, a click on it does."""
        if action.card_ts is not None or action.conversation.key.is_command or not action.state.final:
            return None
        try:
            with patience(LOOKING):
                return await self._find(action)
        except LookupError:
            return None

    async def post_batch(self, actions: Sequence[Action]) -> None:
        """Post the card that confirms several actions at once. It is a shortcut: each has a card of its own."""
        key, words, batch = actions[0].conversation.key, await self._words(actions[0]), actions[0].batch
        if not batch:
            return
        text, blocks = batch_fallback(actions, words), batch_card(actions, self._functions, words)
        mark = _batch_mark(batch)
        try:
            ts = await post_once(
                self._client, self.bot, key, mark, "posting a batch's card", text=text, blocks=blocks
            )
        except NotYet:  # each action has a card of its own
            return
        if ts is not None:
            _keep(self._batches, batch, _Batch(ts, {action.id: action for action in actions}, blocks))

    async def settle_batch(self, actions: Sequence[Action], card_ts: str | None) -> None:
        """Show what a batch's actions are now, on the card that was clicked: after a restart it is known again."""
        if actions and actions[0].batch and card_ts:
            if actions[0].batch not in self._batches:
                _keep(self._batches, actions[0].batch, _Batch(card_ts, {action.id: action for action in actions}))
            await self._settle_batch(actions)

    async def _settle_batch(self, actions: Sequence[Action]) -> None:
        batch = self._batches.get(actions[0].batch or "")
        if batch is None:
            return
        for action in actions:
            if action.id in batch.actions and _age(action) >= _age(batch.actions[action.id]):
                batch.actions[action.id] = action
        async with batch.lock:
            every = list(batch.actions.values())
            words = await self._words(every[0])
            blocks = batch_card(every, self._functions, words)
            if blocks == batch.shown:
                return
            update = self._client.chat_update(
                channel=every[0].conversation.key.channel,
                ts=batch.ts,
                text=batch_fallback(every, words),
                blocks=blocks,
            )
            if await survive(update, "updating a batch's card") is not None:
                batch.shown = blocks

    def remember(self, pressed: Pressed) -> None:
        """Keep how an ephemeral card is reached: a dialog that it opens has no address of its own."""
        if pressed.private and pressed.response_url:
            _keep(self._urls, pressed.value, pressed.response_url)

    def remembered(self, action_id: str) -> str | None:
        """Return the last `response_url` of an ephemeral card."""
        return self._urls.get(action_id)

    def move(self, old: Action, new: Action) -> None:
        """An edited action stands on the card of the one that it replaces."""
        if old.id in self._urls:
            _keep(self._urls, new.id, self._urls[old.id])

    def beside(self, pressed: Pressed, action: Action) -> Pressed:
        """Place a dialog's click beside the card that the dialog was opened from."""
        if pressed.channel:
            return pressed
        key, url = action.conversation.key, self._urls.get(action.id)
        thread = None if key.is_command else key.thread
        return replace(pressed, channel=key.channel, thread_ts=thread, private=url is not None, response_url=url)

    async def deciders(self, action: Action) -> Deciders:
        """Say who may confirm an action, for the card's sentence."""
        rule = self._rules.of(action.function)
        if self._runs is not None and await self._runs.owner(action.conversation.id) == action.requester:
            return Deciders(requester=True, of_run=True)
        if rule.confirm_by is None or rule.confirm_by == REQUESTER:
            return Deciders(requester=True, not_requester=bool(rule.not_requester))
        groups = tuple(sorted(each for each in rule.confirm_by if each.startswith("S")))
        users = tuple(sorted(each for each in rule.confirm_by if not each.startswith("S")))
        return Deciders(users=users, groups=groups, not_requester=bool(rule.not_requester))

    async def _send(self, action: Action, response_url: str, *, replace_original: bool) -> bool | None:
        text, blocks = await self._card(action)
        return await respond(
            self._session,
            response_url,
            "writing an ephemeral card",
            text=text,
            blocks=blocks,
            response_type="ephemeral",
            replace_original=replace_original,
        )

    async def _card(self, action: Action) -> tuple[str, list[Block]]:
        function, words = self._functions.get(action.function), await self._words(action)
        deciders = await self.deciders(action)
        return fallback(action, function, words), action_card(action, function, words, deciders)

    async def _words(self, action: Action) -> Words:
        person = await self._people.find(action.conversation.key.team, action.requester)
        return words_for(person.locale)


def _keep(known: OrderedDict[str, T], name: str, value: T) -> T:
    known[name] = value
    known.move_to_end(name)
    if len(known) > REMEMBERED:
        known.popitem(last=False)
    return value


def _age(action: Action) -> int:
    """Order an action's states in time."""
    if action.state is ActionState.PENDING:
        return 0
    return 2 if action.state.final else 1


def _mark(action: Action) -> Mark:
    return Mark(MARK, {"action": _digest(action.id)})


def _batch_mark(batch: str) -> Mark:
    return Mark(BATCH_MARK, {"batch": _digest(batch)})


async def _is_over(update: Awaitable[object]) -> bool:
    """Update a card; whether it is done, or Slack will never take it."""
    try:
        await update
    except FAR_END as error:
        log.warning("updating a card failed: %s", described(error))
        return final(error)
    return True


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
