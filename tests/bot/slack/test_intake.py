from dataclasses import replace
from typing import Any

import pytest

from bot.slack.intake import from_command, from_event
from storage.records import ConversationKey, DeliveryKind

BOT = "UBOT"


def body(**event: Any) -> dict[str, Any]:
    return {
        "type": "event_callback",
        "team_id": "T1",
        "event": {
            "type": "message",
            "channel": "C1",
            "channel_type": "channel",
            "user": "U1",
            "ts": "1.2",
            **event,
        },
    }


def test_a_mention_starts_a_conversation() -> None:
    delivery = from_event(body(type="app_mention", text=f"<@{BOT}> who &amp; what &lt;x&gt;?"), BOT)
    assert delivery is not None
    assert delivery.kind is DeliveryKind.MESSAGE
    assert delivery.text == "who & what <x>?"
    assert delivery.conversation == ConversationKey("T1", "C1", "1.2")
    assert not delivery.direct


def test_the_two_events_of_one_mention_have_one_key() -> None:
    mention = from_event(body(type="app_mention", text=f"<@{BOT}> hi"), BOT)
    message = from_event(body(text=f"<@{BOT}|nod> hi"), BOT)
    assert mention is not None
    assert mention.files is None, "Slack may tell of a mention without its files"
    assert message is not None
    assert replace(mention, files=()) == message


def test_a_reply_belongs_to_its_thread() -> None:
    delivery = from_event(body(text="and you?", thread_ts="1.0"), BOT)
    assert delivery is not None
    assert delivery.conversation.thread == "1.0"


def test_a_direct_message_needs_no_mention() -> None:
    delivery = from_event(body(text="hi", channel="D1", channel_type="im"), BOT)
    assert delivery is not None
    assert delivery.direct


@pytest.mark.parametrize(
    "event",
    [
        {"text": "no mention, no thread"},
        {"text": f"<@{BOT}> hi", "bot_id": "B1"},
        {"text": f"<@{BOT}> hi", "user": BOT},
        {"text": f"<@{BOT}> hi", "edited": {"user": "U1", "ts": "1.3"}},
        {"text": f"<@{BOT}> hi", "subtype": "message_changed"},
        {"text": f"<@{BOT}> hi", "subtype": "message_deleted"},
        {"text": f"<@{BOT}> hi", "subtype": "channel_join"},
        {"text": f"<@{BOT}> hi", "user": None},
        {"text": f"<@{BOT}> hi", "ts": 12},
        {"text": f"<@{BOT}> hi", "channel": ["C1"]},
        {"type": "reaction_added"},
    ],
)
def test_what_starts_no_turn(event: dict[str, Any]) -> None:
    assert from_event(body(**event), BOT) is None


@pytest.mark.parametrize("broken", [{}, {"type": "event_callback"}, {"type": "event_callback", "event": "x"}])
def test_a_body_without_an_event_is_passed_over(broken: dict[str, Any]) -> None:
    assert from_event(broken, BOT) is None


def test_a_command_is_a_conversation_of_its_own() -> None:
    delivery = from_command(
        {
            "team_id": "T1",
            "channel_id": "C1",
            "user_id": "U1",
            "trigger_id": "9.9",
            "text": " who? ",
            "response_url": "http://127.0.0.1/r",
        }
    )
    assert delivery is not None
    assert delivery.text == "who?"
    assert delivery.conversation.thread == "command:9.9"
    assert delivery.response_url == "http://127.0.0.1/r"
    assert "127.0.0.1" not in repr(delivery)
