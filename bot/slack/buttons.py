"""The buttons of a card. A decision is committed before its click is acknowledged, because Slack never delivers an
acknowledged click again. Every click is answered."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.batch_card import batchable
from bot.slack.card_posts import CardPosts
from bot.slack.clicks import Pressed, on_message
from bot.slack.decisions import Decisions
from bot.slack.whisper import Whisper
from functions.contract import Function
from storage.ports import Actions
from storage.records import Action, ActionState, Decision, Ruling, Verdict


class Buttons:
    def __init__(
        self,
        actions: Actions,
        functions: Mapping[str, Function],
        decisions: Decisions,
        card_posts: CardPosts,
        whisper: Whisper,
    ) -> None:
        self._actions = actions
        self._functions = functions
        self._decisions = decisions
        self._card_posts = card_posts
        self._whisper = whisper

    async def confirm(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await self._decide(ack, on_message(body), Decision.CONFIRM)

    async def deny(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await self._decide(ack, on_message(body), Decision.DENY)

    async def withdraw(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await self._decide(ack, on_message(body), Decision.WITHDRAW)

    async def remember(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Confirm, and don't ask again here for an hour."""
        offered = [function for function in self._functions.values() if function.rememberable]
        names = [function.name for function in offered if not function.destructive]
        await self._decide(ack, on_message(body), Decision.CONFIRM, names)

    async def confirm_all(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Confirm every action of a batch that is still pending: one decision each; what came of them is told."""
        pressed = on_message(body)
        batch = [action for action in await self._actions.batch(pressed.value) if _is_here(pressed, action)]
        waiting = [action for action in batch if self._may_be_batched(action)]
        rulings = await asyncio.gather(*(self._confirm_one(pressed, action) for action in waiting))
        if any(ruling is None for ruling in rulings):
            return  # not acknowledged: what was kept stands, and the same click can be made again
        await ack()
        words = await self._whisper.words(pressed)
        kept = [ruling for ruling in rulings if ruling is not None]
        settled = [ruling.action for ruling in kept if ruling.action is not None and _stands(ruling.action)]
        await asyncio.gather(*map(self._card_posts.settle, settled))
        await self._card_posts.settle_batch(await self._actions.batch(pressed.value), pressed.card_ts)
        decided = sum(ruling.verdict is Verdict.DECIDED for ruling in kept)
        if not batch:
            await self._whisper.answer(pressed, words("click-unknown"))
        elif not waiting:
            left = sum(action.state is ActionState.PENDING for action in batch)
            await self._whisper.answer(pressed, words("batch-over", waiting=left))
        elif decided < len(batch):
            reasons = [await self._decisions.told(ruling, pressed, words) for ruling in kept]
            why = next((told for told, ruling in zip(reasons, kept, strict=True) if not _decided(ruling)), "")
            told = words("batch-part", decided=decided, count=len(batch))
            await self._whisper.answer(pressed, f"{told} {why}".strip())

    async def _confirm_one(self, pressed: Pressed, action: Action) -> Ruling | None:
        # the batch's card is not the action's own: there is no ts to compare
        return await self._decisions.decide(replace(pressed, value=action.id, card_ts=None), Decision.CONFIRM)

    def _may_be_batched(self, action: Action) -> bool:
        shown = action.card_ts is not None  # else the card of several was posted without it
        waits = shown and action.state is ActionState.PENDING
        return waits and batchable(action, self._functions.get(action.function))

    async def _decide(
        self, ack: AsyncAck, pressed: Pressed, decision: Decision, rememberable: Collection[str] = ()
    ) -> None:
        ruling = await self._decisions.decide(pressed, decision, rememberable=rememberable)
        if ruling is not None:
            await ack()
            await self._decisions.show(ruling, pressed)


def _is_here(pressed: Pressed, action: Action) -> bool:
    key = action.conversation.key
    return (pressed.team, pressed.channel) == (key.team, key.channel)


def _decided(ruling: Ruling) -> bool:
    return ruling.verdict is Verdict.DECIDED


def _stands(action: Action) -> bool:
    return action.state is not ActionState.PENDING
