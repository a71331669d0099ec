"""The dialogs around a card: edit the arguments, deny with a reason, read all of a long action.

A `trigger_id` lives for three seconds: so the click that opens a dialog is acknowledged first. It decides nothing.
"""

from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.card_posts import CardPosts
from bot.slack.clicks import Pressed, on_message, on_view
from bot.slack.decisions import Decisions
from bot.slack.forms import edit_modal, editable, form_errors, read_form, refused
from bot.slack.modals import NEXT, read_modal, read_reason, reading, reason_modal
from bot.slack.people import People
from bot.slack.survive import survive
from bot.slack.whisper import Whisper
from bot.turns.parts import Parts
from bot.turns.proposals import revise
from bot.words.catalogue import Words
from functions.contract import Function
from functions.errors import FunctionProblem
from storage.ports import StorageError
from storage.records import Action, ActionState, Click, Decision, Ruling, Verdict


class Dialogs:
    def __init__(
        self,
        parts: Parts,
        client: AsyncWebClient,
        decisions: Decisions,
        card_posts: CardPosts,
        whisper: Whisper,
        people: People,
    ) -> None:
        self._parts = parts
        self._client = client
        self._decisions = decisions
        self._card_posts = card_posts
        self._whisper = whisper
        self._people = people

    # ── deny with a reason ──────────────────────────────────────────────────────────────────────────────────

    async def ask_reason(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        pressed = on_message(body)
        action = await self._pending(pressed, Decision.DENY)
        if action is not None:
            words = await self._whisper.words(pressed)
            await self._open(pressed, reason_modal(action, self._function(action), words))

    async def deny(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        pressed = on_view(body)
        reason = read_reason(_state(pressed))
        await self._decide(ack, pressed, Decision.DENY, reason)

    # ── read all of it ──────────────────────────────────────────────────────────────────────────────────────

    async def read(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        pressed = on_message(body)
        action = await self._pending(pressed, Decision.CONFIRM)
        if action is not None:
            words = await self._whisper.words(pressed)
            await self._open(pressed, read_modal(action, self._function(action), words, 0))

    async def turn_page(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        pressed = on_view(body)
        place = reading(pressed.value)
        action = await self._parts.storage.actions.get(place[0]) if place else None
        if place is None or action is None:
            return
        page = place[1] + (1 if pressed.action_id == NEXT else -1)
        view = read_modal(action, self._function(action), await self._whisper.words(pressed), page)
        update = self._client.views_update(
            view_id=str(pressed.view.get("id")), hash=pressed.view.get("hash"), view=view
        )
        await survive(update, "turning a page")

    async def confirm_read(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Confirm on the last page of a reading: the modal offers it nowhere else."""
        pressed = on_view(body)
        place = reading(pressed.value)
        await self._decide(ack, _of(pressed, place[0] if place else ""), Decision.CONFIRM)

    # ── edit ────────────────────────────────────────────────────────────────────────────────────────────────

    async def edit(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        pressed = on_message(body)
        action = await self._pending(pressed, Decision.WITHDRAW)  # both are for the requester alone
        if action is None:
            return
        function, words = self._function(action), await self._whisper.words(pressed)
        if function is not None and editable(action, function):
            await self._open(pressed, edit_modal(action, function, words))
        else:  # the function has changed since the card was posted
            await self._whisper.answer(pressed, _not_editable(action, function, words))

    async def edited(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Put what was typed in the place of what waited; what is not valid is said beside its field."""
        pressed = on_view(body)
        state = _state(pressed)
        action = await self._parts.storage.actions.get(pressed.value)
        if action is None:
            await ack()
            return  # a dialog is opened for an action that is there, and no row is ever deleted
        function, words = self._function(action), await self._whisper.words(pressed)
        if function is None:
            await ack()
            beside = self._card_posts.beside(pressed, action)
            await self._whisper.answer(beside, _not_editable(action, function, words))
            return
        errors = form_errors(state, function, words)
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        typed = read_form(state, function)
        try:
            ruling, new = await self._replace(pressed, action, function, typed)
        except FunctionProblem as problem:
            await ack(response_action="errors", errors=refused(problem, typed, action, function, words))
            return
        except StorageError:
            await self._whisper.answer(self._card_posts.beside(pressed, action), words("click-broken"))
            return
        await ack()  # before anything is shown: Slack waits three seconds, and a card may have to wait out a 429
        for changed in (new, ruling.action if ruling is not None else None):
            if changed is not None:
                await self._card_posts.settle(changed)
        if ruling is not None and ruling.verdict is not Verdict.DECIDED:
            await self._decisions.show(ruling, pressed)

    async def _replace(
        self, pressed: Pressed, action: Action, function: Function, arguments_json: str
    ) -> tuple[Ruling | None, Action | None]:
        """Make the new action; no ruling where nothing was changed."""
        person = await self._people.find(pressed.team, action.requester)
        new = await revise(self._parts, function, action, arguments_json, person)
        if new.arguments_json == action.arguments_json:
            return None, None
        click = await self._decisions.click(pressed, Decision.WITHDRAW, action)
        ruling, replaced = await self._parts.storage.actions.edit(click, new)
        if replaced is not None:
            self._card_posts.move(action, replaced)
        return ruling, replaced

    # ── common ground ───────────────────────────────────────────────────────────────────────────────────────

    async def _pending(self, pressed: Pressed, decision: Decision) -> Action | None:
        """Return the action that a dialog may be opened for; else whoever clicked is told why not."""
        action = await self._parts.storage.actions.get(pressed.value)
        click = await self._decisions.click(pressed, decision, action)
        if action is not None and _tells_place(click, action):  # the dialog itself cannot
            await self._parts.storage.actions.carded(action.id, click.card_ts or "")
            action = await self._parts.storage.actions.get(action.id)
        if action is None or not _on_its_card(click, action):
            ruling = Ruling(Verdict.UNKNOWN, None)
        elif not click.allowed:
            ruling = Ruling(Verdict.UNSURE if click.unsure else Verdict.NOT_YOURS, action)
        elif action.state is not ActionState.PENDING:
            ruling = Ruling(Verdict.ALREADY, action)
        elif click.at >= action.expires_at:
            ruling = Ruling(Verdict.EXPIRED, action)
        else:
            return action
        await self._decisions.show(ruling, pressed)
        return None

    async def _decide(self, ack: AsyncAck, pressed: Pressed, decision: Decision, reason: str = "") -> None:
        ruling = await self._decisions.decide(pressed, decision, reason=reason)
        if ruling is not None:
            await ack()
            await self._decisions.show(ruling, pressed)

    async def _open(self, pressed: Pressed, view: dict[str, Any]) -> None:
        call = self._client.views_open(trigger_id=pressed.trigger_id, view=view)
        if await survive(call, "opening a dialog") is None:
            words = await self._whisper.words(pressed)
            await self._whisper.answer(pressed, words("click-broken"))

    def _function(self, action: Action) -> Function | None:
        return self._parts.functions.get(action.function)


def _on_its_card(click: Click, action: Action) -> bool:
    """Hold a click against the row as deciding does: an ephemeral card alone has no ts to compare."""
    key = action.conversation.key
    if (click.team, click.channel) != (key.team, key.channel):
        return False
    return not (action.card_ts and click.card_ts) or action.card_ts == click.card_ts


def _tells_place(click: Click, action: Action) -> bool:
    """Whether an allowed click is the first to say where a card stands."""
    return bool(click.allowed and action.card_ts is None and click.card_ts) and _on_its_card(click, action)


def _not_editable(action: Action, function: Function | None, words: Words) -> str:
    return words("card-gone", user=f"<@{action.requester}>") if function is None else words("click-unknown")


def _of(pressed: Pressed, action_id: str) -> Pressed:
    return Pressed(pressed.team, pressed.user, action_id, trigger_id=pressed.trigger_id, view=pressed.view)


def _state(pressed: Pressed) -> Mapping[str, Any]:
    state = pressed.view.get("state")
    return state if isinstance(state, Mapping) else {}
