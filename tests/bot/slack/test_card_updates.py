"""Cards are brought up to date: until Slack takes it, and also those that an earlier process has posted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.demo.unkind.calls import Refused
from bot.demo.workspace.state import Message
from bot.rules import Rules
from bot.slack.card_posts import CardPosts
from bot.slack.people import People
from bot.slack.reply import SlackOutlets
from storage.ports import StorageError
from storage.records import Action, ActionState, Conversation
from tests.bot.slack.desk import Desk, hurry, open_desk
from tests.bot.slack.sample import FUNCTIONS, action, buttons

NOW = datetime.now(UTC)


@dataclass
class Actions:
    """What storage keeps of cards."""

    of_batch: list[Action] = field(default_factory=list)
    up_to_date: list[str] = field(default_factory=list)
    broken: bool = False

    async def settled(self, action_id: str) -> None:
        if self.broken:
            raise StorageError("The disk is full.")
        self.up_to_date.append(action_id)

    async def batch(self, batch: str) -> list[Action]:
        return self.of_batch


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    async with open_desk() as opened:
        yield opened


@pytest.fixture
def actions() -> Actions:
    return Actions()


def posts(desk: Desk, actions: Actions) -> CardPosts:
    """Make what writes cards, as a new process has it."""
    people, bot = People(desk.client), desk.slack.workspace.bot_id
    return CardPosts(desk.client, desk.session, people, FUNCTIONS, Rules(), bot, actions=cast(Any, actions))


def outlets(desk: Desk, actions: Actions) -> SlackOutlets:
    return SlackOutlets(desk.client, desk.session, People(desk.client), posts(desk, actions))


async def carded(desk: Desk, cards: CardPosts, id: str = "a", batch: str | None = None) -> Action:
    """Post the card of a waiting action."""
    conversation = Conversation(1, desk.key)
    made = replace(action(employee_id=3), id=id, conversation=conversation, proposed_at=NOW, batch=batch)
    ts = await cards.post(made)
    assert ts
    return replace(made, card_ts=ts)


def withdrawn(waiting: Action) -> Action:
    return replace(waiting, state=ActionState.WITHDRAWN, decided_by="operator", arguments_json="{}")


def shown(desk: Desk, ts: str | None) -> Message:
    return next(message for message in desk.replies if message.ts == ts)


async def test_an_end_is_told_once_slack_has_taken_it(desk: Desk, actions: Actions) -> None:
    cards = posts(desk, actions)
    waiting = await carded(desk, cards)
    await cards.settle(waiting)
    await cards.settle(replace(waiting, state=ActionState.CONFIRMED, decided_by="U1"))
    assert actions.up_to_date == []
    desk.slack.answer_next("chat.update", Refused("ratelimited"))
    await cards.settle(withdrawn(waiting))
    assert actions.up_to_date == []
    assert not buttons(shown(desk, waiting.card_ts).blocks), "what it showed last"
    await cards.settle(withdrawn(waiting))
    assert actions.up_to_date == ["a"]
    assert "Withdrawn" in str(shown(desk, waiting.card_ts).blocks)


async def test_a_card_that_is_gone_is_not_updated_for_ever(desk: Desk, actions: Actions) -> None:
    cards = posts(desk, actions)
    waiting = await carded(desk, cards)
    desk.slack.answer_next("chat.update", Refused("message_not_found"))
    await cards.settle(withdrawn(waiting))
    assert actions.up_to_date == ["a"]


async def test_a_database_that_fails_does_not_stop_what_is_shown(desk: Desk, actions: Actions) -> None:
    cards = posts(desk, actions)
    waiting = await carded(desk, cards)
    actions.broken = True
    await cards.settle(withdrawn(waiting))
    assert not buttons(shown(desk, waiting.card_ts).blocks)


async def test_what_an_earlier_process_posted_loses_its_buttons_and_so_does_the_card_of_all(
    desk: Desk, actions: Actions
) -> None:
    cards = posts(desk, actions)
    waiting = [await carded(desk, cards, id, "batch") for id in ("a", "b")]
    await cards.post_batch(waiting)
    assert len([each for each in desk.replies if buttons(each.blocks)]) == 3
    actions.of_batch = [withdrawn(each) for each in waiting]
    desk.slack.answer_next("conversations.replies", Refused("ratelimited"))
    await outlets(desk, actions).settle_all(actions.of_batch[:1])
    assert actions.up_to_date == [], "nobody can say where the card of all is"
    await outlets(desk, actions).settle_all(actions.of_batch)
    assert actions.up_to_date == ["a", "b"]
    assert [each for each in desk.replies if buttons(each.blocks)] == []
