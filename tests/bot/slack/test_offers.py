"""An edit through Bolt: committed before the ack, and offered to be answered again after it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.demo.workspace.slack import Fault
from bot.slack.intake import ANSWERABLE, Intake
from bot.slack.notes import REGENERATE, offer_blocks
from bot.slack.offers import Offers
from bot.slack.people import People
from bot.words.catalogue import words_for
from storage.ports import Inbox, Storage, StorageError
from storage.records import (
    Answerable,
    ConversationKey,
    Delivery,
    DeliveryKind,
    NewItem,
    Revision,
    TurnState,
    UserItem,
)
from storage.sqlite import open_storage
from tests.bot.slack.desk import Desk, open_desk
from tests.bot.slack.sample import buttons

NOW = datetime(2026, 7, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_desk() as opened:
        yield opened


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(tmp_path / "nod.db")
    yield opened
    await opened.close()


async def acked() -> None: ...


def edit(text: str = "<@UBOT> b?", at: str = "1.5", **more: Any) -> dict[str, Any]:
    message = {"user": "U1", "ts": "1.2", "text": text, "edited": {"user": "U1", "ts": at}, **more}
    told = {"type": "message", "subtype": "message_changed", "channel": "C1", "message": message}
    return {"type": "event_callback", "team_id": "T1", "event": told | {"event_ts": "1.9", "previous_message": {}}}


async def no_stop(_: Delivery) -> bool:
    return False


async def kept(inbox: Inbox, body: dict[str, Any]) -> AsyncBoltContext:
    """Let the middleware see an event; what it leaves for the listeners."""
    order: list[str] = []

    async def following() -> None:
        order.append("next")

    request = AsyncBoltRequest(body=body, mode="socket_mode")
    await Intake(inbox, lambda: NOW, "UBOT", lambda: None, lambda: None, no_stop).keep_event(
        request, body, following
    )
    assert order == ["next"]
    return request.context


async def answered(storage: Storage) -> int:
    key = ConversationKey("T1", "C1", "1.2")
    assert await storage.inbox.add(
        Delivery(DeliveryKind.MESSAGE, "message:T1:C1:1.2", key, "U1", "a?", "1.2"), NOW
    )
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    item = NewItem(UserItem("a?", "U1", ts="1.2"), f"entry:{claim.entries[0].id}")
    await storage.turns.record(claim.turn, [item], at=NOW)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)
    return claim.turn


async def test_an_edit_is_committed_and_tells_what_could_be_answered_again(storage: Storage) -> None:
    turn = await answered(storage)
    context = await kept(storage.inbox, edit())
    assert context[ANSWERABLE] == Answerable(turn, "T1", "C1", "1.2", "U1")
    again = await kept(storage.inbox, edit())
    assert again.get(ANSWERABLE) is None, "delivered again"
    conversation = await storage.history.conversation(ConversationKey("T1", "C1", "1.2"))
    assert conversation is not None
    assert await storage.history.items(conversation.id) == [UserItem("b?", "U1", edited="1.5")]


async def test_an_edit_that_cannot_be_committed_is_not_acknowledged() -> None:
    class Broken:
        async def revise(self, revision: Revision, at: datetime) -> Answerable | None:
            raise StorageError("the disk is full")

    with pytest.raises(StorageError):
        await kept(Broken(), edit())  # type: ignore[arg-type]


async def test_the_offer_is_for_the_author_alone(desk: Desk) -> None:
    offers = Offers(desk.client, People(desk.client))
    found = Answerable(7, desk.key.team, desk.key.channel, desk.key.thread, desk.user)
    await offers.edited(acked, AsyncBoltContext({ANSWERABLE: found}))  # type: ignore[arg-type]
    thread = desk.slack.workspace.replies(desk.key.channel, desk.key.thread, desk.user)
    [offer] = [each for each in thread if each.ephemeral_to == desk.user]
    assert buttons(offer.blocks)[REGENERATE]["value"] == "7"
    assert offer.text == "You have changed your question. Shall I answer it again as it reads now?"


async def test_a_message_that_is_edited_a_hundred_times_has_one_offer(desk: Desk) -> None:
    offers = Offers(desk.client, People(desk.client))
    for turn in (7, 8) * 50:
        found = Answerable(turn, desk.key.team, desk.key.channel, desk.key.thread, desk.user)
        await offers.edited(acked, AsyncBoltContext({ANSWERABLE: found}))  # type: ignore[arg-type]
    assert desk.called("chat.postEphemeral") == 2


@pytest.mark.parametrize("found", [None, {}])
async def test_other_edits_get_none(desk: Desk, found: object) -> None:
    offers = Offers(desk.client, People(desk.client))
    await offers.edited(acked, AsyncBoltContext({ANSWERABLE: found}))  # type: ignore[arg-type]
    assert desk.called("chat.postEphemeral") == 0


async def test_an_offer_that_slack_does_not_take_is_not_tried_again(desk: Desk) -> None:
    desk.slack.answer_next("chat.postEphemeral", Fault("user_not_in_channel"))
    found = Answerable(7, desk.key.team, desk.key.channel, desk.key.thread, desk.user)
    await Offers(desk.client, People(desk.client)).edited(acked, AsyncBoltContext({ANSWERABLE: found}))  # type: ignore[arg-type]
    assert desk.called("chat.postEphemeral") == 1


def test_the_offer_names_the_turn_and_nothing_else() -> None:
    for locale in ("en-US", "ko-KR"):
        [section, row] = offer_blocks(7, words_for(locale))
        assert section["text"]["text"]
        [button] = row["elements"]
        assert (button["action_id"], button["value"]) == ("turn_regenerate", "7")
