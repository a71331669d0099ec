"""From a click to a decision: the policy is asked, the row is changed once, and whoever clicked is answered."""

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

from bot.slack.card_posts import CardPosts
from bot.slack.cards import CONFIRM, EDIT, WITHDRAW, listed, mentions, outcome
from bot.slack.cards import REMEMBER as REMEMBER_HERE
from bot.slack.clicks import Pressed
from bot.slack.whisper import Whisper
from bot.turns.policy import Policy
from bot.words.catalogue import Words
from storage.ports import Storage, StorageError
from storage.records import Action, ActionState, Click, Decision, Ruling, Verdict

log = logging.getLogger("nod.buttons")

REMEMBER = timedelta(hours=1)
"""How long "don't ask again here" lasts."""


class Decisions:
    def __init__(
        self,
        storage: Storage,
        policy: Policy,
        clock: Callable[[], datetime],
        card_posts: CardPosts,
        whisper: Whisper,
        wake: Callable[[], None],
    ) -> None:
        self._storage = storage
        self._policy = policy
        self._clock = clock
        self._card_posts = card_posts
        self._whisper = whisper
        self._wake = wake

    async def decide(
        self, pressed: Pressed, decision: Decision, *, reason: str = "", rememberable: Collection[str] = ()
    ) -> Ruling | None:
        """Decide the action that a click names; a confirmation of a function of `rememberable` makes a grant, too.
        None if it could not be kept: then it must not be acknowledged, and whoever clicked has been told so."""
        try:
            action = await self._storage.actions.get(pressed.value)
            click = await self.click(pressed, decision, action)
            remember = action is not None and action.function in rememberable
            until = click.at + REMEMBER if remember else None
            ruling = await self._storage.actions.decide(replace(click, reason=reason, remember_until=until))
        except StorageError as error:
            log.error("a click could not be kept: %s", error)
            words = await self._whisper.words(pressed)
            await self._whisper.answer(pressed, words("click-broken"))
            return None
        self._wake()
        return ruling

    async def click(self, pressed: Pressed, decision: Decision, action: Action | None) -> Click:
        """Put together what storage decides on; a click in a dialog is on the action's own channel."""
        self._card_posts.remember(pressed)
        channel = pressed.channel or (action.conversation.key.channel if action is not None else "")
        allowed = await self._allowed(pressed, decision, action) if action is not None else False
        return Click(
            action_id=pressed.value,
            decision=decision,
            team=pressed.team,
            channel=channel,
            card_ts=pressed.card_ts,
            user=pressed.user,
            at=self._clock(),
            allowed=bool(allowed),
            unsure=allowed is None,
            response_url=self._card_posts.remembered(pressed.value),
        )

    async def show(self, ruling: Ruling, pressed: Pressed) -> None:
        """Take the buttons off where a decision stands, and answer a click that decided nothing. Who confirms
        twice is told by the card alone, which says that it is being done: words beside it would outlive that."""
        action = ruling.action
        if action is not None and action.state is not ActionState.PENDING:
            await self._card_posts.settle(await self._on_the_card(action))
        if ruling.verdict is not Verdict.DECIDED and not _again(ruling, pressed):
            words = await self._whisper.words(pressed)
            await self._whisper.answer(self._beside(pressed, action), await self.told(ruling, pressed, words))

    async def told(self, ruling: Ruling, pressed: Pressed, words: Words) -> str:
        """Say why a click decided nothing."""
        action = ruling.action
        match ruling.verdict:
            case Verdict.ALREADY if action is not None:
                return words("click-already", state=outcome(action, words))
            case Verdict.EXPIRED:
                return words("click-expired")
            case Verdict.UNSURE:
                return words("click-unsure")
            case Verdict.NOT_YOURS if action is not None:
                return await self._not_yours(action, pressed, words)
            case _:
                return words("click-unknown")

    async def _not_yours(self, action: Action, pressed: Pressed, words: Words) -> str:
        rule = self._policy.rule(action.function)
        theirs = rule.confirm_by in (None, "requester") or await self._policy.only_owner(action)
        if pressed.user != action.requester and theirs:
            return words("click-not-yours", user=f"<@{action.requester}>")
        if pressed.action_id in (EDIT, WITHDRAW):
            return words("click-requester", user=f"<@{action.requester}>")
        names = mentions(action, await self._card_posts.deciders(action))
        if not names or f"<@{pressed.user}>" in names:  # the rules refuse them, or they are a guest
            return words("click-not-allowed")
        own = "yes" if pressed.user == action.requester else "no"
        return words("click-others", own=own, who=listed(names, words))

    async def _on_the_card(self, action: Action) -> Action:
        """Return what stands on an action's card now: itself, or what an edit put in its place."""
        while action.superseded_by and (edited := await self._storage.actions.get(action.superseded_by)):
            self._card_posts.move(action, edited)
            action = edited
        return action

    def _beside(self, pressed: Pressed, action: Action | None) -> Pressed:
        """Answer a dialog's click beside the card that it was opened from."""
        return self._card_posts.beside(pressed, action) if action is not None else pressed

    async def _allowed(self, pressed: Pressed, decision: Decision, action: Action) -> bool | None:
        match decision:
            case Decision.CONFIRM:
                return await self._policy.may_confirm(action, pressed.team, pressed.user)
            case Decision.DENY:
                return await self._policy.may_deny(action, pressed.team, pressed.user)
            case Decision.WITHDRAW:
                return pressed.user == action.requester


def _again(ruling: Ruling, pressed: Pressed) -> bool:
    """Tell whether a click is the second of who has just confirmed the same."""
    action = ruling.action
    return (
        ruling.verdict is Verdict.ALREADY
        and action is not None
        and action.state in (ActionState.CONFIRMED, ActionState.EXECUTING)
        and (action.id, action.decided_by) == (pressed.value, pressed.user)
        and pressed.action_id in (CONFIRM, REMEMBER_HERE)
    )
