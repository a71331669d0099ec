"""What of Slack's many changes is a person's edit or deletion."""

from typing import Any

import pytest

from bot.slack.edits import is_own, revision_from
from storage.records import Revision

BOT = "UBOT"


def said(text: str, edited: str = "", **more: Any) -> dict[str, Any]:
    shown = {"type": "message", "user": "U1", "team": "T1", "ts": "1.2", "text": text, **more}
    return shown | ({"edited": {"user": shown["user"], "ts": edited}} if edited else {})


def event(subtype: str, **fields: Any) -> dict[str, Any]:
    told = {"type": "message", "subtype": subtype, "channel": "C1", "hidden": True, "ts": "1.9", "event_ts": "1.9"}
    return {"type": "event_callback", "team_id": "T1", "event": told | fields}


def changed(now: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    return event("message_changed", message=now, previous_message=before)


def read(body: dict[str, Any]) -> Revision | None:
    return revision_from(body, BOT)


def test_an_edit() -> None:
    body = changed(said(f"<@{BOT}> a &amp; b?", "1.5"), said(f"<@{BOT}> a?"))
    assert read(body) == Revision("T1", "C1", "1.2", "1.5", "U1", "a & b?")


def test_a_second_edit() -> None:
    body = changed(said("c?", "1.6"), said("b?", "1.5"))
    assert read(body) == Revision("T1", "C1", "1.2", "1.6", "U1", "c?")


def test_a_deletion() -> None:
    body = event("message_deleted", deleted_ts="1.2", previous_message=said("a?"))
    assert read(body) == Revision("T1", "C1", "1.2", "1.9", "", None)


def test_a_deleted_root_that_stays_as_a_tombstone() -> None:
    gone = said("This message was deleted.", user="USLACKBOT", subtype="tombstone", hidden=True)
    assert read(changed(gone, said("a?"))) == Revision("T1", "C1", "1.2", "1.9", "", None)


def test_a_tombstone_that_goes_too() -> None:
    gone = said("This message was deleted.", user="USLACKBOT", subtype="tombstone")
    body = event("message_deleted", deleted_ts="1.2", previous_message=gone)
    assert read(body) == Revision("T1", "C1", "1.2", "1.9", "", None)


def test_previews_of_links_are_no_words_of_an_edit() -> None:
    preview = {"title": "A page", "text": "its beginning", "from_url": "https://x.example"}
    body = changed(said("see <https://x.example>", "1.5", attachments=[preview]), said("a?"))
    found = read(body)
    assert found is not None
    assert found.text == "see <https://x.example>"


def test_what_an_app_rewrites_by_attachments_is_read() -> None:
    alert = {"title": "Disk", "fields": [{"title": "Host", "value": "db1"}], "fallback": "unused"}
    now = said("", "1.5", user="UAPP", bot_id="B2", attachments=[alert])
    found = read(changed(now, said("", user="UAPP", bot_id="B2")))
    assert found is not None
    assert found.text == "Disk\nHost: db1"


@pytest.mark.parametrize(
    "body",
    [
        changed(said("a?", attachments=[{"title": "A page"}]), said("a?")),
        changed(said("a?", "1.5", attachments=[{"title": "A page"}]), said("a?", "1.5")),
        changed(said("half", user=BOT, bot_id="B1"), said("ha", user=BOT, bot_id="B1")),
        changed(said("whole", "1.5", user=BOT, bot_id="B1"), said("half", user=BOT, bot_id="B1")),
        event("message_deleted", deleted_ts="1.2", previous_message=said("half", user=BOT, bot_id="B1")),
        changed(said("x", "1.5") | {"edited": {"user": "U9", "ts": "1.5"}}, said("a?")),
        changed(said("a?", "1.5", ts=12), said("a?")),
        changed(said("a?", "1.5") | {"edited": "yes"}, said("a?")),
        event("message_changed", message="x", previous_message=None),
        event("message_deleted", previous_message=[]),
        event("message_deleted", deleted_ts="1.2\n", previous_message={}),
        event("message_replied", message=said("a?", "1.5")),
        changed(said("a?", "1.5"), said("b")) | {"team_id": None},
        {"type": "event_callback", "event": {"type": "reaction_added"}},
        {"type": "view_submission"},
        {},
    ],
)
def test_what_nobody_edited(body: dict[str, Any]) -> None:
    assert read(body) is None


OWN = {"type": "message", "user": BOT, "bot_id": "B1", "team": "T1", "ts": "1.2", "text": "hi"}


@pytest.mark.parametrize(
    ("told", "own"),
    [
        ({"type": "event_callback", "event": OWN}, True),
        ({"type": "event_callback", "event": OWN | {"subtype": "bot_message"}}, True),
        (changed(OWN, OWN), True),
        (changed(OWN, said("a?")), True),
        ({"type": "event_callback", "event": said("a?")}, False),
        (changed(said("b?", "1.5"), said("a?")), False),
        (changed(said("This message was deleted.", user="USLACKBOT", subtype="tombstone"), OWN), False),
        (event("message_deleted", deleted_ts="1.2", previous_message=OWN), False),
        ({"type": "event_callback", "event": {"type": "app_home_opened", "user": BOT}}, False),
        ({"type": "event_callback", "event": ["message"]}, False),
        ({"type": "block_actions", "user": {"id": BOT}}, False),
    ],
)
def test_what_slack_tells_of_nods_own_messages(told: dict[str, Any], own: bool) -> None:
    assert is_own(told, BOT) is own
