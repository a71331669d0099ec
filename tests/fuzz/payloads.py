"""What Slack really sends to Nod, one payload of each kind, around cards and dialogs that are alive."""

import copy
import json
from dataclasses import replace
from typing import Any

from bot.demo.workspace import inputs, payloads
from bot.demo.workspace.state import Json, Message, User, View
from bot.slack.batch_card import CONFIRM_ALL
from bot.slack.cards import CONFIRM, DENY, DENY_REASON, EDIT, READ, REMEMBER, SHARE, WITHDRAW
from bot.slack.grants_list import REVOKE
from bot.slack.modals import BACK, CONFIRM_READ, NEXT
from bot.slack.notes import RETRY
from tests.e2e.office import Office, Thread, buttons

PRESSED = (CONFIRM, DENY, WITHDRAW, REMEMBER, CONFIRM_ALL, EDIT, DENY_REASON, READ, REVOKE, SHARE, RETRY)

FILE = {"id": "F1", "name": "report.pdf", "mimetype": "application/pdf", "url_private": "https://127.0.0.1:1/F1"}


async def samples(office: Office) -> list[Json]:
    """Ask for an action, open its dialogs, and return a payload of each kind around them."""
    workspace, person = office.workspace, office.workspace.user("lee")
    thread = await office.ask("lee", "general", "@Nod raise Tiger Nixon's salary to 330000")
    card = await thread.card()
    await thread.answer()
    action = buttons(card)[CONFIRM]["value"]
    await thread.click("lee", card, EDIT)
    edit = await office.modal("lee")
    edit.state = inputs.state_of(edit.blocks, edit.state, {"salary": {"number": "340000"}})
    await thread.click("lee", card, DENY_REASON)
    reason = await office.modal("lee")
    reason.state = inputs.state_of(reason.blocks, reason.state, {"reason": {"reason": "too much"}})
    clicks = [_click(office, person, card, name, action) for name in PRESSED]
    clicks += [_view_click(office, person, edit, name) for name in (NEXT, BACK)]
    reading = replace(edit, callback_id=CONFIRM_READ, private_metadata=json.dumps({"action": action, "page": 0}))
    submissions = [_submission(office, person, view) for view in (edit, edit, reason, reading)]
    told = [payloads.event_callback(workspace, event) for event in _events(office, thread, card)]
    return [*told, *clicks, *submissions, *_commands(office)]


def fresh(payload: Json, number: int) -> Json:
    """Return a payload as Slack would send the next of its kind: what Nod has had before, it passes over."""
    payload = copy.deepcopy(payload)
    event = payload.get("event", {})
    if "ts" in event:
        event["ts"] = event["event_ts"] = f"1900000000.{number:06d}"
    if "command" in payload:
        payload["trigger_id"] = f"{number}.trigger"
    return payload


def _events(office: Office, thread: Thread, card: Message) -> list[Json]:
    workspace = office.workspace
    channel, ts = workspace.channels[thread.channel], workspace.next_ts()
    asked = workspace.message(thread.channel, thread.ts)
    assert asked is not None
    said = Message(ts, channel.id, asked.user, text=f"<@{workspace.bot.id}> hi")
    direct = workspace.dm(asked.user)
    told = payloads.message_event(workspace, said, channel)
    previous = payloads.message_json(workspace, asked)
    here = {"user": asked.user, "channel": channel.id, "event_ts": ts}
    return [
        told,
        payloads.mention_event(workspace, said, channel),
        payloads.message_event(workspace, Message(ts, direct.id, asked.user, text="hi"), direct),
        told | {"thread_ts": thread.ts, "text": "and then?"},
        told | {"subtype": "file_share", "text": "", "files": [FILE], "upload": True},
        payloads.changed_event(workspace, asked, previous, channel, ts),
        payloads.changed_event(workspace, replace(asked, edited=True, edited_ts=ts), previous, channel, ts),
        payloads.deleted_event(previous, channel, ts),
        here | {"type": "app_home_opened", "tab": "messages", "channel": direct.id},
        here | {"type": "agent_session_stopped", "thread_ts": thread.ts, "streaming_message_ts": card.ts},
        here | {"type": "reaction_added", "reaction": "eyes", "item": {"type": "message", "ts": card.ts}},
    ]


def _commands(office: Office) -> list[Json]:
    workspace, person = office.workspace, office.workspace.user("lee")
    channel, origin = workspace.channel("general"), office.world.slack.origin
    return [
        payloads.slash_command(workspace, person, channel, "/nod", text, f"{origin}/nowhere", f"{number}.trigger")
        for number, text in enumerate(("hi", "help", "grants"))
    ]


def _click(office: Office, person: User, card: Message, action_id: str, value: str) -> Json:
    told = payloads.interaction(office.workspace, "block_actions", person, "1.trigger")
    told |= payloads.message_click(office.workspace, card, {})
    pressed: dict[str, Any] = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
    return told | {"actions": [pressed], "response_url": f"{office.world.slack.origin}/nowhere"}


def _view_click(office: Office, person: User, view: View, action_id: str) -> Json:
    told = payloads.interaction(office.workspace, "block_actions", person, "1.trigger")
    told |= payloads.view_click(office.workspace, view)
    return told | {"actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": "v"}]}


def _submission(office: Office, person: User, view: View) -> Json:
    told = payloads.interaction(office.workspace, "view_submission", person, "1.trigger")
    return told | {"view": payloads.view_json(office.workspace, view), "response_urls": []}
