"""A card of which nobody can say whether it stands: it is looked for, and never posted twice."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest

from bot.demo.unkind.calls import Broken, Refused
from bot.rules import Rules
from bot.slack import tries
from bot.slack.buttons import Buttons
from bot.slack.card_posts import CardPosts
from bot.slack.cards import CONFIRM
from bot.slack.dialogs import Dialogs
from bot.slack.people import People
from bot.slack.private_reply import PrivateReply
from bot.words.catalogue import words_for
from functions.context import Person
from storage.records import Action, ActionState, Claim, Conversation, Delivery, DeliveryKind, InboxEntry
from tests.bot.slack import sample
from tests.bot.slack.desk import Desk, hurry, open_desk
from tests.storage.sample import click

LOOKING = "conversations.replies"


@dataclass
class Wall:
    desk: Desk
    posts: CardPosts

    def action(self, state: ActionState = ActionState.PENDING) -> Action:
        now = datetime.now(UTC)
        return replace(
            sample.action(state, employee_id=1),
            conversation=Conversation(1, self.desk.key),
            proposed_at=now,
            expires_at=now + timedelta(minutes=30),
        )

    def lose(self, *, stands: bool = True) -> None:
        """Let the answer to a post be lost, and nobody say what became of it."""
        self.desk.slack.answer_next("chat.postMessage", Broken(500, after_effect=stands))
        self.desk.slack.faults.add(Broken(503), match=LOOKING, times=None)

    @property
    def buttons(self) -> list[bool]:
        """Of each card that stands: whether it can be confirmed."""
        return [CONFIRM in str(message.blocks) for message in self.desk.replies]


@pytest.fixture
async def wall(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Wall]:
    hurry(monkeypatch)
    monkeypatch.setattr(tries, "WITHIN", 0.05)
    async with open_desk() as desk:
        people = People(desk.client)
        posts = CardPosts(desk.client, desk.session, people, sample.FUNCTIONS, Rules(), desk.place.bot)
        yield Wall(desk, posts)


@pytest.mark.parametrize("stands", [True, False])
async def test_a_card_of_which_nobody_can_tell_comes_once(wall: Wall, stands: bool) -> None:
    action = wall.action()
    wall.lose(stands=stands)
    with pytest.raises(LookupError):
        await wall.posts.post(action)
    with pytest.raises(LookupError):
        await wall.posts.post_again(action)
    assert wall.buttons == [True] * stands
    wall.desk.slack.faults.clear()
    ts = await wall.posts.post_again(action)
    assert [message.ts for message in wall.desk.replies] == [ts]


@pytest.mark.parametrize("code", ["is_archived", "invalid_blocks"])
async def test_a_last_no_of_slacks_is_none(wall: Wall, code: str) -> None:
    for post in (wall.posts.post, wall.posts.post_again):
        wall.desk.slack.answer_next("chat.postMessage", Refused(code))
        assert await post(wall.action()) is None


@pytest.mark.parametrize("known", [True, False])
async def test_what_became_of_an_action_is_shown_on_the_card_that_stands(wall: Wall, known: bool) -> None:
    action = wall.action()
    wall.lose()
    with pytest.raises(LookupError):
        await wall.posts.post(action)
    wall.desk.slack.faults.clear()
    ts, looked = wall.desk.replies[0].ts if known else None, wall.desk.called(LOOKING)
    await wall.posts.settle(replace(action, state=ActionState.WITHDRAWN, card_ts=ts))
    assert wall.buttons == [False]
    assert wall.desk.called(LOOKING) - looked == (0 if known else 1)


async def test_settling_goes_on_where_nobody_can_say_where_the_card_is(wall: Wall) -> None:
    action = wall.action()
    wall.lose()
    with pytest.raises(LookupError):
        await wall.posts.post(action)
    withdrawn = replace(action, state=ActionState.WITHDRAWN)
    await wall.posts.settle(withdrawn)
    assert wall.buttons == [True]
    clicked = replace(withdrawn, card_ts=wall.desk.replies[0].ts)
    await wall.posts.settle(clicked)  # as the click on it does
    assert wall.buttons == [False]


async def test_a_private_card_of_which_nobody_can_tell_is_no_refused_one(wall: Wall) -> None:
    posts = AsyncMock()
    delivery = Delivery(DeliveryKind.COMMAND, "command:x", wall.desk.key, "U1", "pay", response_url="https://x")
    claim = Claim(7, Conversation(1, wall.desk.key), (InboxEntry(1, delivery, datetime.now(UTC)),))
    reply = PrivateReply(wall.desk.client, wall.desk.session, claim, Person("T1", "U1"), posts)
    posts.post_privately.return_value = True
    assert await reply.card(wall.action(), sample.FUNCTIONS["change"]) == ""
    posts.post_privately.return_value = False
    assert await reply.card(wall.action(), sample.FUNCTIONS["change"]) is None
    posts.post_privately.return_value = None
    with pytest.raises(LookupError):
        await reply.card(wall.action(), sample.FUNCTIONS["change"])


def body(action: Action, value: str) -> dict[str, Any]:
    key = action.conversation.key
    return {
        "user": {"id": "U1", "team_id": key.team},
        "channel": {"id": key.channel},
        "container": {"message_ts": "5.5"},
        "actions": [{"action_id": CONFIRM, "value": value}],
    }


async def test_what_nobody_was_shown_is_not_confirmed_with_others(wall: Wall) -> None:
    shown = [replace(wall.action(), id=name, batch="b1", card_ts=f"5.{name}") for name in "12"]
    unseen = replace(wall.action(), id="3", batch="b1")
    actions, decisions, posts = AsyncMock(), AsyncMock(), AsyncMock()
    actions.batch.return_value = [*shown, unseen]
    decisions.told.return_value = ""
    whisper = AsyncMock()
    whisper.words.return_value = words_for("en")
    buttons = Buttons(actions, sample.FUNCTIONS, decisions, posts, whisper)
    await buttons.confirm_all(AsyncMock(), body(wall.action(), "b1"))
    assert [call.args[0].value for call in decisions.decide.await_args_list] == ["1", "2"]


async def test_opening_a_dialog_tells_where_the_card_stands(wall: Wall) -> None:
    """An edit's card is the one that the dialog was opened from, and a dialog has no place of its own."""
    action = wall.action()
    parts: Any = AsyncMock()
    parts.functions = sample.FUNCTIONS
    parts.storage.actions.get.return_value = action
    decisions = AsyncMock()
    decisions.click.return_value = click(action, card_ts="5.5", at=action.proposed_at)
    whisper = AsyncMock()
    whisper.words.return_value = words_for("en")
    dialogs = Dialogs(parts, AsyncMock(), decisions, AsyncMock(), whisper, AsyncMock())
    await dialogs.edit(AsyncMock(), body(action, action.id))
    parts.storage.actions.carded.assert_awaited_once_with(action.id, "5.5")
